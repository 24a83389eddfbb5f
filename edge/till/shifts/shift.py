"""One shift as the journal's events make it: a fold, event by event. Pure.

What is in the drawer is the float, what was put in or taken out, and the cash of sales; refunds are
paid in cash. Training is in no sum. What happens while no shift is open belongs to a shift without
a name, so that no sale is in no report.
"""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import msgspec

NAMELESS = ""
"""The shift of what happens while none is open."""


class CashCount(msgspec.Struct, frozen=True):
    """What was counted, and what should have been there at that moment."""

    counted_minor: int
    expected_minor: int

    @property
    def over_short_minor(self) -> int:
        """How much too much there is; below nothing, how much is missing."""
        return self.counted_minor - self.expected_minor


class Shift(msgspec.Struct, frozen=True):
    """How a shift stands after its events so far. Sums are in minor units."""

    shift_id: str = NAMELESS
    cashier_id: str | None = None
    business_date: str | None = None
    opened_at: str | None = None
    closed_at: str | None = None
    first_sequence: int = 0
    last_sequence: int = 0
    float_minor: int = 0
    put_in_minor: int = 0
    taken_out_minor: int = 0
    """Drops and payments out of the drawer, as a positive sum."""

    receipts: int = 0
    returns: int = 0
    gross_minor: int = 0
    discount_minor: int = 0
    net_minor: int = 0
    """What sales came to, refunds not taken off."""

    refund_minor: int = 0
    tenders: dict[str, int] = {}
    taxes: dict[int, int] = {}
    counts: tuple[CashCount, ...] = ()
    counts_since_cash: int = 0
    """Counts since cash last moved: an older one says nothing of the drawer any more."""

    @property
    def expected_minor(self) -> int:
        """What should be in the drawer. Shown to nobody before a count: see `reports`."""
        moved_minor = self.put_in_minor - self.taken_out_minor
        return self.float_minor + moved_minor + self.tenders.get("cash", 0) - self.refund_minor

    @property
    def is_counted(self) -> bool:
        """Whether the drawer was counted as it stands."""
        return self.counts_since_cash > 0

    @property
    def is_empty(self) -> bool:
        """Whether nothing has happened in it."""
        return self.first_sequence == 0


class ShiftStep(NamedTuple):
    """After an event: the shift that it ended, if it did, and the one that goes on."""

    ended: Shift | None
    shift: Shift


def shifts_of(events: Iterable[Mapping[str, Any]]) -> list[Shift]:
    """All shifts of a till's events, in order; the last is the one that is open, or nameless."""
    ended: list[Shift] = []
    shift = Shift()
    for event in events:
        step = after(shift, event)
        shift = step.shift
        if step.ended is not None:
            ended.append(step.ended)
    return [*ended, shift]


def after(shift: Shift, event: Mapping[str, Any]) -> ShiftStep:
    """What the event does; those that are not of money do nothing.

    A shift that begins ends what was before it, also one that nobody closed.
    """
    fold = None if event.get("training") else _FOLDS.get(event["type"])
    if fold is None:
        return ShiftStep(None, shift)
    if event["type"] == "shift_opened":
        return ShiftStep(None if shift.is_empty else shift, _with(Shift(), event))
    going_on = _with(shift, event)
    if event["type"] == "shift_closed":
        return ShiftStep(going_on, Shift())
    return ShiftStep(None, going_on)


def _with(shift: Shift, event: Mapping[str, Any]) -> Shift:
    sequence = event["sequence"]
    known = msgspec.structs.replace(
        shift, first_sequence=shift.first_sequence or sequence, last_sequence=sequence
    )
    return _FOLDS[event["type"]](known, event)


def _opened(shift: Shift, event: Mapping[str, Any]) -> Shift:
    return msgspec.structs.replace(
        shift,
        shift_id=event["shift_id"],
        cashier_id=event["cashier_id"],
        business_date=event["business_date"],
        opened_at=event["occurred_at"],
        float_minor=event.get("float_minor") or 0,
    )


def _moved(shift: Shift, event: Mapping[str, Any]) -> Shift:
    amount_minor = event.get("amount_minor") or 0
    return msgspec.structs.replace(
        shift,
        put_in_minor=shift.put_in_minor + max(amount_minor, 0),
        taken_out_minor=shift.taken_out_minor - min(amount_minor, 0),
        counts_since_cash=0,
    )


def _sold(shift: Shift, event: Mapping[str, Any]) -> Shift:
    tenders, taxes = dict(shift.tenders), dict(shift.taxes)
    for each in event["tenders"]:
        tenders[each["kind"]] = tenders.get(each["kind"], 0) + each["amount_minor"]
    for each in event["taxes"]:
        rate = each["rate_basis_points"]
        taxes[rate] = taxes.get(rate, 0) + each["amount_minor"]
    is_cash_moved = tenders.get("cash") != shift.tenders.get("cash")
    return msgspec.structs.replace(
        shift,
        receipts=shift.receipts + 1,
        gross_minor=shift.gross_minor + _sum(event["lines"]),
        discount_minor=shift.discount_minor + _sum(event["discounts"]),
        net_minor=shift.net_minor + event["total_minor"],
        tenders=tenders,
        taxes=taxes,
        counts_since_cash=0 if is_cash_moved else shift.counts_since_cash,
    )


def _sum(parts: Iterable[Mapping[str, Any]]) -> int:
    return sum(each["amount_minor"] for each in parts)


def _returned(shift: Shift, event: Mapping[str, Any]) -> Shift:
    return msgspec.structs.replace(
        shift,
        returns=shift.returns + 1,
        refund_minor=shift.refund_minor + event["refund_minor"],
        counts_since_cash=0,
    )


def _counted(shift: Shift, event: Mapping[str, Any]) -> Shift:
    counted: Mapping[str, int] = event.get("counted") or {}
    if not all(each.isascii() and each.isdigit() for each in counted):
        return shift  # a program counted something else: it says nothing of the cash
    counted_minor = sum(int(each) * pieces for each, pieces in counted.items())
    return msgspec.structs.replace(
        shift,
        counts=(*shift.counts, CashCount(counted_minor, shift.expected_minor)),
        counts_since_cash=shift.counts_since_cash + 1,
    )


def _closed(shift: Shift, event: Mapping[str, Any]) -> Shift:
    return msgspec.structs.replace(shift, closed_at=event["occurred_at"])


_FOLDS = {
    "shift_opened": _opened,
    "cash_moved": _moved,
    "cart_completed": _sold,
    "goods_returned": _returned,
    "shift_counted": _counted,
    "shift_closed": _closed,
}
