"""One document: what was wanted, what was done, and what can be done with it."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import uuid4

import psycopg
from aiohttp import web
from pydantic import ValidationError

from dashboards.backoffice import reading
from dashboards.backoffice.asked import AskedBooking
from dashboards.backoffice.deciding import ACTS
from dashboards.backoffice.documents import Act
from dashboards.backoffice.reading import DocumentTold
from dashboards.backoffice.refusals import BookingRefused, WhyNotBooked
from dashboards.backoffice.writer import book
from dashboards.board.feed.database import DatabaseAway
from dashboards.board.goods import words
from dashboards.board.goods.goods_page import AWAY
from dashboards.board.goods.new_page import in_words
from dashboards.board.goods.sent_lines import sent_lines, sent_marks
from dashboards.board.live.visit import Visit, field, form, is_identifier, message
from dashboards.board.live.visitor import RequestRefused, require

_WITH_LINES: frozenset[Act] = frozenset({"receive", "send", "take_in", "count"})


async def document(request: web.Request) -> web.Response:
    """The page of a document; of a transfer, of both sides."""
    visit, ident = Visit(request), _ident(request)
    return await _page(visit, ident, {}, "", 200)


async def act(request: web.Request) -> web.Response:
    """Do one thing with it, as the form says; the page again where that is refused."""
    user = require(request, "merchandiser")
    visit, ident, sent = Visit(request), _ident(request), await form(request)
    if not is_identifier(field(sent, "id")):
        raise RequestRefused("Not booked", "The form has no id: reload the page.", 400)
    try:
        asked = _asked(sent, ident)
        async with visit.board.writing.transaction(user) as work:
            booked = await book(work, user.who, ident, asked)
            if not booked.known:
                told = {"location_id": asked.location_id, "lines": len(asked.lines)}
                await work.record(f"documents.{asked.act}", f"documents/{ident}", None, told)
    except BookingRefused as refusal:
        return await _page(visit, ident, sent, str(refusal), _status(refusal))
    except (psycopg.IntegrityError, psycopg.DataError) as refusal:
        told = f"The database refuses it: {refusal.diag.message_primary}."
        return await _page(visit, ident, sent, told, 422)
    known = "known=yes" if booked.known else f"done={asked.act}"
    raise web.HTTPSeeOther(f"/goods/documents/{ident}?{known}")


def _status(refusal: BookingRefused) -> int:
    wrong = (WhyNotBooked.NOT_UNDERSTOOD, WhyNotBooked.UNKNOWN_CODE)
    return 422 if refusal.reason in wrong else 409


def _asked(sent: Mapping[str, object], ident: str) -> AskedBooking:
    """What the form says; raises `BookingRefused`."""
    doing, location = field(sent, "do"), field(sent, "location")
    found = sent_lines(sent, ident, location, doing) if doing in _WITH_LINES else None
    told: dict[str, Any] = {
        "booking_id": (found.file_id if found else None) or field(sent, "id"),
        "location_id": location,
        "act": doing,
        "lines": found.lines if found else [],
        "marks": sent_marks(sent) if doing == "begin" else {},
    }
    try:
        return AskedBooking.model_validate(told)
    except ValidationError as fault:
        raise BookingRefused(WhyNotBooked.NOT_UNDERSTOOD, in_words(fault)) from fault


async def _page(
    visit: Visit, ident: str, sent: Mapping[str, object], wrong: str, status: int
) -> web.Response:
    ask = visit.board.database.query
    try:
        found = await reading.one(ask, ident)
        names = await reading.names_of(ask, _skus(found))
        places = {each.location_id: each.name for each in await reading.places(ask)}
    except DatabaseAway:
        return message(visit, "Not known at the moment", AWAY, status=503)
    if not found:
        return message(visit, "Unknown document", f"There is no document {ident}.", status=404)
    done = visit.request.query.get("done", "")
    shown = {
        "ident": ident,
        "sides": [_side(each, found, sent) for each in found],
        "title": words.KINDS[found[0].document.kind].partition(",")[0],
        "names": names,
        "places": places,
        "wrong": wrong,
        "acts": words.ACTS,
        "buttons": words.BUTTONS,
        "hints": words.HINTS,
        "kinds": words.KINDS,
        "whys": words.WHYS,
        "told": "Booked before: nothing was booked twice."
        if "known" in visit.request.query
        else words.ACTS.get(done, ""),
    }
    return visit.page("goods/document.html", None, shown, status)


def _side(
    told: DocumentTold, sides: Sequence[DocumentTold], sent: Mapping[str, object]
) -> dict[str, Any]:
    """A side with its forms; each has an id of its own."""
    own = field(sent, "location") == told.document.location_id
    again = field(sent, "do") if own else ""
    return {
        "told": told,
        "state": words.state_of(told),
        "forms": [
            {
                "act": each,
                "id": field(sent, "id") if each == again else str(uuid4()),
                "with_lines": each in _WITH_LINES,
                "lines": field(sent, "lines") if each == again else _proposed(each, told, sides),
                "marks": field(sent, "marks") if each == again else "",
            }
            for each in _possible(told)
        ],
    }


def _possible(told: DocumentTold) -> list[Act]:
    document = told.document
    if document.state != "open" or not told.here:
        return []
    if document.kind != "count":
        return list(ACTS[document.kind])
    return ["begin", "close"] if document.counted_at is None else ["count", "commit", "close"]


def _proposed(act: Act, told: DocumentTold, sides: Sequence[DocumentTold]) -> str:
    """What is still wanted, or on its way, as lines to be changed; nothing for who counts blind."""
    if act == "count":
        return ""
    left = {each.sku: each.wanted - each.found for each in told.found}
    if act == "take_in" and sides[0] is not told and sides[0].here:
        came = {each.sku: each.found for each in told.found}
        left = {each.sku: each.found - came.get(each.sku, 0) for each in sides[0].found}
    return "\n".join(f"{sku} {quantity}" for sku, quantity in left.items() if quantity > 0)


def _skus(found: Sequence[DocumentTold]) -> list[str]:
    return sorted({line.sku for told in found for line in (*told.document.lines, *told.found)})


def _ident(request: web.Request) -> str:
    ident = request.match_info["document_id"]
    if not is_identifier(ident):
        raise web.HTTPNotFound
    return ident


ROUTES = [
    web.get("/goods/documents/{document_id}", document),
    web.post("/goods/documents/{document_id}", act),
]
