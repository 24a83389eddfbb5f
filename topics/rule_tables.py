"""Decision tables as rows of the database, one for each version; docs/rule-tables.md reads one.

A version is whole and never changes: who compiles it needs nothing but its row.
"""

from typing import Annotated, Literal

from pydantic import ConfigDict, Field, Json, model_validator

from topics.events import Contract
from topics.scalars import Count, Identifier, Ordinal, Text, UtcTime

TABLE_PATTERN = r"^[a-z][a-z0-9-]{0,63}$"
COLUMN_PATTERN = r"^[a-z][a-z0-9_]{0,63}$"

TableName = Annotated[str, Field(pattern=TABLE_PATTERN)]
ColumnName = Annotated[str, Field(pattern=COLUMN_PATTERN)]


class RuleColumn(Contract):
    """One column: an attribute that is looked at (``when``), or what follows (``then``)."""

    name: ColumnName
    part: Literal["when", "then"]
    type: Literal["integer", "text", "flag"]


class RuleRow(Contract):
    """One row, by the name under which receipts mention it; a cell for each column, in order.

    A cell is a text that the compiler reads by its column's type. Null says nothing: any value
    where it stands under ``when``, nothing to do under ``then``.
    """

    row: Identifier
    cells: list[Text | None]


class RuleTest(Contract):
    """What must come of the table: for these attributes exactly the rows of these names apply."""

    test: Text
    given: dict[ColumnName, int | Text | bool]
    expect: list[Identifier]


class RuleTable(Contract):
    """One version of a decision table.

    ``columns``, ``rows`` and ``tests`` are the JSON of lists. ``hit_policy`` says how many rows may
    apply: one (``unique``), the first of several, or all of them (``collect``). ``locations`` is
    empty for everywhere. At a location the version counts that began last, and of those that began
    together the highest.
    """

    model_config = ConfigDict(validate_by_name=True)

    table_name: TableName
    version: Ordinal
    hit_policy: Literal["unique", "first", "collect"]
    columns: Json[Annotated[list[RuleColumn], Field(min_length=1)]]
    rows: Json[list[RuleRow]]
    tests: Json[list[RuleTest]]
    locations: list[Identifier]
    valid_from: UtcTime
    deleted: Literal["true", "false"] = Field("false", alias="__deleted")
    changed_ms: Count | None = Field(None, alias="__source_ts_ms")

    @model_validator(mode="after")
    def _is_whole(self) -> "RuleTable":
        names = [row.row for row in self.rows]
        if len(set(names)) != len(names):
            raise ValueError("two rows have one name")
        for row in self.rows:
            if len(row.cells) != len(self.columns):
                raise ValueError(f"row {row.row} needs a cell for each of the columns")
        return self
