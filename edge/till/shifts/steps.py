"""The steps of a shift, decided: what the journal is to keep of each. Pure."""

from collections.abc import Mapping
from enum import Enum
from typing import Any

from edge.till.shifts.counting import counted_minor
from edge.till.shifts.shift import NAMELESS, Shift
from topics.scalars import NUMBER_MAX

COUNTS_MAX = 2
"""Of a drawer as it stands: after the first the difference is known, and one slip may be mended."""


class WhyNotInShift(Enum):
    """Why a step cannot be now."""

    SHIFT_IS_OPEN = "shift_is_open"
    NO_SHIFT = "no_shift"
    NOT_COUNTED = "not_counted"
    COUNTED_TWICE = "counted_twice"
    WRONG_AMOUNT = "wrong_amount"
    NO_REASON = "no_reason"


class ShiftRefused(Exception):
    """The step cannot be."""

    def __init__(self, why: WhyNotInShift) -> None:
        super().__init__(why.value)
        self.why = why


def open_shift(shift: Shift, shift_id: str, cashier_id: str, float_minor: int) -> dict[str, Any]:
    """A shift begins with so much in the drawer; raises `ShiftRefused`."""
    if shift.shift_id != NAMELESS:
        raise ShiftRefused(WhyNotInShift.SHIFT_IS_OPEN)
    if not shift_id or not 0 <= float_minor <= NUMBER_MAX:
        raise ShiftRefused(WhyNotInShift.WRONG_AMOUNT)
    event = {"type": "shift_opened", "shift_id": shift_id, "cashier_id": cashier_id}
    return event | {"float_minor": float_minor}


def move_cash(shift: Shift, cashier_id: str, amount_minor: int, reason: str) -> dict[str, Any]:
    """Cash is put in, or with an amount below nothing taken out, as a drop is; raises
    `ShiftRefused`. More may leave than should be there: to refuse it would tell the sum."""
    event = _step(shift, "cash_moved", cashier_id)
    if amount_minor == 0 or abs(amount_minor) > NUMBER_MAX:
        raise ShiftRefused(WhyNotInShift.WRONG_AMOUNT)
    if not reason.strip():
        raise ShiftRefused(WhyNotInShift.NO_REASON)
    return event | {"amount_minor": amount_minor, "reason": reason.strip()}


def count_cash(shift: Shift, cashier_id: str, counted: Mapping[str, int]) -> dict[str, Any]:
    """The drawer was counted; the event does not say what should be there. Raises `ShiftRefused`
    and `WrongCount`."""
    event = _step(shift, "shift_counted", cashier_id)
    if shift.counts_since_cash >= COUNTS_MAX:
        raise ShiftRefused(WhyNotInShift.COUNTED_TWICE)
    counted_minor(counted)
    return event | {"counted": dict(counted)}


def close_shift(shift: Shift, cashier_id: str, has_drawer: bool = True) -> dict[str, Any]:
    """The shift ends by its last count; raises `ShiftRefused` where cash has moved since. A till
    without a drawer has nothing to count."""
    event = _step(shift, "shift_closed", cashier_id)
    if has_drawer and not shift.is_counted:
        raise ShiftRefused(WhyNotInShift.NOT_COUNTED)
    over_short_minor = shift.counts[-1].over_short_minor if shift.counts else 0
    return event | {
        "expected_minor": shift.expected_minor,
        "over_short_minor": over_short_minor,
    }


def _step(shift: Shift, kind: str, cashier_id: str) -> dict[str, Any]:
    if shift.shift_id == NAMELESS:
        raise ShiftRefused(WhyNotInShift.NO_SHIFT)
    return {"type": kind, "shift_id": shift.shift_id, "cashier_id": cashier_id}
