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
from dashboards.asking import Ask
from dashboards.backoffice import counting
from dashboards.backoffice.asking import BookingWork, fetched
from dashboards.backoffice.documents import (
    Booking,
    BookingOutcome,
    Document,
    HeardTill,
    quantities,
)
from dashboards.backoffice.keeping import (
    BookingAct,
    bookings_of,
    expected_of,
    write_booking,
)

AT_ONCE = 50
"""Counts of one round. Each reads the location's ledger; of more, others come with the next."""

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


class UnsettledCount(msgspec.Struct, frozen=True):
    """A committed count, by its name."""

    document_id: str
    location_id: str


class _Age(msgspec.Struct, frozen=True):
    seconds: float


async def unsettled(ask: Ask) -> list[UnsettledCount]:
    """Counts for which late sales may still come; some of them where there are very many."""
    return await ask(statement(__file__, "unsettled"), UnsettledCount, most=AT_ONCE)


async def note_booked_elsewhere(work: BookingWork) -> int:
    """Documents whose stores have told that they booked them; how many there were."""
    return await work.run(statement(__file__, "note_booked_elsewhere"))


async def settle(work: BookingWork, which: UnsettledCount) -> Look | None:
    """Look at one of them; None where somebody else does so now, or it is settled."""
    question = statement(__file__, "unsettled_for_update")
    names = {"document_id": which.document_id, "location_id": which.location_id}
    found = await fetched(work, question, Document, **names)
    return await _look(work, found[0]) if found else None


async def _look(work: BookingWork, count: Document) -> Look:
    bookings = await bookings_of(work, count)
    # Whole before the ledger is read: what comes between the two is seen by the next look.
    waiting = counting.waits_for(count, await _heard(work, count))
    counted = counting.agreed(count, bookings)
    expected = await expected_of(work, count) or {}
    moved = counting.settled(counted, expected, _corrected(bookings))
    if moved:
        act = BookingAct(_id_of_look(count), "settle", [], "")
        outcome = BookingOutcome(moved, "booked")
        if await write_booking(work, WHO, count, act, outcome) is None:
            raise RuntimeError(f"{act.booking_id} is booked, and {count.document_id} not settled")
    is_settled = not moved and await _is_old(work, count, FORGOTTEN if waiting else YOUNG)
    if moved or is_settled:
        await work.run(
            statement(__file__, "settled"),
            document_id=count.document_id,
            location_id=count.location_id,
            is_settled=is_settled,
        )
    return Look(count.document_id, len(moved), waiting, is_settled)


async def _is_old(work: BookingWork, count: Document, age: timedelta) -> bool:
    """By the database's clock."""
    question = statement(__file__, "age")
    (found,) = await fetched(work, question, _Age, moment=count.counted_at)
    return found.seconds > age.total_seconds()


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
