"""The statements behind the pages: what is read, and what is written in one transaction."""

from typing import Any

import msgspec

from clients.statements import statement
from dashboards.asking import Ask
from dashboards.board.catalog.kinds import Kind, Row
from dashboards.board.feed.writing import Work

PAGE_ROWS = 50
"""Rows of a list at a time: a screen or two, that a phone draws at once."""


class ListedRow(msgspec.Struct, frozen=True):
    """A row of a list, with the names that an assortment row goes by."""

    row: dict[str, Any]
    location_name: str | None = None
    product_name: str | None = None
    unit: str | None = None


class Used(msgspec.Struct, frozen=True):
    """How many assortment rows and levels that are not zero still name a row."""

    assortment: int
    levels: int


class Registered(msgspec.Struct, frozen=True):
    """Whether what an assortment row names is there."""

    location: bool
    product: bool


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
    asked: dict[str, object] = {"search": search}
    if kind.name == "assortment":
        asked["location"] = location
    (count,) = await ask(_statement(kind, "count"), dict[str, int], **asked)
    last = max(1, -(-count["total"] // PAGE_ROWS))
    number = min(wanted, last)
    bounds = {"limit": PAGE_ROWS, "offset": (number - 1) * PAGE_ROWS}
    rows = await ask(_statement(kind, "list"), ListedRow, **asked, **bounds)
    return Page(rows, count["total"], number)


async def find(ask: Ask, kind: Kind, key: str, *held: str) -> Row | None:
    """The row of that name, as it is now."""
    question = statement(__file__, f"{kind.name}_row", *held)
    rows = await ask(question, dict[str, Row], **kind.key_values(key))
    return {name: rows[0]["row"][name] for name in kind.columns()} if rows else None


async def used(ask: Ask, kind: Kind, key: str) -> Used:
    """What would be left over without the row."""
    return (await ask(_statement(kind, "used"), Used, **kind.key_values(key)))[0]


async def registered(ask: Ask, row: Row) -> Registered:
    """Whether location and product of an assortment row are there."""
    named = {"location_id": row["location_id"], "sku": row["sku"]}
    return (await ask(statement(__file__, "registered"), Registered, **named))[0]


async def lock(work: Work, kind: Kind, key: str) -> Row | None:
    """The row as it is now, and stays until the transaction ends."""
    return await find(work.query, kind, key, "for_update")


async def create(work: Work, kind: Kind, row: Row) -> None:
    """A new row; raises ``psycopg.errors.UniqueViolation`` where there is one of that name."""
    await work.run(_statement(kind, "create"), row=_json(row))


async def change(work: Work, kind: Kind, key: str, row: Row) -> None:
    """The row is this now."""
    await work.run(_statement(kind, "change"), row=_json(row), **kind.key_values(key))


async def delete(work: Work, kind: Kind, key: str) -> None:
    """The row is gone."""
    await work.run(_statement(kind, "delete"), **kind.key_values(key))


def _statement(kind: Kind, name: str) -> Any:
    return statement(__file__, f"{kind.name}_{name}")


def _json(row: Row) -> str:
    return msgspec.json.encode(row).decode()
