"""Rules of what comes, goes and is on its way. Pure.

What leaves a location and has not come to another is in transit: the sum over all locations and
what is in transit never changes by a transfer. What is lost on the way comes in and is written off
by whoever takes in, in one booking; what is too much comes in beside it as found.
"""

from collections.abc import Sequence

from dashboards.backoffice.documents import (
    Booking,
    BookingOutcome,
    Document,
    Movement,
    Quantities,
    State,
    differing,
    done,
)
from dashboards.backoffice.refusals import BookingRefused, WhyNotBooked


def delivered(lines: Quantities) -> BookingOutcome:
    """A delivery that nobody ordered here."""
    return BookingOutcome(
        [Movement(sku, each, "delivery") for sku, each in lines.items()], "booked"
    )


def received(order: Document, bookings: Sequence[Booking], lines: Quantities) -> BookingOutcome:
    """A part of an order, or all of it, or more than it."""
    come = _plus(done(bookings, "receive"), lines)
    is_all = all(come.get(sku, 0) >= each for sku, each in order.wanted.items())
    state: State = "booked" if is_all else "open"
    movements = [Movement(sku, each, "delivery") for sku, each in lines.items()]
    return BookingOutcome(movements, state, differing(order.wanted, come))


def require_awaited(act: str, sides: Sequence[Document]) -> None:
    """Raises `BookingRefused` where something is sent that nobody takes in any more."""
    if act == "send" and any(each.state != "open" for each in sides):
        words = "The other location waits for it no more: make another transfer."
        raise BookingRefused(WhyNotBooked.NOT_OPEN, words)


def sent(transfer: Document, lines: Quantities) -> BookingOutcome:
    """What leaves, all at once; it may be other than was wanted."""
    movements = [Movement(sku, -each, "transfer_out") for sku, each in lines.items()]
    return BookingOutcome(movements, "booked", differing(transfer.wanted, lines))


def taken_in(
    transfer: Document, bookings: Sequence[Booking], lines: Quantities, sent: Quantities | None
) -> BookingOutcome:
    """What comes of a transfer, in parts. ``sent`` is what has left, None where that was booked
    elsewhere and is not known here: then all that comes, comes in."""
    before = done(bookings, "take_in")
    come = _plus(before, lines)
    if sent is None:
        is_all = all(come.get(sku, 0) >= each for sku, each in transfer.wanted.items())
        moved = [Movement(sku, each, "transfer_in") for sku, each in lines.items()]
        return BookingOutcome(
            moved, "booked" if is_all else "open", differing(transfer.wanted, come)
        )
    if not sent:
        words = "Nothing was sent yet: book that first at the location that sends."
        raise BookingRefused(WhyNotBooked.NOTHING_SENT, words)
    moved: list[Movement] = []
    for sku, each in lines.items():
        on_its_way = max(0, sent.get(sku, 0) - before.get(sku, 0))
        expected = min(each, on_its_way)
        if expected:
            moved.append(Movement(sku, expected, "transfer_in"))
        if each > expected:
            moved.append(Movement(sku, each - expected, "adjustment", ".found"))
    is_all = all(come.get(sku, 0) >= each for sku, each in sent.items())
    return BookingOutcome(moved, "booked" if is_all else "open", differing(sent, come))


def closed_transfer(bookings: Sequence[Booking], sent: Quantities | None) -> BookingOutcome:
    """Nothing more will come of it: what is still on its way is lost."""
    come = done(bookings, "take_in")
    moved: list[Movement] = []
    for sku, each in (sent or {}).items():
        lost = each - come.get(sku, 0)
        if lost > 0:
            moved.append(Movement(sku, lost, "transfer_in"))
            moved.append(Movement(sku, -lost, "shrinkage", ".lost"))
    return BookingOutcome(moved, "closed", differing(sent, come) if sent is not None else [])


def closed_order(order: Document, bookings: Sequence[Booking]) -> BookingOutcome:
    """Nothing more is waited for."""
    return BookingOutcome([], "closed", differing(order.wanted, done(bookings, "receive")))


def _plus(some: Quantities, more: Quantities) -> dict[str, int]:
    return {sku: some.get(sku, 0) + more.get(sku, 0) for sku in (*some, *more)}
