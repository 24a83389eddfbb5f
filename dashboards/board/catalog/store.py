"""The statements behind the pages: what is read, and what is written in one transaction."""

from collections.abc import Sequence
from functools import cache
from typing import Any

import msgspec
from psycopg import sql

from clients.statements import statement
from dashboards.asking import Ask
from dashboards.board.catalog.fields import Kind, Row
from dashboards.board.feed.writing import Work

PAGE_ROWS = 50
"""Rows of a list at a time: a screen or two, that a phone draws at once."""

_NAMED_ELSEWHERE = ("products", "locations", "assortment")
"""Kinds whose rows something else may name, or have in stock."""


_HOMES = {"location_id": "locations", "sku": "products"}


class ListedRow(msgspec.Struct, frozen=True):
    """A row of a list, with the names that a row goes by which names others."""

    row: dict[str, Any]
    location_name: str | None = None
    product_name: str | None = None
    unit: str | None = None


class Used(msgspec.Struct, frozen=True):
    """How many assortment rows and levels that are not zero still name a row."""

    assortment: int = 0
    levels: int = 0


class Page(msgspec.Struct, frozen=True):
    """One page of a list, counted from 1."""

    rows: list[ListedRow]
    total: int
    number: int

    @property
    def pages(self) -> int:
        """How many there are, at least one."""
        return max(1, -(-self.total // PAGE_ROWS))


async def page(ask: Ask, kind: Kind, search: str, location: str, wanted: int) -> Page:
    """A page of the list; the last one where fewer are there than ``wanted``."""
    asked: dict[str, object] = {"search": search, "location": location}
    found, order = f"{kind.name}_found", f"{kind.name}_order"
    (count,) = await ask(statement(__file__, "count", found), dict[str, int], **asked)
    last = max(1, -(-count["total"] // PAGE_ROWS))
    number = min(wanted, last)
    bounds = {"limit": PAGE_ROWS, "offset": (number - 1) * PAGE_ROWS}
    shown = "listed_with_names" if kind.refers_to else "listed"
    question = statement(__file__, shown, found, order, "page")
    rows = await ask(question, ListedRow, **asked, **bounds)
    return Page(rows, count["total"], number)


async def find(ask: Ask, kind: Kind, key: str, *held: str) -> Row | None:
    """The row of that name, as it is now."""
    rows = await ask(_statement(kind, "row", *held), dict[str, Row], **kind.key_values(key))
    return kind.row(rows[0]["row"]) if rows else None


async def behind(ask: Ask, kind: Kind, last: Row | None, limit: int) -> list[Row]:
    """The next ``limit`` rows behind one, or the first ones, in the order of their names."""
    after = {name: last[name] if last else None for name in kind.key}
    bounds = {"begun": last is not None, "limit": limit}
    rows = await ask(_statement(kind, "export"), dict[str, Row], **after, **bounds)
    return [kind.row(each["row"]) for each in rows]


async def used(ask: Ask, kind: Kind, key: str) -> Used:
    """What would be left over without the row."""
    if kind.name not in _NAMED_ELSEWHERE:
        return Used()
    question = statement(__file__, f"{kind.name}_used")
    return (await ask(question, Used, **kind.key_values(key)))[0]


async def unregistered(ask: Ask, kind: Kind, rows: Sequence[Row]) -> dict[str, list[str]]:
    """Some of the locations and products that rows name and that are not there, by field."""
    missing: dict[str, list[str]] = {}
    for name in kind.refers_to:
        question: Any = statement(__file__, "unregistered").format(
            name=sql.Identifier(name),
            table=sql.Identifier(kind.relation),
            home=sql.Identifier(_HOMES[name]),
        )
        found = await ask(question, dict[str, str], rows=_json(rows))
        if found:
            missing[name] = [each["id"] for each in found]
    return missing


async def lock(work: Work, kind: Kind, key: str) -> Row | None:
    """The row as it is now, and stays until the transaction ends."""
    return await find(work.query, kind, key, "for_update")


async def lock_all(work: Work, kind: Kind, rows: Sequence[Row]) -> dict[str, Row]:
    """Those of some rows that are there, as they are now and stay, by name."""
    found = await work.query(_statement(kind, "rows"), dict[str, Row], rows=_json(rows))
    held = [kind.row(each["row"]) for each in found]
    return {kind.key_of(row): row for row in held}


async def create(work: Work, kind: Kind, *rows: Row) -> None:
    """New rows; raises ``psycopg.errors.UniqueViolation`` where there is one of that name."""
    await work.run(_statement(kind, "create"), rows=_json(rows))


async def change(work: Work, kind: Kind, *rows: Row) -> None:
    """The rows of these names are these now."""
    await work.run(_statement(kind, "change"), rows=_json(rows))


async def delete(work: Work, kind: Kind, key: str) -> None:
    """The row is gone."""
    await work.run(_statement(kind, "delete"), **kind.key_values(key))


def _statement(kind: Kind, *names: str) -> Any:
    return _written(names, kind.relation, kind.key, tuple(kind.columns()))


@cache
def _written(
    names: tuple[str, ...], table: str, key: tuple[str, ...], columns: tuple[str, ...]
) -> sql.Composed:
    """A statement that is alike for all kinds, for one table with these columns."""
    others = [name for name in columns if name not in key]
    return statement(__file__, *names).format(
        table=sql.Identifier(table),
        columns=_listed("{}", columns if names == ("create",) else others),
        new=_listed("n.{}", others),
        same=_listed("t.{0} = n.{0}", key, " AND "),
        key=_listed("t.{}", key) if names == ("export",) else _named(key),
        after=sql.SQL(", ").join(map(sql.Placeholder, key)),
    )


def _named(key: Sequence[str]) -> sql.Composed:
    """By the parts of a name, which are texts in an address whatever the columns are."""
    parts = [
        sql.SQL("t.{}::text = {}").format(sql.Identifier(name), sql.Placeholder(name))
        for name in key
    ]
    return sql.SQL(" AND ").join(parts)


def _listed(form: Any, names: Sequence[str], between: Any = ", ") -> sql.Composed:
    return sql.SQL(between).join(sql.SQL(form).format(sql.Identifier(name)) for name in names)


def _json(rows: Sequence[Row]) -> str:
    return msgspec.json.encode(rows).decode()
