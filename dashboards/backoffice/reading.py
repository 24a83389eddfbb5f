"""What is told of documents: how far each is, and what is on its way.

A count is blind: what was expected is told once it is committed, and what somebody else has counted
is not told before. A document of a location that has a store elsewhere is told by what has come
back in the ledger under its id.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar

import msgspec

from clients.statements import statement
from dashboards.asking import Ask
from dashboards.backoffice.documents import (
    Act,
    Booking,
    Difference,
    Document,
    GoodsLine,
    done,
    quantities,
)

T = TypeVar("T")

DONE_BY: Mapping[str, Act] = {
    "order": "receive",
    "delivery": "book",
    "transfer_out": "send",
    "transfer_in": "take_in",
    "adjustment": "book",
    "vendor_return": "book",
}
"""Which act does what each kind of document wants."""

TRANSFERS_TOLD_MAX = 1_000
"""Products of transfers that are on their way; more is somebody's mistake, and one page's end."""


class DocumentTold(msgspec.Struct, frozen=True, kw_only=True):
    """A document, and how far it is. ``here`` says whether it is booked in this database; ``found``
    has what was done with each product, ``bookings`` how and by whom."""

    document: Document
    here: bool
    found: list[Difference]
    bookings: list[Booking]

    @property
    def progress(self) -> str:
        """In a word; of a location with a store, what that store has told."""
        if self.here or self.document.state != "open":
            return self.document.state
        if not any(each.found for each in self.found):
            return "ordered, not booked"
        return "booked in part in the store"


class OfficePlace(msgspec.Struct, frozen=True):
    """A location; ``here`` says whether it is booked in this database."""

    location_id: str
    name: str
    here: bool


class UnderWayFigures(msgspec.Struct, frozen=True):
    """Transfers on their way, and for how long the oldest has been."""

    transfers: int
    oldest_seconds: float


class UnderWay(msgspec.Struct, frozen=True):
    """What has left a location by a transfer and has not come to the other. Below nothing, more
    came than had left."""

    reference: str
    sku: str
    name: str | None
    from_location_id: str | None
    to_location_id: str | None
    quantity: int
    since: datetime


async def listed(
    ask: Ask,
    *,
    location_id: str | None = None,
    kind: str | None = None,
    state: str | None = None,
    after: Sequence[str] | None = None,
    most: int = 100,
) -> list[DocumentTold]:
    """The newest documents first; ``after`` goes on behind one of (ordered_at, id, location)."""
    rows = await _rows(
        ask,
        "listed",
        location_id=location_id,
        kind=kind,
        state=state,
        after_time=after[0] if after else None,
        after_document=after[1] if after else "",
        after_location=after[2] if after else "",
        most=most,
    )
    return await _told(ask, rows)


async def one(ask: Ask, document_id: str) -> list[DocumentTold]:
    """A document: of a transfer two sides, the sender's first; nothing of one that is not there."""
    return await _told(ask, await _rows(ask, "one", document_id=document_id))


async def under_way(ask: Ask, location_id: str | None = None) -> list[UnderWay]:
    """What is in transit from or to a location, or anywhere, the oldest first."""
    question = statement(__file__, "under_way")
    return await ask(question, UnderWay, location_id=location_id, most=TRANSFERS_TOLD_MAX)


async def transfers_under_way(ask: Ask) -> UnderWayFigures:
    """How many transfers there are on their way, as the centre sees it; in a store none."""
    (found,) = await ask(statement(__file__, "transfers_under_way"), UnderWayFigures)
    return found


async def places(ask: Ask) -> list[OfficePlace]:
    """All locations, by name."""
    return await ask(statement(__file__, "all_places"), OfficePlace)


async def names_of(ask: Ask, skus: Sequence[str]) -> dict[str, str]:
    """Names of products, of those that are known."""
    rows = await ask(statement(__file__, "names"), dict[str, str], skus=list(skus))
    return {each["sku"]: each["name"] for each in rows}


async def _rows(ask: Ask, name: str, **values: Any) -> list[dict[str, Any]]:
    return await ask(statement(__file__, name), dict[str, Any], **values)


async def _told(ask: Ask, rows: Sequence[dict[str, Any]]) -> list[DocumentTold]:
    documents = [msgspec.convert(row, Document) for row in rows]
    ids = [each.document_id for each in documents]
    places = [each.location_id for each in documents]
    done_with = await _rows(ask, "bookings_of_many", document_ids=ids, location_ids=places)
    heard = await _rows(ask, "heard_of_many", document_ids=ids, location_ids=places)
    bookings, ledger = _grouped(done_with, Booking), _grouped(heard, GoodsLine)
    return [
        _one_told(each, row["here"], bookings.get(_key(row), []), ledger.get(_key(row), []))
        for each, row in zip(documents, rows, strict=True)
    ]


def _one_told(
    document: Document, here: bool, bookings: Sequence[Booking], heard: Sequence[GoodsLine]
) -> DocumentTold:
    shown = [_blinded(document, each) for each in bookings]
    return DocumentTold(
        document=document, here=here, found=_found(document, here, shown, heard), bookings=shown
    )


def _found(
    document: Document, here: bool, bookings: Sequence[Booking], heard: Sequence[GoodsLine]
) -> list[Difference]:
    """What was wanted of each product, and what was done."""
    if document.kind == "count":
        told = [each for each in bookings if each.act in ("commit", "settle")]
        return [each for booking in told for each in booking.differences]
    if here:
        found = done(bookings, DONE_BY[document.kind])
    else:
        sign = -1 if document.kind in ("transfer_out", "vendor_return") else 1
        found = {sku: sign * each for sku, each in quantities(heard).items()}
    wanted = document.wanted
    skus = sorted(wanted.keys() | found.keys())
    return [Difference(sku, wanted.get(sku, 0), found.get(sku, 0)) for sku in skus]


def _blinded(document: Document, booking: Booking) -> Booking:
    """Nobody who counts is told what somebody else has counted."""
    if document.kind == "count" and document.state == "open" and booking.act == "count":
        return msgspec.structs.replace(booking, lines=[])
    return booking


def _key(row: Mapping[str, Any]) -> tuple[str, str]:
    return row["document_id"], row["location_id"]


def _grouped(rows: Sequence[dict[str, Any]], row_type: type[T]) -> dict[tuple[str, str], list[T]]:
    found: dict[tuple[str, str], list[T]] = {}
    for row in rows:
        found.setdefault(_key(row), []).append(msgspec.convert(row, row_type))
    return found
