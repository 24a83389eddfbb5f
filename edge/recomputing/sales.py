"""One sale, decided again by what it says of itself. Pure.

What counts is the till's own word on lines, customer and categories, and the versions of tables
that it names. What was given by hand is no table's: it is taken as it is.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

from edge.recomputing.published import TABLES_MAX, NotDecidable, PublishedTables
from edge.rules.evaluating import TableDiscount
from edge.rules.facts import cart_of
from topics.wire import WireCartCompleted
from topics.wire_parts import WireDiscount, WireRulesApplied

LINES_MAX = 10_000
"""Of a sale that is decided again; a till takes a thousand. A message that came compressed may have
a million, which would hold up everything else for seconds."""

DISCOUNTS_MAX = 1_000
"""Of a sale that is decided again: one for each line that a till takes. A message that came
compressed may have 300,000, which would hold up everything else for a second and fill the log."""

_NONE = WireRulesApplied(tables={})

Told = list[tuple[str, int]]
"""Discounts as rule and minor units, in order."""


class SaleDifference(NamedTuple):
    """A sale that comes to something else. ``decided`` is None where it cannot be decided."""

    location_id: str
    till_id: str
    epoch: int
    sequence: int
    receipt_no: str
    business_date: str
    why: str
    carried: Told
    decided: Told | None
    carried_total_minor: int
    decided_total_minor: int | None

    def __str__(self) -> str:
        place = f"{self.location_id}/{self.till_id}/{self.epoch}/{self.sequence}"
        return f"{place}, receipt {self.receipt_no}, {self.business_date}: {self.why}"

    def told(self) -> dict[str, Any]:
        """For programs."""
        return self._asdict()


def names_a_rule(sale: WireCartCompleted) -> bool:
    """Whether there is anything to decide again."""
    return sale.rules is not None or any("/" in each.rule for each in sale.discounts)


def versions_of(sale: WireCartCompleted) -> dict[str, int]:
    """The tables by which the till says that it was decided; none where nobody believes it."""
    tables = (sale.rules or _NONE).tables
    return tables if len(tables) <= TABLES_MAX else {}


def names_of(sale: WireCartCompleted) -> set[str]:
    """What its discounts call a table; nothing of what was given by hand, or is past believing."""
    if len(sale.discounts) > DISCOUNTS_MAX:
        return set()
    return {each.rule.partition("/")[0] for each in sale.discounts if "/" in each.rule}


def difference_of(sale: WireCartCompleted, published: PublishedTables) -> SaleDifference | None:
    """What differs; None where the same comes of it."""
    carried = _pairs(sale.discounts[:DISCOUNTS_MAX])
    try:
        _require_in_force(sale, published)
        decided, total_minor = _decided(sale, published)
    except NotDecidable as error:
        return _difference(sale, str(error), carried, None, None)
    if sorted(decided) != sorted(carried):
        return _difference(sale, _words(carried, decided), carried, decided, total_minor)
    if total_minor != sale.total_minor:
        why = f"lines and discounts come to {total_minor}, and the sale to {sale.total_minor}"
        return _difference(sale, why, carried, decided, total_minor)
    return None


def _require_in_force(sale: WireCartCompleted, published: PublishedTables) -> None:
    if len(sale.lines) > LINES_MAX:
        raise NotDecidable(f"{len(sale.lines)} lines; no till sells more than {LINES_MAX} at once")
    if len(sale.discounts) > DISCOUNTS_MAX:
        told = f"{len(sale.discounts)} discounts; no till gives more than {DISCOUNTS_MAX} at once"
        raise NotDecidable(told)
    versions = (sale.rules or _NONE).tables
    for each in sale.discounts:
        table = each.rule.partition("/")[0]
        if "/" in each.rule and table in published.names and table not in versions:
            raise NotDecidable(f"{each.rule} is named, and the sale was not decided by {table}")
    for table, locations in published.of(versions):
        name = f"{table.table_name}, version {table.version}"
        if locations and sale.location_id not in locations:
            raise NotDecidable(f"{name} does not hold at {sale.location_id}")
        if table.valid_from > sale.occurred_at:
            raise NotDecidable(f"{name} had not begun")


def _decided(sale: WireCartCompleted, published: PublishedTables) -> tuple[Told, int]:
    rules = sale.rules or _NONE
    cart = cart_of(sale.lines, rules.categories.get, sale.customer_id)
    by_hand = [
        TableDiscount(each.rule, each.amount_minor)
        for each in sale.discounts
        if each.rule.partition("/")[0] not in rules.tables
    ]
    verdict = published.ruleset(rules.tables).verdict(cart, by_hand)
    told = [(each["rule"], each["amount_minor"]) for each in verdict.told()]
    return told, cart.subtotal_minor - verdict.off_minor


def _pairs(discounts: Sequence[WireDiscount]) -> Told:
    return [(each.rule, each.amount_minor) for each in discounts]


def _words(carried: Told, decided: Told) -> str:
    return f"the till took off {_listed(carried)}, and its tables take off {_listed(decided)}"


def _listed(discounts: Told) -> str:
    return ", ".join(f"{rule} {amount}" for rule, amount in discounts) or "nothing"


def _difference(
    sale: WireCartCompleted, why: str, carried: Told, decided: Told | None, total: int | None
) -> SaleDifference:
    return SaleDifference(
        sale.location_id,
        sale.till_id,
        sale.epoch,
        sale.sequence,
        sale.receipt_no,
        sale.business_date.isoformat(),
        why,
        carried,
        decided,
        sale.total_minor,
        total,
    )
