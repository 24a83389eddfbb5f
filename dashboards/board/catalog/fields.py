"""What a kind of row is: its fields as a form shows them, and who may do what with it. Pure."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from pydantic import BaseModel

from dashboards.board.live.visitor import Role

FieldType = Literal[
    "id", "text", "choice", "money", "percent", "count", "yes", "zone",
    "moment", "ids", "numbers", "json",
]  # fmt: skip
"""How a field is typed: ``money`` in the currency's own units, ``percent`` for basis points,
``moment`` in UTC, ``ids`` apart by spaces, ``numbers`` as a line for each name."""

Act = Literal["create", "change", "delete"]

EVERY_ACT: frozenset[Act] = frozenset({"create", "change", "delete"})

IN_LINES = ("numbers", "json")
"""Types that take more than a line, and are a text of JSON in a topic."""

TEXT_CHARACTERS_MAX = 1024
"""As the tables have it: a row must fit a message."""

GTIN_CHARACTERS_MAX = 64

ID_CHARACTERS_MAX = 64

REFERENCE_CHARACTERS_MAX = 128
"""Of a style, a supplier, and what else is named elsewhere."""

JSON_CHARACTERS_MAX = 262_144
"""As the tables have it."""

Row = dict[str, Any]
"""A row by column, as its model and its table have it; a moment is a text of one form."""


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a form; ``needed`` ones must not be empty, ``hint`` says what is meant.

    ``is_made``: an id that nobody types; a new row is given one. ``nothing`` is what an empty field
    means to its column.
    """

    name: str
    label: str
    type: FieldType
    needed: bool = True
    hint: str = ""
    choices: Mapping[str, str] | None = None
    default: str = ""
    characters_max: int = TEXT_CHARACTERS_MAX
    is_made: bool = False
    nothing: str | None = None

    @property
    def is_figure(self) -> bool:
        """Whether it is read as a figure, at the right of its column."""
        return self.type in ("money", "percent", "count")


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of row; ``key`` are the fields that name it and never change.

    ``topic`` is what brings a change back, None where the board must not read it. ``needed`` is
    the role that changes rows by the ``acts`` that there are, ``shown_to`` the one that sees them.
    """

    name: str
    one: str
    title: str
    topic: str | None
    model: type[BaseModel]
    key: tuple[str, ...]
    fields: tuple[Field, ...]
    table: str = ""
    acts: frozenset[Act] = EVERY_ACT
    needed: Role = "merchandiser"
    shown_to: Role = "viewer"

    @property
    def relation(self) -> str:
        """The table or view that has the rows."""
        return self.table or self.name

    @property
    def says_what_is_gone(self) -> bool:
        """Whether its topic tells of a deleted row by a value, and not by a tombstone."""
        return "deleted" in self.model.model_fields

    @property
    def refers_to(self) -> tuple[str, ...]:
        """The fields that name a location or a product which should be there."""
        named = [name for name in ("location_id", "sku") if (name,) != self.key]
        return tuple(name for name in named if name in self.columns())

    def listed(self) -> list[Field]:
        """What a list shows of a row: neither ids that say nothing nor what takes lines."""
        return [each for each in self.fields if not each.is_made and each.type != "json"]

    def key_of(self, row: Row) -> str:
        """The row's name within its kind: its id, or ``location/sku``."""
        return "/".join(str(row[name]) for name in self.key)

    def key_values(self, key: str) -> Row:
        """The fields of a name; see `key_of`."""
        return dict(zip(self.key, key.split("/"), strict=True))

    def columns(self) -> list[str]:
        """The columns of its table, which are the contract's."""
        return [field.name for field in self.fields]

    def field(self, name: str) -> Field:
        """The field of that name."""
        return next(field for field in self.fields if field.name == name)

    def title_of(self, row: Row | None, key: str) -> str:
        """What people call a row: its name, or what it is of where its id says nothing."""
        if row is None:
            return key
        of = row.get("sku") or row.get("category")
        return row.get("name") or (f"{self.one.capitalize()} of {of}" if self.is_made else key)

    @property
    def is_made(self) -> bool:
        """Whether nobody types the id of a new row."""
        return any(each.is_made for each in self.fields)

    def row(self, told: Mapping[str, Any]) -> Row:
        """The row that a table, a topic or a form tells, in the one form that rows compare in.

        Raises ValueError where it is none. What an older message does not tell is null.
        """
        return {field.name: _normal(field, told.get(field.name)) for field in self.fields}

    def published(self, row: Row) -> Row:
        """The row as its topic has it: what is JSON in the database is a text."""
        lines = {field.name for field in self.fields if field.type in IN_LINES}
        return {name: json.dumps(row[name]) if name in lines else row[name] for name in row}


def moment_text(moment: datetime) -> str:
    """A moment as rows have it: RFC 3339 in UTC, with as many digits as it needs."""
    return moment.astimezone(UTC).replace(tzinfo=None).isoformat() + "Z"


def _normal(field: Field, value: Any) -> Any:
    if field.type == "moment" and value is not None:
        return moment_text(datetime.fromisoformat(value))
    if field.type in IN_LINES and isinstance(value, str):
        return json.loads(value)
    return value
