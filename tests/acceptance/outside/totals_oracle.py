"""What a receipt or a return adds to the totals."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from .limits import SUM_MAX

Event = dict[str, Any]
TotalsKey = tuple[str, str | None, str]

FIGURES = (
    "receipts",
    "returns",
    "units",
    "weight_grams",
    "gross_minor",
    "discount_minor",
    "tax_minor",
    "net_sales_minor",
    "discrepancies",
)
"""Columns of `checkout.totals` that are sums; tenders are one for each kind."""


@dataclass
class Totals:
    """Plain sums of receipts and returns; those that no column shows are bounded as well."""

    sums: Counter[str] = field(default_factory=Counter[str])
    tenders: Counter[str] = field(default_factory=Counter[str])

    def has_room(self, more: Totals) -> bool:
        """Whether no sum would leave what every reader keeps exact."""
        return all(
            abs(here[name] + amount) <= SUM_MAX
            for here, there in ((self.sums, more.sums), (self.tenders, more.tenders))
            for name, amount in there.items()
        )

    def add(self, more: Totals) -> None:
        """Add a receipt or a return."""
        for here, there in ((self.sums, more.sums), (self.tenders, more.tenders)):
            for name, amount in there.items():
                here[name] += amount


def totals_of(event: Event) -> Totals | None:
    """What an event adds to its rows; None where it adds nothing."""
    if event["type"] == "cart_completed":
        return _sale(event)
    return _return(event) if event["type"] == "goods_returned" else None


def rows_of(event: Event) -> list[TotalsKey]:
    """The location's row and the till's."""
    location, date = event["location_id"], event["business_date"]
    return [(location, None, date), (location, event["till_id"], date)]


def pieces_of(lines: list[Event]) -> int:
    """Quantities of what is sold by the piece, and one for each weighed line."""
    return sum(line["quantity"] if line["unit"] == "each" else 1 for line in lines)


def grams_of(lines: list[Event]) -> int:
    """The weight of what is weighed."""
    return sum(line["quantity"] for line in lines if line["unit"] == "gram")


def _amounts(rows: list[Event]) -> int:
    return sum(row["amount_minor"] for row in rows)


def _sale(event: Event) -> Totals:
    lines, total = event["lines"], event["total_minor"]
    gross, discount = _amounts(lines), _amounts(event["discounts"])
    agrees = gross + discount == total == _amounts(event["tenders"])
    sums = Counter(receipts=1, units=pieces_of(lines), weight_grams=grams_of(lines))
    sums.update(gross_minor=gross, discount_minor=discount, tax_minor=_amounts(event["taxes"]))
    sums.update(net_sales_minor=total, discrepancies=0 if agrees else 1)
    tenders: Counter[str] = Counter()
    for tender in event["tenders"]:
        tenders[tender["kind"]] += tender["amount_minor"]
    return Totals(sums, tenders)


def _return(event: Event) -> Totals:
    lines, refund = event["lines"], event["refund_minor"]
    sums = Counter(returns=1, returned_units=pieces_of(lines), refund_minor=refund)
    sums.update(returned_weight_grams=grams_of(lines), net_sales_minor=-refund)
    return Totals(sums)
