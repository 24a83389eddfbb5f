"""All receipts decided again: which of them come to something else. Pure."""

from collections.abc import Iterable
from typing import NamedTuple

from pydantic import ValidationError

from edge.recomputing.published import PublishedTables, published
from edge.recomputing.sales import SaleDifference, difference_of, names_a_rule
from topics.decoder import Refused
from topics.rule_tables import RuleTable
from topics.wire import WireCartCompleted, decode_till_event

LISTED_MAX = 10_000
"""Differences that are listed. A table that a release reads otherwise than the one before differs
in every sale, and a fleet's do not fit into memory."""


class Recomputed(NamedTuple):
    """What came of it: ``sales`` in all, those of them that tables ``decided``, and how many were
    ``different``, of which ``listed`` has the first."""

    sales: int
    decided: int
    different: int
    listed: list[SaleDifference]


def tables_of(values: Iterable[bytes | None]) -> PublishedTables:
    """Every version in ``cdc.rule-tables``; what nobody can read, no till decides by."""
    found = PublishedTables()
    for value in values:
        try:
            row = RuleTable.model_validate_json(value or b"")
        except ValidationError:
            continue
        if row.deleted == "false":
            found.learn([published(row)])
    return found


def recompute(
    values: Iterable[bytes | None], tables: PublishedTables, location_id: str | None = None
) -> Recomputed:
    """Decide the receipts of ``checkout.receipts`` again, all or those of one location."""
    sales = decided = different = 0
    listed: list[SaleDifference] = []
    for value in values:
        sale = _sale(value)
        if sale is None or location_id not in (None, sale.location_id):
            continue
        sales += 1
        if not names_a_rule(sale):
            continue
        decided += 1
        found = difference_of(sale, tables)
        if found is not None:
            different += 1
            listed += [found] if len(listed) < LISTED_MAX else []
    return Recomputed(sales, decided, different, listed)


def _sale(value: bytes | None) -> WireCartCompleted | None:
    try:
        event = decode_till_event(value)
    except Refused:
        return None
    return event if isinstance(event, WireCartCompleted) else None
