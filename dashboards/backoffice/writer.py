"""Books: a document, what was done with it, and its movements, in one transaction or not at all.

1. What is asked names products by codes: each is found, or nothing is booked.
2. Who asks has given an id. Where it is known, the earlier answer is given again if the content is
   the same, and refused if it is another.
3. The document's rows are locked, both of a transfer, so that two people act one after the other.
4. The rules decide (`dashboards.backoffice.deciding`).
5. Booking, movements and the document's state are written.
"""

from collections.abc import Mapping, Sequence

import msgspec
from psycopg.types.json import Jsonb

from clients.statements import statement
from dashboards.backoffice import counting, deciding
from dashboards.backoffice.asked import AskedBooking, AskedDocument
from dashboards.backoffice.asking import BookingWork, fetched
from dashboards.backoffice.codes import found_codes, found_quantities
from dashboards.backoffice.correcting import effects
from dashboards.backoffice.documents import (
    Act,
    Booking,
    Document,
    Line,
    Mark,
    Outcome,
    Quantities,
    State,
    done,
    lines_of,
)
from dashboards.backoffice.identity import digest_of, require_same
from dashboards.backoffice.refusals import NotBooked, NotBookedReason, UnknownDocument

NAME_CHARACTERS_MAX = 128
"""Of who books, as migration 0038 has it."""


class Booked(msgspec.Struct, frozen=True):
    """What was booked; ``known`` where it had been before, and nothing was booked now."""

    documents: list[Document]
    booking: Booking | None
    known: bool


class _Place(msgspec.Struct, frozen=True):
    location_id: str
    here: bool


async def open_document(work: BookingWork, who: str, asked: AskedDocument) -> Booked:
    """Keep a document, and book it where it tells of what has happened; raises `NotBooked`."""
    digest = digest_of(asked)
    earlier = await _locked(work, asked.document_id)
    if earlier:
        require_same(earlier[0].digest, digest, asked.document_id)
        return Booked(earlier, await _booking(work, asked.document_id), True)
    here = await _places(work, asked)
    lines = found_quantities(asked.lines, await found_codes(work, asked.lines))
    rows = _rows(asked, effects(asked.why, lines), digest, who)
    made = [await _inserted(work, row) for row in rows]
    if not all(made):  # somebody else was faster: what they sent is read, and compared
        return await open_document(work, who, asked)
    documents = [each for each in made if each is not None]
    kind = documents[0].kind
    if kind not in deciding.MOVES_AT_ONCE or not here[asked.location_id]:
        return Booked(documents, None, False)
    outcome = deciding.at_once(documents[0])
    booking = Ask(asked.document_id, "book", documents[0].lines, digest)
    return await _carried_out(work, who, documents, documents[0], booking, outcome)


class Ask(msgspec.Struct, frozen=True):
    """An act as it is kept: by its id, with products by SKU."""

    booking_id: str
    act: Act
    lines: list[Line]
    digest: str
    marks: Mapping[str, Mark] = {}


async def book(work: BookingWork, who: str, document_id: str, asked: AskedBooking) -> Booked:
    """Do one thing with a document; raises `NotBooked`."""
    digest = digest_of(asked)
    documents = await _locked(work, document_id)
    document = _of(documents, document_id, asked.location_id)
    earlier = await _booking(work, asked.booking_id)
    if earlier is not None:
        require_same(earlier.digest, digest, asked.booking_id)
        return Booked(documents, earlier, True)
    await _require_here(work, document)
    deciding.require(document, asked.act)
    lines = found_quantities(asked.lines, await found_codes(work, asked.lines))
    marks = {till: Mark(each.epoch, each.sequence) for till, each in asked.marks.items()}
    ask = Ask(asked.booking_id, asked.act, lines_of(lines), digest, marks)
    scene = await scene_of(work, document, documents)
    outcome = deciding.decide(document, ask.act, lines, scene)
    return await _carried_out(work, who, documents, document, ask, outcome)


async def scene_of(
    work: BookingWork, document: Document, documents: Sequence[Document]
) -> deciding.Scene:
    """What a decision about a document looks at."""
    bookings = await bookings_of(work, document)
    if document.kind == "transfer_in":
        return deciding.Scene(bookings, sent=await _sent(work, documents))
    if document.kind == "transfer_out":
        return deciding.Scene(bookings)
    return deciding.Scene(bookings, expected=await expected_of(work, document))


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
        Line,
        document_id=count.document_id,
        location_id=count.location_id,
        moment=count.counted_at,
        marks=Jsonb(msgspec.to_builtins(count.marks or {})),
    )
    return {each.sku: each.quantity for each in rows}


async def write_booking(
    work: BookingWork, who: str, document: Document, ask: Ask, outcome: Outcome
) -> Booking | None:
    """The booking and its movements; None where one of that id is there already."""
    moved = [Line(each.sku, each.quantity) for each in outcome.movements]
    # A commit and what settles it keep what they corrected: the next correction starts from there.
    kept = moved if ask.act in ("commit", "settle") else ask.lines
    written = await fetched(
        work,
        statement(__file__, "insert_booking"),
        Booking,
        booking_id=ask.booking_id,
        document_id=document.document_id,
        location_id=document.location_id,
        act=ask.act,
        lines=Jsonb(msgspec.to_builtins(kept)),
        differences=Jsonb(msgspec.to_builtins(outcome.differences)),
        digest=ask.digest,
        booked_by=who[:NAME_CHARACTERS_MAX],
    )
    if not written:
        return None
    await work.run(
        statement(__file__, "move"),
        movement_ids=[ask.booking_id + each.part for each in outcome.movements],
        location_id=document.location_id,
        skus=[each.sku for each in outcome.movements],
        quantities=[each.quantity for each in outcome.movements],
        reasons=[each.reason for each in outcome.movements],
        reference=document.document_id,
        occurred_at=document.counted_at,
    )
    return written[0]


