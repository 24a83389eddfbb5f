"""Counts whose tills were dark: what they sold before it is told later, and the correction follows.

A count stays unsettled until each till has told all that it sold before the count; until then it is
looked at again and again. Whatever is told meanwhile, and in whatever order, each look books the
difference between what is corrected and what is to be, so that a look that is lost, or two at once,
change nothing.
"""

from datetime import timedelta
from hashlib import sha256

import msgspec

from clients.statements import statement
from dashboards.backoffice import counting
from dashboards.backoffice.asking import BookingWork, fetched
from dashboards.backoffice.documents import (
    Booking,
    Document,
    HeardTill,
    Outcome,
    quantities,
)
from dashboards.backoffice.writer import (
    Ask,
    bookings_of,
    expected_of,
    write_booking,
)

AT_ONCE = 10
"""Counts of one look. Each reads the location's ledger; others come with the next look."""

YOUNG = timedelta(minutes=2)
"""How old a count is at least before it is settled: what was booked just before it may be on its
way to the ledger, which takes a second, and a minute where the sink was started anew."""

FORGOTTEN = timedelta(days=90)
"""After which it is settled whatever is missing. Tills keep what is not confirmed; one that said
nothing for a quarter of a year is scrap, and each look costs."""

WHO = "late sales"
"""As whom corrections are booked."""


class Look(msgspec.Struct, frozen=True):
    """What one look came to: products that were corrected, and tills that are waited for."""

    document_id: str
    corrected: int
    waits_for: list[str]
    settled: bool


class _Age(msgspec.Struct, frozen=True):
    seconds: float


async def settle(work: BookingWork) -> list[Look]:
    """Look at the counts that nobody else looks at now."""
    question = statement(__file__, "unsettled_for_update")
    counts = await fetched(work, question, Document, most=AT_ONCE)
    return [await _look(work, count) for count in counts]


async def _look(work: BookingWork, count: Document) -> Look:
    bookings = await bookings_of(work, count)
    # Whole before the ledger is read: what comes between the two is seen by the next look.
    waiting = counting.waits_for(count, await _heard(work, count))
    counted = counting.agreed(count, bookings)
    expected = await expected_of(work, count) or {}
    moved = counting.settled(counted, expected, _corrected(bookings))
    if moved:
        ask = Ask(_id_of_look(count), "settle", [], "")
        outcome = Outcome(moved, "booked")
        if await write_booking(work, WHO, count, ask, outcome) is None:
            raise RuntimeError(f"{ask.booking_id} is booked, and {count.document_id} not settled")
    age = (await fetched(work, statement(__file__, "age"), _Age, moment=count.counted_at))[
        0
    ].seconds
    is_settled = not moved and (
        age > FORGOTTEN.total_seconds() or (not waiting and age > YOUNG.total_seconds())
    )
    if moved or is_settled:
        await work.run(
            statement(__file__, "settled"),
            document_id=count.document_id,
            location_id=count.location_id,
            is_settled=is_settled,
        )
    return Look(count.document_id, len(moved), waiting, is_settled)


def _id_of_look(count: Document) -> str:
    """Another for each version of each count, and short enough for an id."""
    name = sha256(f"{count.document_id}/{count.location_id}".encode()).hexdigest()[:32]
    return f"late-{name}-{count.version}"


async def _heard(work: BookingWork, count: Document) -> list[HeardTill]:
    question = statement(__file__, "heard")
    return await fetched(work, question, HeardTill, location_id=count.location_id)


def _corrected(bookings: list[Booking]) -> dict[str, int]:
    """What the count has moved so far."""
    return quantities(
        line for each in bookings if each.act in ("commit", "settle") for line in each.lines
    )
