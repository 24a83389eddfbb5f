"""Decides each sale that comes again, and tells what differs.

An event that comes twice is decided twice, a fork and a sale that is refused as well: whether they
count is for others. The list of what counts and differs is told by ``tillstream rules recompute``.
"""

import asyncio
from collections.abc import Collection, Sequence
from typing import Protocol

from edge.recomputing.published import PublishedTables, TableName
from edge.recomputing.sales import (
    SaleDifference,
    difference_of,
    names_a_rule,
    names_of,
    versions_of,
)
from edge.watched import WatchedRecord
from topics.decoder import Refused
from topics.wire import WireCartCompleted, decode_till_event

SLICE_LINES = 2_000
"""Lines that are looked at before others may run, some 5 ms."""

LINES_OF_A_SALE = 20
"""What a sale costs beside its lines, in lines."""

_HINT = b'"rule'
"""In each event that names a rule or its tables. All others are not even decoded."""


class KnownTables(Protocol):
    """Tells what was published."""

    async def of(self, wanted: Collection[TableName], names: Collection[str]) -> PublishedTables:
        """All that is known, after a look for the ``wanted`` versions, and for which of ``names``
        are those of tables."""
        ...


class SaleReports(Protocol):
    """Hears what became of a sale that was decided again."""

    def same(self) -> None:
        """The same comes of it."""
        ...

    def different(self, difference: SaleDifference) -> None:
        """Something else does."""
        ...


class SaleWatch:
    """The watch over all sales."""

    def __init__(self, tables: KnownTables, reports: SaleReports) -> None:
        self._tables = tables
        self._reports = reports

    async def look(self, records: Sequence[WatchedRecord]) -> None:
        """Look at messages; raises what the tables raise, and nothing was told then."""
        sales = [sale for record in records if (sale := _sale(record.value)) is not None]
        if not sales:
            return
        wanted = {each for sale in sales for each in versions_of(sale).items()}
        names = {each for sale in sales for each in names_of(sale)}
        published = await self._tables.of(wanted, names)
        looked_at = 0
        for sale in sales:
            self._judge(sale, published)
            looked_at += LINES_OF_A_SALE + len(sale.lines) + len(sale.discounts)
            if looked_at >= SLICE_LINES:
                looked_at = 0
                await asyncio.sleep(0)

    def _judge(self, sale: WireCartCompleted, published: PublishedTables) -> None:
        difference = difference_of(sale, published)
        if difference is None:
            self._reports.same()
        else:
            self._reports.different(difference)


def _sale(value: bytes | None) -> WireCartCompleted | None:
    if value is None or _HINT not in value:
        return None
    try:
        event = decode_till_event(value)
    except Refused:
        return None  # a dead letter: whoever folds it says so
    return event if isinstance(event, WireCartCompleted) and names_a_rule(event) else None