async def _carried_out(
    work: BookingWork,
    who: str,
    documents: Sequence[Document],
    document: Document,
    ask: Ask,
    outcome: Outcome,
) -> Booked:
    booking = await write_booking(work, who, document, ask, outcome)
    if booking is None:
        words = f"The id {ask.booking_id} was given to something else."
        raise NotBooked(NotBookedReason.OTHER_CONTENT, words)
    begun = await _begun(work, document, ask) if ask.act == "begin" else None
    changed = {document.location_id: await stand(work, document, outcome.state, begun)}
    if ask.act == "close":
        for other in await _closed_with(work, documents, document):
            changed[other.location_id] = await stand(work, other, "closed")
    after = [changed.get(each.location_id, each) for each in documents]
    return Booked(after, booking, False)


async def stand(
    work: BookingWork,
    document: Document,
    state: State,
    marks: Mapping[str, Mark] | None = None,
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


async def _begun(work: BookingWork, count: Document, ask: Ask) -> dict[str, Mark]:
    if count.counted_at is not None:
        raise NotBooked(NotBookedReason.NOT_THIS_ACT, "This count has begun already.")
    known = await fetched(
        work, statement(__file__, "marks"), _KnownMark, location_id=count.location_id
    )
    heard = {each.till_id: Mark(each.epoch, each.sequence, exact=False) for each in known}
    return counting.marked(heard, ask.marks)


class _KnownMark(msgspec.Struct, frozen=True):
    till_id: str
    epoch: int
    sequence: int


async def _closed_with(
    work: BookingWork, documents: Sequence[Document], document: Document
) -> list[Document]:
    """The other side of a transfer of which nothing was sent: it will never come."""
    others = [each for each in documents if each is not document and each.state == "open"]
    return others if others and not await _sent(work, documents) else []


async def _sent(work: BookingWork, documents: Sequence[Document]) -> dict[str, int] | None:
    """What has left by a transfer; None where that is booked elsewhere."""
    for each in documents:
        if each.kind == "transfer_out":
            if not (await _known_places(work, [each.location_id])).get(each.location_id):
                return None
            return done(await bookings_of(work, each), "send")
    return None


async def _locked(work: BookingWork, document_id: str) -> list[Document]:
    question = statement(__file__, "documents_for_update")
    return await fetched(work, question, Document, document_id=document_id)


def _of(documents: Sequence[Document], document_id: str, location_id: str) -> Document:
    for each in documents:
        if each.location_id == location_id:
            return each
    raise UnknownDocument(document_id, location_id)


async def _booking(work: BookingWork, booking_id: str) -> Booking | None:
    found = await fetched(work, statement(__file__, "booking"), Booking, booking_id=booking_id)
    return found[0] if found else None


async def _require_here(work: BookingWork, document: Document) -> None:
    here = await _known_places(work, [document.location_id])
    if not here.get(document.location_id):
        words = f"{document.location_id} is booked in its own store: ordered, not booked."
        raise NotBooked(NotBookedReason.NOT_HERE, words)


async def _places(work: BookingWork, asked: AskedDocument) -> Mapping[str, bool]:
    wanted = [each for each in (asked.location_id, asked.to_location_id) if each]
    known = await _known_places(work, wanted)
    unknown = [each for each in wanted if each not in known]
    if unknown:
        words = f"No location has the id {' or '.join(unknown)}."
        raise NotBooked(NotBookedReason.UNKNOWN_LOCATION, words)
    return known


async def _known_places(work: BookingWork, location_ids: Sequence[str]) -> dict[str, bool]:
    """Whether each is booked here; without those that nobody knows."""
    question = statement(__file__, "places")
    found = await fetched(work, question, _Place, location_ids=list(location_ids))
    return {each.location_id: each.here for each in found}


def _rows(
    asked: AskedDocument, lines: Quantities, digest: str, who: str
) -> list[dict[str, object]]:
    """Of a transfer two, the sender's first; in the order in which they are locked elsewhere."""
    common = {
        "document_id": asked.document_id,
        "supplier": asked.supplier,
        "why": asked.why,
        "note": asked.note,
        "lines": Jsonb(msgspec.to_builtins(lines_of(lines))),
        "rounds": asked.rounds,
        "digest": digest,
        "ordered_by": who[:NAME_CHARACTERS_MAX],
    }
    here, there = asked.location_id, asked.to_location_id
    if there is None:
        return [_row(common, here, asked.kind, None)]
    return [_row(common, here, "transfer_out", there), _row(common, there, "transfer_in", here)]


def _row(
    common: Mapping[str, object], location_id: str, kind: str, other: str | None
) -> dict[str, object]:
    return {**common, "location_id": location_id, "kind": kind, "other_location_id": other}


async def _inserted(work: BookingWork, row: Mapping[str, object]) -> Document | None:
    written = await fetched(work, statement(__file__, "insert_document"), Document, **row)
    return written[0] if written else None
