"""What ``tillstream stock`` does: what was typed, asked of the back office in one transaction."""

import uuid
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import msgspec
from pydantic import BaseModel, ValidationError

from dashboards.backoffice import lines as line_texts
from dashboards.backoffice import reading
from dashboards.backoffice.asked import (
    AskedBooking,
    AskedDocument,
    AskedGoods,
    AskedMark,
)
from dashboards.backoffice.documents import Document, State
from dashboards.backoffice.refusals import BookingRefused, WhyNotBooked
from dashboards.backoffice.writer import BookedDocument, book, open_document
from dashboards.board.feed.writing import Work
from operations.who import who
from tillstream.by_hand import in_one_transaction
from tillstream.terminal import tell

M = TypeVar("M", bound=BaseModel)

LISTED_MAX = 1_000
"""Documents of one list: more than a person reads; the API has all."""


class WantedBooking(NamedTuple):
    """What is to be booked, as it was typed."""

    kind: str
    location_id: str
    lines: list[AskedGoods]
    id: str | None = None
    file: Path | None = None
    supplier: str | None = None
    note: str | None = None
    why: str | None = None
    to: str | None = None

    def ident(self, *about: str) -> str:
        """The id under which it is booked once: the one that was given, the file's, or a new."""
        if self.id is not None:
            return self.id
        if self.file is None:
            return uuid.uuid4().hex
        place = (self.kind, self.location_id, self.to or "", self.why or "", *about)
        return line_texts.id_of_file(*place, _text(self.file))

    def document(self) -> AskedDocument:
        """The document; raises `BookingRefused`."""
        told: dict[str, Any] = {
            "document_id": self.ident(),
            "kind": self.kind,
            "location_id": self.location_id,
            "to_location_id": self.to,
            "lines": self.lines,
            "supplier": self.supplier,
            "why": self.why,
            "note": self.note,
        }
        return _checked(AskedDocument, told)

    def booking(self, act: str, ident: str, **more: Any) -> AskedBooking:
        """One thing to be done with a document; raises `BookingRefused`."""
        told = {"booking_id": ident, "location_id": self.location_id, "act": act, **more}
        return _checked(AskedBooking, told)


def make(wanted: WantedBooking, as_json: bool) -> None:
    """A document, booked where it tells of what has happened."""
    asked = wanted.document()

    async def act(work: Work) -> BookedDocument:
        return await _recorded(work, asked.document_id, await open_document(work, who(), asked))

    _tell(in_one_transaction(act), as_json)


def do(document_id: str, act: str, wanted: WantedBooking, as_json: bool) -> None:
    """One thing with a document."""
    ident = wanted.ident(document_id, act)
    asked = wanted.booking(act, ident, lines=wanted.lines)

    async def booked(work: Work) -> BookedDocument:
        return await _recorded(work, document_id, await book(work, who(), document_id, asked))

    _tell(in_one_transaction(booked), as_json)


def transfer(wanted: WantedBooking, has_left: bool, as_json: bool) -> None:
    """A transfer; what has left is booked with it."""
    asked = wanted.document()
    sent = wanted.booking("send", f"{asked.document_id}.out", lines=wanted.lines)

    async def act(work: Work) -> BookedDocument:
        made = await open_document(work, who(), asked)
        if has_left:
            made = await book(work, who(), asked.document_id, sent)
        return await _recorded(work, asked.document_id, made)

    _tell(in_one_transaction(act), as_json)


def count(wanted: WantedBooking, marks: Mapping[str, AskedMark], as_json: bool) -> None:
    """A count of what was typed, as of now."""
    asked = wanted.document()
    ident = asked.document_id
    steps = (
        wanted.booking("begin", f"{ident}.begin", marks=marks),
        wanted.booking("count", f"{ident}.count", lines=wanted.lines),
        wanted.booking("commit", f"{ident}.commit"),
    )

    async def act(work: Work) -> BookedDocument:
        booked = await open_document(work, who(), asked)
        for step in steps:
            booked = await book(work, who(), ident, step)
        return await _recorded(work, ident, booked)

    _tell(in_one_transaction(act), as_json)


