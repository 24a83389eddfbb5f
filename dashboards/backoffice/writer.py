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

from dashboards.backoffice import counting, deciding, moving
from dashboards.backoffice.asked import AskedBooking, AskedDocument
from dashboards.backoffice.asking import BookingWork
from dashboards.backoffice.codes import found_codes, found_quantities
from dashboards.backoffice.correcting import effects
from dashboards.backoffice.documents import (
    Booking,
    BookingOutcome,
    Document,
    Quantities,
    TillMark,
    lines_of,
)
from dashboards.backoffice.identity import digest_of, require_same
from dashboards.backoffice.keeping import (
    NAME_CHARACTERS_MAX,
    BookingAct,
    booking_of,
    bookings_of,
    expected_of,
    heard_marks,
    inserted,
    known_places,
    locked,
    sent_by,
    stand,
    write_booking,
)
from dashboards.backoffice.refusals import BookingRefused, UnknownDocument, WhyNotBooked


class BookedDocument(msgspec.Struct, frozen=True):
    """What was booked; ``known`` where it had been before, and nothing was booked now."""

    documents: list[Document]
    booking: Booking | None
    known: bool


async def open_document(work: BookingWork, who: str, asked: AskedDocument) -> BookedDocument:
    """Keep a document, and book it where it tells of what has happened; raises `BookingRefused`."""
    digest = digest_of(asked)
    earlier = await locked(work, asked.document_id)
    if earlier:
        require_same(earlier[0].digest, digest, asked.document_id)
        return BookedDocument(earlier, await booking_of(work, asked.document_id), True)
    here = await _places(work, asked)
    lines = found_quantities(asked.lines, await found_codes(work, asked.lines))
    rows = _rows(asked, effects(asked.why, lines), digest, who)
    made = [await inserted(work, row) for row in rows]
    if not all(made):  # somebody else was faster: what they sent is read, and compared
        return await open_document(work, who, asked)
    documents = [each for each in made if each is not None]
    kind = documents[0].kind
    if kind not in deciding.MOVES_AT_ONCE or not here[asked.location_id]:
        return BookedDocument(documents, None, False)
    outcome = deciding.at_once(documents[0])
    booking = BookingAct(asked.document_id, "book", documents[0].lines, digest)
    return await _carried_out(work, who, documents, documents[0], booking, outcome)


async def book(
    work: BookingWork, who: str, document_id: str, asked: AskedBooking
) -> BookedDocument:
    """Do one thing with a document; raises `BookingRefused`."""
    digest = digest_of(asked, document_id)
    documents = await locked(work, document_id)
    document = _of(documents, document_id, asked.location_id)
    earlier = await booking_of(work, asked.booking_id)
    if earlier is not None:
        require_same(earlier.digest, digest, asked.booking_id)
        return BookedDocument(documents, earlier, True)
    deciding.require(document, asked.act)
    if not await _is_here(work, document, asked.act):
        return await _taken_back(work, who, documents, document, asked, digest)
    moving.require_awaited(asked.act, documents)
    lines = found_quantities(asked.lines, await found_codes(work, asked.lines))
    marks = {till: TillMark(each.epoch, each.sequence) for till, each in asked.marks.items()}
    act = BookingAct(asked.booking_id, asked.act, lines_of(lines), digest, marks)
    scene = await _scene_of(work, document, documents, act)
    outcome = deciding.decide(document, act.act, lines, scene)
    return await _carried_out(work, who, documents, document, act, outcome)


async def _scene_of(
    work: BookingWork, document: Document, documents: Sequence[Document], act: BookingAct
) -> deciding.BookingScene:
    bookings = await bookings_of(work, document)
    if document.kind == "transfer_in":
        return deciding.BookingScene(bookings, sent=await sent_by(work, documents))
    expected = await expected_of(work, document) if act.act == "commit" else None
    return deciding.BookingScene(bookings, expected=expected)


async def _taken_back(
    work: BookingWork,
    who: str,
    documents: Sequence[Document],
    document: Document,
    asked: AskedBooking,
    digest: str,
) -> BookedDocument:
    """What was asked of a store is asked no more: nothing of it is booked here."""
    act = BookingAct(asked.booking_id, "close", [], digest)
    return await _carried_out(work, who, documents, document, act, BookingOutcome(state="closed"))


async def _carried_out(
    work: BookingWork,
    who: str,
    documents: Sequence[Document],
    document: Document,
    act: BookingAct,
    outcome: BookingOutcome,
) -> BookedDocument:
    booking = await write_booking(work, who, document, act, outcome)
    if booking is None:
        words = f"The id {act.booking_id} was given to something else."
        raise BookingRefused(WhyNotBooked.OTHER_CONTENT, words)
    begun = await _begun(work, document, act) if act.act == "begin" else None
    changed = {document.location_id: await stand(work, document, outcome.state, begun)}
    if act.act == "close":
        for other in await _closed_with(work, documents, document):
            changed[other.location_id] = await stand(work, other, "closed")
    after = [changed.get(each.location_id, each) for each in documents]
    return BookedDocument(after, booking, False)


async def _begun(work: BookingWork, count: Document, act: BookingAct) -> dict[str, TillMark]:
    if count.counted_at is not None:
        raise BookingRefused(WhyNotBooked.NOT_THIS_ACT, "This count has begun already.")
    heard = await heard_marks(work, count.location_id)
    return counting.marked(heard, act.marks)


async def _closed_with(
    work: BookingWork, documents: Sequence[Document], document: Document
) -> list[Document]:
    """The other side of a transfer of which nothing was sent, or that is taken back."""
    others = [each for each in documents if each is not document and each.state == "open"]
    here = await known_places(work, [each.location_id for each in documents])
    if others and here.get(document.location_id):
        return others if await sent_by(work, documents) == {} else []
    return [each for each in others if not here.get(each.location_id)]


def _of(documents: Sequence[Document], document_id: str, location_id: str) -> Document:
    for each in documents:
        if each.location_id == location_id:
            return each
    raise UnknownDocument(document_id, location_id)


async def _is_here(work: BookingWork, document: Document, act: str) -> bool:
    """Whether it is booked here. What is not can be taken back, and nothing else."""
    here = await known_places(work, [document.location_id])
    if here.get(document.location_id):
        return True
    if act == "close":
        return False
    words = f"{document.location_id} is booked in its own store: ordered, not booked."
    raise BookingRefused(WhyNotBooked.NOT_HERE, words)


async def _places(work: BookingWork, asked: AskedDocument) -> Mapping[str, bool]:
    wanted = [each for each in (asked.location_id, asked.to_location_id) if each]
    known = await known_places(work, wanted)
    unknown = [each for each in wanted if each not in known]
    if unknown:
        words = f"No location has the id {' or '.join(unknown)}."
        raise BookingRefused(WhyNotBooked.UNKNOWN_LOCATION, words)
    return known


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
