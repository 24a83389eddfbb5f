"""How the till stands, read for its figures again and again."""

import asyncio
from collections.abc import Callable
from functools import partial

from edge.till.books import Books
from edge.till.catalogs import CatalogKeeper
from edge.till.clock import TillClock
from edge.till.metrics import TillMetrics
from edge.till.standing import read_books

FIGURES_SECONDS = 5.0
"""Between two readings of the journal for the figures."""


async def measure(
    metrics: TillMetrics,
    clock: TillClock,
    catalogs: CatalogKeeper,
    books: Callable[[], Books | None],
) -> None:
    """Measure for ever; without books what can be known without them."""
    while True:
        metrics.clock_off.set(clock.read().off_seconds or 0)
        metrics.tables_refused.set(len(catalogs.refused_tables))
        opened = books()
        if opened is not None:
            await _measure_books(metrics, opened)
        await asyncio.sleep(FIGURES_SECONDS)


async def _measure_books(metrics: TillMetrics, books: Books) -> None:
    standing = await books.run(partial(read_books, books))
    metrics.waiting.set(standing.waiting)
    metrics.unconfirmed.set(standing.unconfirmed)
    metrics.may_begin.set(standing.is_well)
    staff = await books.run(books.desk.staff.standing)
    metrics.employees_age.set(staff.age_seconds)
    metrics.plain_cash_only.set(staff.is_plain_cash_only)
    metrics.cards_locked.set(staff.cards_locked)
