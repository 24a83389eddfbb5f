"""The statements behind the pages: what is read, and what is written in one transaction."""

from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec

from dashboards.board.feed.writing import Work
from dashboards.board.manage.kinds import Kind, Row
from dashboards.ledger.explanation import Ask
from dashboards.statements import statement

_FOLDER = Path(__file__).parent

PAGE_ROWS = 50
"""Rows of a list at a time: a screen or two, that a phone draws at once."""

HISTORY_ENTRIES_MAX = 50
"""Changes of a row that its page lists; the audit log has all of them."""


class Listed(msgspec.Struct, frozen=True):
    """A row of a list, with the names that an assortment row goes by."""

    row: dict[str, Any]
    location_name: str | None = None
    product_name: str | None = None
    unit: str | None = None


class Entry(msgspec.Struct, frozen=True):
    """One change of a row: by whom, when, and what it was before and after."""

    happened_at: datetime
    who: str
    action: str
    before: dict[str, Any] | None
    after: dict[str, Any] | None


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

    rows: list[Listed]
    total: int
    number: int

    @property
    def pages(self) -> int:
        """How many there are, at least one."""
        return max(1, -(-self.total // PAGE_ROWS))


class _Row(msgspec.Struct, frozen=True):
    row: dict[str, Any]


class _Total(msgspec.Struct, frozen=True):
    total: int


async def page(ask: Ask, kind: Kind, search: str, location: str, wanted: int) -> Page:
    """A page of the list; the last one where fewer are there than ``wanted``."""
    asked: dict[str, object] = {"search": search}
    if kind.name == "assortment":
        asked["location"] = location
    (count,) = await ask(_statement(kind, "count"), _Total, **asked)
    last = max(1, -(-count.total // PAGE_ROWS))
    number = min(wanted, last)
    bounds = {"limit": PAGE_ROWS, "offset": (number - 1) * PAGE_ROWS}
    rows = await ask(_statement(kind, "list"), Listed, **asked, **bounds)
    return Page(rows, count.total, number)


async def find(ask: Ask, kind: Kind, key: str) -> Row | None:
    """The row of that name, as it is now."""
    return _only(kind, await ask(_statement(kind, "row"), _Row, **kind.key_values(key)))


async def history(ask: Ask, kind: Kind, key: str) -> list[Entry]:
    """Its changes, the last first."""
    subject = f"{kind.name}/{key}"
    return await ask(
        statement(_FOLDER, "history"), Entry, subject=subject, limit=HISTORY_ENTRIES_MAX
    )


async def used(ask: Ask, kind: Kind, key: str) -> Used:
    """What would be left over without the row."""
    return (await ask(_statement(kind, "used"), Used, **kind.key_values(key)))[0]


async def registered(ask: Ask, row: Row) -> Registered:
    """Whether location and product of an assortment row are there."""
    named = {"location_id": row["location_id"], "sku": row["sku"]}
    return (await ask(statement(_FOLDER, "registered"), Registered, **named))[0]


async def lock(work: Work, kind: Kind, key: str) -> Row | None:
    """The row as it is now, and stays until the transaction ends."""
    return _only(kind, await work.query(_statement(kind, "lock"), _Row, **kind.key_values(key)))


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
    return statement(_FOLDER, f"{kind.name}_{name}")


def _json(row: Row) -> str:
    return msgspec.json.encode(row).decode()


def _only(kind: Kind, rows: list[_Row]) -> Row | None:
    return {name: rows[0].row[name] for name in kind.columns()} if rows else None
