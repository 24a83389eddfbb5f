"""Which rule an act follows, and whether a document takes it now. Pure."""

from collections.abc import Sequence
from typing import NamedTuple

from dashboards.backoffice import correcting, counting, moving
from dashboards.backoffice.documents import Act, Booking, BookingOutcome, Document, Kind, Quantities
from dashboards.backoffice.refusals import BookingRefused, WhyNotBooked

ACTS: dict[Kind, tuple[Act, ...]] = {
    "order": ("receive", "close"),
    "delivery": ("book", "close"),
    "transfer_out": ("send", "close"),
    "transfer_in": ("take_in", "close"),
    "count": ("begin", "count", "commit", "close"),
    "adjustment": ("book", "close"),
    "vendor_return": ("book", "close"),
}
"""What can be done with an open document."""

MOVES_AT_ONCE: frozenset[Kind] = frozenset({"delivery", "adjustment", "vendor_return"})
"""Documents that tell of what has happened: who books for the location books them as they come."""


class BookingScene(NamedTuple):
    """What a decision looks at beside the document.

    ``sent`` is what the other side of a transfer has sent, None where that is not booked here;
    ``expected`` what a count was to find.
    """

    bookings: Sequence[Booking] = ()
    sent: Quantities | None = None
    expected: Quantities | None = None


def require(document: Document, act: Act) -> None:
    """Raises `BookingRefused` where the document takes no such act, or none any more."""
    if act not in ACTS[document.kind]:
        words = f"A {words_of(document.kind)} cannot be told to {act.replace('_', ' ')}."
        raise BookingRefused(WhyNotBooked.NOT_THIS_ACT, words)
    if document.state != "open":
        words = f"This {words_of(document.kind)} is {document.state} already; nothing was booked."
        raise BookingRefused(WhyNotBooked.NOT_OPEN, words)
    if document.kind == "count" and act in ("count", "commit") and document.counted_at is None:
        words = "Begin the count first: it needs its moment, and how far each till is."
        raise BookingRefused(WhyNotBooked.NOT_BEGUN, words)


def decide(document: Document, act: Act, lines: Quantities, scene: BookingScene) -> BookingOutcome:
    """What the act comes to; raises `BookingRefused`."""
    require(document, act)
    match act:
        case "receive":
            return moving.received(document, scene.bookings, lines)
        case "send":
            return moving.sent(document, lines)
        case "take_in":
            return moving.taken_in(document, scene.bookings, lines, scene.sent)
        case "commit":
            counted = counting.agreed(document, scene.bookings)
            return counting.committed(counted, scene.expected or {})
        case "book":
            return at_once(document)
        case "close":
            return _closed(document, scene)
        case _:
            return BookingOutcome()


def at_once(document: Document) -> BookingOutcome:
    """What a document moves that tells of what has happened."""
    if document.kind == "adjustment":
        return correcting.adjusted(document.why, document.wanted)
    if document.kind == "vendor_return":
        return correcting.returned(document.wanted)
    return moving.delivered(document.wanted)


def _closed(document: Document, scene: BookingScene) -> BookingOutcome:
    if document.kind == "transfer_in":
        return moving.closed_transfer(scene.bookings, scene.sent)
    if document.kind == "order":
        return moving.closed_order(document, scene.bookings)
    return BookingOutcome([], "closed")


def words_of(kind: Kind) -> str:
    """A kind as people say it."""
    return {"transfer_out": "transfer", "transfer_in": "transfer", "vendor_return": "return"}.get(
        kind, kind
    )
