"""A new document, from what is typed, scanned, or sent as a file."""

from collections.abc import Mapping
from typing import Any
from uuid import uuid4

import psycopg
from aiohttp import web
from pydantic import ValidationError

from dashboards.backoffice import reading
from dashboards.backoffice.asked import AskedDocument
from dashboards.backoffice.refusals import BookingRefused, WhyNotBooked
from dashboards.backoffice.writer import BookedDocument, open_document
from dashboards.board.goods import words
from dashboards.board.goods.sent_lines import sent_lines
from dashboards.board.live.visit import Visit, field, form, is_identifier
from dashboards.board.live.visitor import RequestRefused, require

_FIELDS = ("location", "to_location", "supplier", "why", "note", "rounds", "lines")

_CONFLICTS = frozenset({WhyNotBooked.OTHER_CONTENT, WhyNotBooked.NOT_HERE})


async def blank(request: web.Request) -> web.Response:
    """The form; the address may name the location and the first line."""
    require(request, "merchandiser")
    visit, kind = Visit(request), _kind(request)
    typed = {name: request.query.get(name, "")[:64] for name in ("location", "lines")}
    return await _form(visit, kind, typed, str(uuid4()))


async def create(request: web.Request) -> web.Response:
    """Keep it, and book what tells of what has happened; the form again where that is refused."""
    user, kind = require(request, "merchandiser"), _kind(request)
    visit, sent = Visit(request), await form(request)
    typed = {name: field(sent, name) for name in _FIELDS}
    ident = field(sent, "id")
    if not is_identifier(ident):
        raise RequestRefused("Not booked", "The form has no id: reload the page.", 400)
    try:
        asked = _asked(kind, typed, sent, ident)
        async with visit.board.writing.transaction(user) as work:
            booked = await open_document(work, user.who, asked)
            await _recorded(work, booked, kind)
    except BookingRefused as refusal:
        status = 409 if refusal.reason in _CONFLICTS else 422
        return await _form(visit, kind, typed, ident, str(refusal), status)
    except (psycopg.IntegrityError, psycopg.DataError) as refusal:
        told = f"The database refuses it: {refusal.diag.message_primary}."
        return await _form(visit, kind, typed, ident, told, 422)
    known = "?known=yes" if booked.known else ""
    raise web.HTTPSeeOther(f"/goods/documents/{asked.document_id}{known}")


async def _recorded(work: Any, booked: BookedDocument, kind: str) -> None:
    if not booked.known:
        first = booked.documents[0]
        after = {"location_id": first.location_id, "lines": len(first.lines), "state": first.state}
        await work.record(f"documents.{kind}", f"documents/{first.document_id}", None, after)


def _asked(
    kind: str, typed: Mapping[str, str], sent: Mapping[str, object], ident: str
) -> AskedDocument:
    """What the form says; raises `BookingRefused`."""
    lines, file_id = sent_lines(sent, kind, typed["location"], typed["to_location"], typed["why"])
    told: dict[str, Any] = {
        "document_id": file_id or ident,
        "kind": kind,
        "location_id": typed["location"],
        "lines": lines,
        "rounds": 2 if typed["rounds"] == "2" else 1,
        "to_location_id": typed["to_location"] or None,
        "supplier": typed["supplier"].strip() or None,
        "why": typed["why"] or None,
        "note": typed["note"].strip() or None,
    }
    try:
        return AskedDocument.model_validate(told)
    except ValidationError as fault:
        raise BookingRefused(WhyNotBooked.NOT_UNDERSTOOD, in_words(fault)) from fault


def in_words(fault: ValidationError) -> str:
    """What is wrong with what was asked."""
    found = fault.errors(include_url=False, include_input=False)
    places = [".".join(map(str, each["loc"])) for each in found]
    texts = [each["msg"].removeprefix("Value error, ") for each in found]
    told = [f"{at}: {text}" if at else text for at, text in zip(places, texts, strict=True)]
    return f"Not understood: {'; '.join(told[:10])}."


async def _form(
    visit: Visit,
    kind: str,
    typed: Mapping[str, str],
    ident: str,
    wrong: str = "",
    status: int = 200,
) -> web.Response:
    shown = {
        "kind": kind,
        "title": words.NEW[kind],
        "typed": {name: typed.get(name, "") for name in _FIELDS},
        "ident": ident,
        "wrong": wrong,
        "whys": words.WHYS,
        "places": await reading.places(visit.board.database.query),
    }
    return visit.page("goods/new.html", None, shown, status)


def _kind(request: web.Request) -> str:
    kind = request.match_info["kind"]
    if kind not in words.NEW:
        raise web.HTTPNotFound
    return kind


ROUTES = [
    web.get("/goods/new/{kind}", blank),
    web.post("/goods/new/{kind}", create),
]
