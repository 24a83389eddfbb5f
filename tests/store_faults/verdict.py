"""The verdict on a store: the centre against what people were told, and the store against it."""

from __future__ import annotations

from collections import Counter
from typing import Any, LiteralString

import psycopg

from tests.faults.feed import eventually
from tests.faults.stack import OwnStack
from tests.till_faults.verdict import SINK_SECONDS_MAX, Tills, TillVerdict, judge

FIGURES: dict[str, LiteralString] = {
    "level": "SELECT sku, on_hand, in_carts FROM stock_levels WHERE location_id = %s ORDER BY 1",
    "total": "SELECT till_id, business_date, receipts, returns, units, gross_minor, discount_minor,"
    " tax_minor, net_sales_minor, discrepancies FROM checkout_totals WHERE location_id = %s"
    " ORDER BY 1, 2",
    "movement": "SELECT movement_id, sku, quantity, reason FROM stock_ledger"
    " WHERE location_id = %s AND movement_id IS NOT NULL ORDER BY 1, 2",
    "sale": "SELECT event_id, till_id, epoch, sequence, receipt_no, total_minor FROM sales"
    " WHERE location_id = %s ORDER BY 1",
}
"""What both databases must have alike."""


def judge_store(
    stack: OwnStack,
    postgres: str,
    location_id: str,
    tills: Tills,
    booked: Counter[str],
    verdict: TillVerdict,
) -> None:
    """Ask the centre as for any tills, with what was booked on top, and then the store.
    ``postgres`` is the store's."""
    centre = stack.addresses.postgres
    judge(stack.addresses, location_id, tills, verdict, booked)
    for name, query in FIGURES.items():
        _compare(name, query, location_id, postgres, centre, verdict)


def _compare(
    name: str, query: LiteralString, location_id: str, store: str, centre: str, verdict: TillVerdict
) -> None:
    def read(dsn: str) -> list[tuple[Any, ...]]:
        with psycopg.connect(dsn) as connection:
            return connection.execute(query, (location_id,)).fetchall()

    eventually(SINK_SECONDS_MAX, lambda: read(store) == read(centre))
    there, here = Counter(read(store)), Counter(read(centre))
    for row in (there - here).elements():
        verdict.findings.add(f"{name} lost at the centre", f"only the store has {row}")
    for row in (here - there).elements():
        verdict.findings.add(f"{name} lost in the store", f"only the centre has {row}")
