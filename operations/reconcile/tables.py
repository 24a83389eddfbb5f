"""Tables against tables: what PostgreSQL can answer about itself.

Each comparison is one statement, so that both sides are of the same instant.
"""

from collections.abc import Callable, Iterator
from typing import Any

import psycopg
from psycopg.rows import TupleRow

from clients.statements import statement
from operations.reconcile.decisions import Decisions
from operations.reconcile.difference import Differences, FigureDifference

Connection = psycopg.Connection[TupleRow]

Locations = list[str] | None
"""Which locations to compare; None for all."""

LEDGER_CAUSE = "the workers' level and the sum of stock_ledger went apart"
RECEIPTS_CAUSE = "the workers' totals and the sum of sales and sale_lines went apart"
COUNTED_CAUSE = "the workers and the sink have counted different sequences"


def _rows(connection: Connection, name: str, locations: Locations) -> list[TupleRow]:
    return connection.execute(statement(__file__, name), {"locations": locations}).fetchall()


def levels_against_ledger(connection: Connection, locations: Locations) -> Differences:
    """On hand of each location and SKU, and the sum of its stock effects."""

    def found() -> Iterator[FigureDifference]:
        for location, sku, expected, on_hand in _rows(connection, "levels_ledger", locations):
            yield FigureDifference(
                check="levels-ledger",
                table="stock_levels",
                location_id=location,
                key=f"{location}/{sku}",
                fields={"on_hand": (int(expected), on_hand)},
                cause="missing in stock_levels" if on_hand is None else LEDGER_CAUSE,
            )

    return _by_place(found())


def totals_against_receipts(connection: Connection, locations: Locations) -> Differences:
    """Totals of locations and tills, and the sums of their receipts."""

    def found() -> Iterator[FigureDifference]:
        rows = _rows(connection, "totals_receipts", locations)
        for location, till, business_date, expected, total in rows:
            fields = _unlike(expected, total, absent=0)
            if fields or total is None:
                yield FigureDifference(
                    check="totals-receipts",
                    table="checkout_totals",
                    location_id=location,
                    key="/".join(part for part in (location, till, business_date) if part),
                    fields=fields,
                    cause="missing in checkout_totals" if total is None else RECEIPTS_CAUSE,
                )

    return _by_place(found())


def tills_against_counted(
    connection: Connection, locations: Locations, decisions: Decisions
) -> Differences:
    """Open epochs of each till, their numbers and gaps, and what the sink has counted."""

    def found() -> Iterator[FigureDifference]:
        for location, till, counted, status in _rows(connection, "tills_counted", locations):
            epoch = max(each["epoch"] for each in (counted, status) if each)
            if decisions.is_forgotten(location, till, epoch):
                continue
            expected = counted and decisions.applied(location, till, counted)
            fields = _unlike(expected, status, absent=None)
            if fields:
                yield FigureDifference(
                    check="tills-counted",
                    table="till_status",
                    location_id=location,
                    key=f"{location}/{till}",
                    fields=fields,
                    cause="missing in till_status" if status is None else COUNTED_CAUSE,
                )

    return _by_place(found())


COMPARISONS: tuple[Callable[[Connection, Locations], Differences], ...] = (
    levels_against_ledger,
    totals_against_receipts,
)


def _unlike(
    expected: dict[str, Any] | None, found: dict[str, Any] | None, absent: Any
) -> dict[str, tuple[Any, Any]]:
    left, right = expected or {}, found or {}
    names = sorted(left.keys() | right.keys())
    pairs = {name: (left.get(name, absent), right.get(name, absent)) for name in names}
    return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}


def _by_place(found: Iterator[FigureDifference]) -> Differences:
    return {difference.place: difference for difference in found}
