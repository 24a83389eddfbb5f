"""Which SKUs stand on one page of a location's stock.

PostgreSQL chooses them; what it says of them goes through the memory, so that a newer value
heard from Kafka wins. While it is away the choice is made among what the memory holds.
"""

from dataclasses import dataclass
from datetime import datetime

import msgspec

from dashboards.board.feed.database import Database, DatabaseAway
from dashboards.board.feed.memory import Memory
from dashboards.board.feed.rows import Level, Product

PAGE_ROWS = 100
"""Rows on a page. More is slow to draw on a phone; fewer is a lot of turning."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What a viewer wants to see of a location's stock; ``page`` counts from 1."""

    location_id: str
    search: str = ""
    only_alerts: bool = False
    page: int = 1


@dataclass(frozen=True, slots=True)
class Choice:
    """The SKUs of a page, in order, and how many match on all pages."""

    skus: list[str]
    matching: int
    page: int

    @property
    def pages(self) -> int:
        """How many pages there are, at least one."""
        return max(1, -(-self.matching // PAGE_ROWS))


class _Line(msgspec.Struct, frozen=True):
    """One row of ``stock_page.sql``."""

    sku: str
    name: str | None
    unit: str | None
    on_hand: int | None
    in_carts: int | None
    available: int | None
    version: int | None
    as_of: datetime | None
    matching: int


async def choose(database: Database, memory: Memory, wish: Wish) -> Choice:
    """The page that was wished for; the last one where there are not so many."""
    try:
        choice = await _chosen_by_database(database, memory, wish)
    except DatabaseAway:
        choice = chosen_by_memory(memory, wish)
    if not choice.skus and wish.page > 1:
        return await choose(database, memory, Wish(wish.location_id, wish.search, wish.only_alerts))
    return choice


async def _chosen_by_database(database: Database, memory: Memory, wish: Wish) -> Choice:
    alerted = list(memory.alerts(wish.location_id))
    lines = await database.ask(
        "stock_page",
        _Line,
        location_id=wish.location_id,
        heard=[*memory.level_skus(wish.location_id), *alerted],
        alerted=alerted,
        only_alerts=wish.only_alerts,
        search=wish.search,
        limit=PAGE_ROWS,
        offset=(wish.page - 1) * PAGE_ROWS,
    )
    _remember(memory, wish.location_id, lines)
    return Choice([line.sku for line in lines], lines[0].matching if lines else 0, wish.page)


def _remember(memory: Memory, location_id: str, lines: list[_Line]) -> None:
    memory.learn_products(
        Product(line.sku, line.name, line.unit)
        for line in lines
        if line.name is not None and line.unit is not None
    )
    memory.take(level for line in lines if (level := _level(location_id, line)) is not None)


def _level(location_id: str, line: _Line) -> Level | None:
    if (
        line.on_hand is None
        or line.in_carts is None
        or line.available is None
        or line.version is None
        or line.as_of is None
    ):
        return None
    return Level(
        location_id, line.sku, line.on_hand, line.in_carts, line.available, line.version, line.as_of
    )


def chosen_by_memory(memory: Memory, wish: Wish) -> Choice:
    """The same choice, among the SKUs that the memory holds."""
    alerted = memory.alerts(wish.location_id)
    known = alerted.keys() if wish.only_alerts else {*alerted, *memory.level_skus(wish.location_id)}
    search = wish.search.lower()

    def name_of(sku: str) -> str | None:
        product = memory.products.get(sku)
        return product.name.lower() if product else None

    matching = [sku for sku in known if search in sku.lower() or search in (name_of(sku) or "")]
    matching.sort(
        key=lambda sku: (sku not in alerted, name_of(sku) is None, name_of(sku) or "", sku)
    )
    first = (wish.page - 1) * PAGE_ROWS
    return Choice(matching[first : first + PAGE_ROWS], len(matching), wish.page)
