"""Documents, bookings and movements as the database keeps them: one statement, one function."""

from collections.abc import Mapping, Sequence

import msgspec
from psycopg.types.json import Jsonb

from clients.statements import statement
from dashboards.backoffice.asking import BookingWork, fetched
from dashboards.backoffice.documents import (
    Act,
    Booking,
    BookingOutcome,
    Document,
    GoodsLine,
    State,
    TillMark,
    done,
)

NAME_CHARACTERS_MAX = 128
"""Of who books, as migration 0038 has it."""


class BookingAct(msgspec.Struct, frozen=True):
    """An act as it is kept: by its id, with products by SKU."""

    booking_id: str
    act: Act
    lines: list[GoodsLine]
    digest: str
    marks: Mapping[str, TillMark] = {}


class _Place(msgspec.Struct, frozen=True):
    location_id: str
    here: bool


class _KnownMark(msgspec.Struct, frozen=True):
    till_id: str
    epoch: int
    sequence: int


async def locked(work: BookingWork, document_id: str) -> list[Document]:
    question = statement(__file__, "documents_for_update")
    return await fetched(work, question, Document, document_id=document_id)


async def inserted(work: BookingWork, row: Mapping[str, object]) -> Document | None:
    written = await fetched(work, statement(__file__, "insert_document"), Document, **row)
    return written[0] if written else None


async def booking_of(work: BookingWork, booking_id: str) -> Booking | None:
    found = await fetched(work, statement(__file__, "booking"), Booking, booking_id=booking_id)
    return found[0] if found else None


async def bookings_of(work: BookingWork, document: Document) -> list[Booking]:
    """What was done with a document at its location, in order."""
    asked = {"document_id": document.document_id, "location_id": document.location_id}
    return await fetched(work, statement(__file__, "bookings"), Booking, **asked)


async def expected_of(work: BookingWork, count: Document) -> dict[str, int] | None:
    """What a count was to find, as far as it is known now; None of what is no count that has begun.

    Without the count's own corrections.
    """
    if count.counted_at is None:
        return None
    rows = await fetched(
        work,
        statement(__file__, "expected"),
        GoodsLine,
        document_id=count.document_id,
        location_id=count.location_id,
        moment=count.counted_at,
        marks=Jsonb(msgspec.to_builtins(count.marks or {})),
    )
    return {each.sku: each.quantity for each in rows}


async def heard_marks(work: BookingWork, location_id: str) -> dict[str, TillMark]:
    """How far each till of a location was told."""
    question = statement(__file__, "marks")
    known = await fetched(work, question, _KnownMark, location_id=location_id)
    return {each.till_id: TillMark(each.epoch, each.sequence, exact=False) for each in known}


async def sent_by(work: BookingWork, documents: Sequence[Document]) -> dict[str, int] | None:
    """What has left by a transfer; None where that is booked elsewhere."""
    for each in documents:
        if each.kind == "transfer_out":
            if not (await known_places(work, [each.location_id])).get(each.location_id):
                return None
            return done(await bookings_of(work, each), "send")
    return None


async def known_places(work: BookingWork, location_ids: Sequence[str]) -> dict[str, bool]:
    """Whether each is booked here; without those that nobody knows."""
    question = statement(__file__, "places")
    found = await fetched(work, question, _Place, location_ids=list(location_ids))
    return {each.location_id: each.here for each in found}


async def write_booking(
    work: BookingWork, who: str, document: Document, act: BookingAct, outcome: BookingOutcome
) -> Booking | None:
    """The booking and its movements; None where one of that id is there already."""
    moved = [GoodsLine(each.sku, each.quantity) for each in outcome.movements]
    # A commit and what settles it keep what they corrected: the next correction starts from there.
    kept = moved if act.act in ("commit", "settle") else act.lines
    written = await fetched(
        work,
        statement(__file__, "insert_booking"),
        Booking,
        booking_id=act.booking_id,
        document_id=document.document_id,
        location_id=document.location_id,
        act=act.act,
        lines=Jsonb(msgspec.to_builtins(kept)),
        differences=Jsonb(msgspec.to_builtins(outcome.differences)),
        digest=act.digest,
        booked_by=who[:NAME_CHARACTERS_MAX],
    )
    if not written:
        return None
    await work.run(
        statement(__file__, "move"),
        movement_ids=[act.booking_id + each.part for each in outcome.movements],
        location_id=document.location_id,
        skus=[each.sku for each in outcome.movements],
        quantities=[each.quantity for each in outcome.movements],
        reasons=[each.reason for each in outcome.movements],
        reference=document.document_id,
        occurred_at=document.counted_at,
    )
    return written[0]


async def stand(
    work: BookingWork,
    document: Document,
    state: State,
    marks: Mapping[str, TillMark] | None = None,
) -> Document:
    """The document in that state; with ``marks`` its count begins now."""
    (after,) = await fetched(
        work,
        statement(__file__, "stand"),
        Document,
        document_id=document.document_id,
        location_id=document.location_id,
        state=state,
        marks=None if marks is None else Jsonb(msgspec.to_builtins(marks)),
    )
    return after