def documents(location_id: str | None, state: State | None, as_json: bool) -> None:
    """Documents, the newest first."""

    async def act(work: Work) -> list[reading.DocumentTold]:
        return await reading.listed(
            work.query, location_id=location_id, state=state, most=LISTED_MAX
        )

    found = in_one_transaction(act)
    told = [
        {**msgspec.to_builtins(each.document, builtin_types=()), "progress": each.progress}
        for each in found
    ]
    tell(as_json, told, (_line(each) for each in found))


def in_transit(as_json: bool) -> None:
    """What is on its way."""
    found = in_one_transaction(lambda work: reading.under_way(work.query))
    lines = (
        f"{each.reference}  {each.from_location_id or '?'} to {each.to_location_id or '?'}  "
        f"{each.sku} {each.quantity}  since {each.since:%Y-%m-%d %H:%M}"
        for each in found
    )
    tell(as_json, found, lines)


def line_of(text: str) -> AskedGoods:
    """CODE=QUANTITY; raises `BookingRefused`."""
    code, equals, quantity = text.rpartition("=")
    if not equals:
        code, quantity = text, "1"
    try:
        return AskedGoods(code=code, quantity=int(quantity))
    except ValueError as fault:
        words = f"{text!r} is not CODE=QUANTITY, with a whole number. Nothing was booked."
        raise BookingRefused(WhyNotBooked.NOT_UNDERSTOOD, words) from fault


def mark_of(text: str) -> tuple[str, AskedMark]:
    """TILL=EPOCH/NUMBER; raises `BookingRefused`."""
    till, _, place = text.rpartition("=")
    epoch, _, number = place.partition("/")
    try:
        return till, AskedMark(epoch=int(epoch), sequence=int(number))
    except ValueError as fault:
        words = f"{text!r} is not TILL=EPOCH/NUMBER. Nothing was booked."
        raise BookingRefused(WhyNotBooked.NOT_UNDERSTOOD, words) from fault


def lines_of_file(file: Path) -> list[AskedGoods]:
    """The lines of a CSV file; raises `BookingRefused`."""
    return line_texts.of_file(_text(file))


def _text(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as fault:
        words = f"{file} cannot be read: {fault}"
        raise BookingRefused(WhyNotBooked.NOT_UNDERSTOOD, words) from fault


def _checked(model: type[M], told: Mapping[str, Any]) -> M:
    try:
        return model.model_validate(told)
    except ValidationError as fault:
        found = fault.errors(include_url=False, include_input=False)
        words = "; ".join(
            f"{'.'.join(map(str, each['loc']))}: {each['msg'].removeprefix('Value error, ')}"
            for each in found
        )
        raise BookingRefused(
            WhyNotBooked.NOT_UNDERSTOOD, f"Nothing was booked: {words}."
        ) from fault


async def _recorded(work: Work, document_id: str, booked: BookedDocument) -> BookedDocument:
    if not booked.known:
        act = booked.booking.act if booked.booking else "make"
        await work.record(f"documents.{act}", f"documents/{document_id}")
    return booked


def _tell(booked: BookedDocument, as_json: bool) -> None:
    first = booked.documents[0]
    told = {
        "document_id": first.document_id,
        "known": booked.known,
        "states": {each.location_id: each.state for each in booked.documents},
        "differences": booked.booking.differences if booked.booking else [],
    }
    tell(as_json, told, _in_words(booked, first))


def _in_words(booked: BookedDocument, first: Document) -> Iterator[str]:
    if booked.known:
        yield f"{first.document_id} was booked before; nothing was booked twice"
    elif booked.booking is None and first.state == "open":
        yield f"{first.document_id} is ordered, and not booked yet"
    else:
        yield f"{first.document_id} is booked"
    for each in booked.booking.differences if booked.booking else ():
        yield f"  {each.sku}: {each.wanted} wanted or expected, {each.found} found"


def _line(told: reading.DocumentTold) -> str:
    document = told.document
    return (
        f"{document.document_id}  {document.kind:<13} {document.location_id:<16} "
        f"{told.progress:<20} {document.ordered_at:%Y-%m-%d %H:%M}  {document.ordered_by}"
    )
