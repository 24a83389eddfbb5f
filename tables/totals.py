"""Totals of a location, or of one of its tills, on one business date."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

import msgspec

from tables.limits import SUM_MAX, fits
from tables.offsets import UNSEEN
from tables.times import KEPT_US, is_of_now
from topics.wire import WireCartCompleted, WireGoodsReturned, WireLine
from topics.wire_parts import WireTender

_LOOK_AGAIN_US = 24 * 60 * 60 * 1_000_000
"""When a date that must not leave yet is looked at again: once a day is enough for hundreds."""


class Day(msgspec.Struct, array_like=True, gc=False):
    """The tills that have a row of a business date; key ``location_id/business_date``."""

    tills: list[str] = []


class Totals(msgspec.Struct, array_like=True, gc=False):
    """One row; key ``location_id/business_date`` or ``location_id/till_id/business_date``.

    `topics.derived.CheckoutTotals` says what each figure means. ``heard_us`` is the location's
    clock at the row's last event. ``turnover`` is what has ever been added, signs aside: no sum is
    larger, so it alone is looked at until it comes near the bound. 0 says that nobody has kept it.
    """

    receipts: int = 0
    returns: int = 0
    units: int = 0
    returned_units: int = 0
    gross_minor: int = 0
    discount_minor: int = 0
    tax_minor: int = 0
    refund_minor: int = 0
    net_sales_minor: int = 0
    tenders: dict[str, int] = {}
    open_carts: int = 0
    discrepancies: int = 0
    as_of: datetime | None = None
    offset: int = UNSEEN
    weight_grams: int = 0
    returned_weight_grams: int = 0
    heard_us: int = 0
    turnover: int = 0

    @property
    def version(self) -> int:
        """Grows with every event that touched the row."""
        return self.offset + 1


def end_of_day(row: Totals | None, day: str, clock_us: int) -> int:
    """When the location's row of a business date leaves, or is to be looked at again.

    A date that the shop may still trade on stays, however long nothing was heard of it.
    """
    ends_us = row.heard_us + KEPT_US if row else clock_us
    if ends_us <= clock_us and is_of_now(day, clock_us):
        return clock_us + _LOOK_AGAIN_US
    return ends_us


class Sale(msgspec.Struct, gc=False):
    """The sums of one receipt, made once for both of its rows."""

    units: int
    weight_grams: int
    gross_minor: int
    discount_minor: int
    tax_minor: int
    tenders: tuple[WireTender, ...]
    total_minor: int
    is_discrepant: bool
    turnover: int


class Return(NamedTuple):
    """The sums of what came back."""

    units: int
    weight_grams: int
    refund_minor: int
    turnover: int


def sale_of(event: WireCartCompleted) -> Sale:
    """The sums of a receipt, and whether its amounts contradict each other."""
    units, weight, gross = pieces_of(event.lines)
    discount = tax = tendered = turned = 0
    for reduction in event.discounts:
        discount += reduction.amount_minor
    for contained in event.taxes:
        tax += contained.amount_minor
    for tender in event.tenders:
        tendered += tender.amount_minor
        turned += abs(tender.amount_minor)
    total = event.total_minor
    discrepant = gross + discount != total or tendered != total
    turned += units + weight + abs(gross) - discount + abs(tax) + abs(total)
    return Sale(units, weight, gross, discount, tax, event.tenders, total, discrepant, turned)


def return_of(event: WireGoodsReturned) -> Return:
    """The sums of what came back."""
    units, weight, _ = pieces_of(event.lines)
    return Return(units, weight, event.refund_minor, units + weight + event.refund_minor)


def pieces_of(lines: Iterable[WireLine]) -> tuple[int, int, int]:
    """Pieces, grams and amounts of ``lines``: a weighed line is one piece, whatever it weighs."""
    units = weight = gross = 0
    for line in lines:
        gross += line.amount_minor
        if line.unit == "each":
            units += line.quantity
        else:
            units += 1
            weight += line.quantity
    return units, weight, gross


def cover(location: Totals, till: Totals) -> None:
    """Let the location's turnover be no less than its till's, whoever kept it: what has room there
    has room with the till, and need not ask twice."""
    location.turnover = max(
        location.turnover or _turnover_of(location), till.turnover or _turnover_of(till)
    )


def has_room_for_sale(location: Totals, till: Totals, sale: Sale) -> bool:
    """Whether both rows, the location's with `cover`, can take the receipt within the bound."""
    if location.turnover + sale.turnover <= SUM_MAX:
        return True
    return _fits_sale(location, sale) and _fits_sale(till, sale)


def _fits_sale(row: Totals, sale: Sale) -> bool:
    tendered = dict(row.tenders)
    _add_tenders(tendered, sale.tenders)
    return fits(
        row.units + sale.units,
        row.weight_grams + sale.weight_grams,
        row.gross_minor + sale.gross_minor,
        row.discount_minor + sale.discount_minor,
        row.tax_minor + sale.tax_minor,
        row.net_sales_minor + sale.total_minor,
        *tendered.values(),
    )


def has_room_for_return(location: Totals, till: Totals, back: Return) -> bool:
    """Whether both rows, the location's with `cover`, can take the return within the bound."""
    if location.turnover + back.turnover <= SUM_MAX:
        return True
    return _fits_return(location, back) and _fits_return(till, back)


def _fits_return(row: Totals, back: Return) -> bool:
    return fits(
        row.returned_units + back.units,
        row.returned_weight_grams + back.weight_grams,
        row.refund_minor + back.refund_minor,
        row.net_sales_minor - back.refund_minor,
    )


def _turnover_of(row: Totals) -> int:
    """A turnover that is large enough for the sums that an older version left."""
    sums = (
        *(row.units, row.returned_units, row.gross_minor, row.discount_minor, row.tax_minor),
        *(row.refund_minor, row.net_sales_minor, *row.tenders.values()),
    )
    row.turnover = sum(map(abs, sums))
    return row.turnover


def add_sale(rows: Iterable[Totals], sale: Sale) -> None:
    """Count a receipt by its ``total_minor``, also where its amounts contradict it.

    What is mostly 0 is looked at first: to set a field costs twice as much.
    """
    for row in rows:
        row.receipts += 1
        row.turnover += sale.turnover
        row.units += sale.units
        row.gross_minor += sale.gross_minor
        row.tax_minor += sale.tax_minor
        row.net_sales_minor += sale.total_minor
        if sale.weight_grams:
            row.weight_grams += sale.weight_grams
        if sale.discount_minor:
            row.discount_minor += sale.discount_minor
        if sale.is_discrepant:
            row.discrepancies += 1
        _add_tenders(row.tenders, sale.tenders)


def _add_tenders(sums: dict[str, int], tenders: Iterable[WireTender]) -> None:
    for tender in tenders:
        sums[tender.kind] = sums.get(tender.kind, 0) + tender.amount_minor


def add_return(rows: Iterable[Totals], back: Return) -> None:
    """Count what came back, whether or not it goes back on the shelf."""
    for row in rows:
        row.returns += 1
        row.turnover += back.turnover
        row.returned_units += back.units
        row.returned_weight_grams += back.weight_grams
        row.refund_minor += back.refund_minor
        row.net_sales_minor -= back.refund_minor


def touch(rows: Iterable[Totals], at: datetime, clock_us: int, offset: int) -> None:
    """Note that an event at ``offset`` concerns the rows."""
    for row in rows:
        row.offset = offset
        row.heard_us = clock_us
        if row.as_of is None or at > row.as_of:
            row.as_of = at
