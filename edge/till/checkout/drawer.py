"""The drawer and its shifts, decided: they begin, cash moves, it is counted, they end. Pure."""

from base64 import b64encode
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

from edge.till import asked
from edge.till.deciding import Decision, Sight, require_day
from edge.till.receipts.escpos_printing import DRAWER_PULSE
from edge.till.refusals import WhyNot, conflict, refusal, unfit
from edge.till.shifts import steps
from edge.till.shifts.counting import WrongCount, counted_minor
from edge.till.shifts.keeping import ShiftBook
from edge.till.shifts.reports import ended_report, x_report
from edge.till.shifts.shift import NAMELESS

_WORDS = {
    steps.WhyNotInShift.SHIFT_IS_OPEN: "A shift is open: count the drawer and close it first.",
    steps.WhyNotInShift.NO_SHIFT: "No shift is open.",
    steps.WhyNotInShift.NOT_COUNTED: "Count the drawer as it stands, and close the shift then.",
    steps.WhyNotInShift.COUNTED_TWICE: "It was counted twice: close the shift by the last count.",
    steps.WhyNotInShift.WRONG_AMOUNT: "The amount cannot be meant.",
    steps.WhyNotInShift.NO_REASON: "Say why.",
}


def open_shift(sight: Sight, want: asked.AskedShift) -> Decision:
    """A cashier begins, with so much in the drawer."""
    shift_id = sight.new_cart_id
    event = _step(
        sight, lambda: steps.open_shift(sight.shift, shift_id, want.cashier_id, want.float_minor)
    )
    return Decision([event], told={"shift_id": shift_id}, status=201)


def move_cash(sight: Sight, want: asked.AskedCash) -> Decision:
    """Cash is put in, or with an amount below nothing taken out."""
    event = _step(
        sight,
        lambda: steps.move_cash(sight.shift, want.cashier_id, want.amount_minor, want.reason),
    )
    told = {"shift_id": event["shift_id"], "amount_minor": want.amount_minor}
    return Decision([event], told=told, status=201)


def count_cash(sight: Sight, want: asked.AskedCount) -> Decision:
    """The drawer was counted; only the answer, which comes after it is on the disk, says by how
    much it differs."""
    event = _step(sight, lambda: steps.count_cash(sight.shift, want.cashier_id, want.counted))
    counted = counted_minor(want.counted)
    told = {
        "shift_id": event["shift_id"],
        "counted_minor": counted,
        "over_short_minor": counted - sight.shift.expected_minor,
        "may_count_again": sight.shift.counts_since_cash + 1 < steps.COUNTS_MAX,
    }
    return Decision([event], told=told, status=201)


def close_shift(sight: Sight, want: asked.AskedEnd) -> Decision:
    """The shift ends by its last count."""
    has_drawer = sight.kind == "counter"
    event = _step(sight, lambda: steps.close_shift(sight.shift, want.cashier_id, has_drawer))
    told = {name: event[name] for name in ("shift_id", "expected_minor", "over_short_minor")}
    return Decision([event], told=told)


def _step(sight: Sight, step: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    require_day(sight)
    try:
        return step()
    except steps.ShiftRefused as error:
        raise conflict(WhyNot(error.why.value), _WORDS[error.why]) from error
    except WrongCount as error:
        raise unfit(WhyNot.WRONG_COUNT, f"The count cannot be meant: {error}.") from error


def open_drawer(sight: Sight, want: asked.AskedDrawer) -> Decision:
    """Somebody opens the drawer and says why; ``pulse`` is what its printer is sent."""
    require_day(sight)
    event = {"type": "drawer_opened", "cashier_id": want.cashier_id, "reason": want.reason}
    told = {"pulse": b64encode(DRAWER_PULSE).decode()}
    return Decision([event], told=told, status=201)


def told_of_shifts(book: ShiftBook) -> dict[str, Any]:
    """The open shift, blind until it is counted, and those that ended, by number."""
    ended = [
        {
            "number": each.number,
            "shift_id": each.shift.shift_id,
            "cashier_id": each.shift.cashier_id,
            "opened_at": each.shift.opened_at,
            "closed_at": each.shift.closed_at,
        }
        for each in book.ended
    ]
    return {"open": x_report(book.shift), "ended": ended}


def report_of(book: ShiftBook, name: str) -> dict[str, Any]:
    """The X report for ``x``, or the Z report of a shift that ended, by its number or id; raises
    `Refusal`."""
    if name == "x" or (name == book.shift.shift_id != NAMELESS):
        return x_report(book.shift)
    for each in book.ended:
        if name in (str(each.number), each.shift.shift_id):
            return {"number": each.number} | ended_report(each.shift)
    words = "This till has no such shift, or no longer."
    raise refusal(HTTPStatus.NOT_FOUND, WhyNot.NO_SHIFT, words)
