"""The handlers of the back office: what is asked goes to `dashboards.backoffice`, which books."""

from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Any, TypeVar

import psycopg
from aiohttp import web
from pydantic import BaseModel, ValidationError

from dashboards.backoffice import reading
from dashboards.backoffice.asked import AskedBooking, AskedDocument
from dashboards.backoffice.reading import DocumentTold
from dashboards.backoffice.refusals import BookingRefused, WhyNotBooked
from dashboards.backoffice.writer import BookedDocument, book, open_document
from dashboards.board.api import answers, cursors
from dashboards.board.api.asking import asked_of
from dashboards.board.api.office_endpoints import (
    BOOK_DOCUMENT,
    GET_DOCUMENT,
    LIST_DOCUMENTS,
    MAKE_DOCUMENT,
    TRANSIT,
)
from dashboards.board.api.office_models import (
    Answered,
    BothSides,
    ShownBooking,
    ShownDocument,
    ShownDocuments,
    ShownTransit,
    ShownTransits,
)
from dashboards.board.api.problems import NoAnswer, wrong
from dashboards.board.feed.writing import Work
from dashboards.board.live.board import BOARD
from dashboards.board.live.visitor import USER, User

M = TypeVar("M", bound=BaseModel)

_STATUS = {
    WhyNotBooked.NOT_UNDERSTOOD: HTTPStatus.UNPROCESSABLE_ENTITY,
    WhyNotBooked.UNKNOWN_CODE: HTTPStatus.UNPROCESSABLE_ENTITY,
    WhyNotBooked.UNKNOWN_LOCATION: HTTPStatus.UNPROCESSABLE_ENTITY,
    WhyNotBooked.UNKNOWN_DOCUMENT: HTTPStatus.NOT_FOUND,
}
"""All others are conflicts: as things stand, it cannot be booked."""


async def listed(request: web.Request) -> web.Response:
    """A page of documents, and where the next begins."""
    asked: Any = asked_of(LIST_DOCUMENTS.asked, request.query.items())
    found = await reading.listed(
        request.app[BOARD].database.query,
        location_id=asked.location_id,
        kind=asked.kind,
        state=asked.state,
        after=cursors.read_moment(asked.cursor, 3),
        most=asked.limit + 1,
    )
    shown = found[: asked.limit]
    more = len(found) > len(shown)
    cursor = cursors.write(_key(shown[-1])) if more else None
    items = [ShownDocument.of(each) for each in shown]
    return _json(request, ShownDocuments(items=items, next_cursor=cursor))


def _key(told: DocumentTold) -> list[str]:
    document = told.document
    return [document.ordered_at.isoformat(), document.document_id, document.location_id]


async def one(request: web.Request) -> web.Response:
    """A document, of a transfer both sides."""
    asked: Any = asked_of(GET_DOCUMENT.asked, request.match_info.items())
    items = await _shown(request, asked.document_id)
    if not items:
        raise NoAnswer(HTTPStatus.NOT_FOUND, f"There is no document {asked.document_id}.")
    return _json(request, BothSides(items=items))


async def transit(request: web.Request) -> web.Response:
    """What is on its way."""
    asked: Any = asked_of(TRANSIT.asked, request.query.items())
    found = await reading.under_way(request.app[BOARD].database.query, asked.location_id)
    return _json(request, ShownTransits(items=[ShownTransit.of(each) for each in found]))


async def make(request: web.Request) -> web.Response:
    """A document; 200 where the same was made before."""
    user, asked = _booker(request), await _body(request, AskedDocument)
    return await _booked(
        request,
        user,
        f"documents.{asked.kind}",
        asked.document_id,
        lambda work: open_document(work, user.who, asked),
    )


async def do(request: web.Request) -> web.Response:
    """One thing with a document; 200 where it was done before."""
    user, asked = _booker(request), await _body(request, AskedBooking)
    path: Any = asked_of(BOOK_DOCUMENT.asked, request.match_info.items())
    return await _booked(
        request,
        user,
        f"documents.{asked.act}",
        path.document_id,
        lambda work: book(work, user.who, path.document_id, asked),
    )


async def _booked(
    request: web.Request,
    user: User,
    action: str,
    document_id: str,
    act: Callable[[Work], Awaitable[BookedDocument]],
) -> web.Response:
    try:
        async with request.app[BOARD].writing.transaction(user) as work:
            booked = await act(work)
            if not booked.known:
                await work.record(action, f"documents/{document_id}")
    except BookingRefused as refusal:
        status = _STATUS.get(refusal.reason, HTTPStatus.CONFLICT)
        raise NoAnswer(status, str(refusal), code=refusal.reason.value) from refusal
    except (psycopg.IntegrityError, psycopg.DataError) as refusal:
        words = f"The database refuses it: {refusal.diag.message_primary}."
        raise NoAnswer(HTTPStatus.CONFLICT, words) from refusal
    answer = Answered(
        known=booked.known,
        booking=booked.booking and ShownBooking.of(booked.booking),
        items=await _shown(request, document_id),
    )
    return _json(request, answer, HTTPStatus.OK if booked.known else HTTPStatus.CREATED)


async def _shown(request: web.Request, document_id: str) -> list[ShownDocument]:
    found = await reading.one(request.app[BOARD].database.query, document_id)
    return [ShownDocument.of(each) for each in found]


def _booker(request: web.Request) -> User:
    user = request[USER]
    if not user.may("merchandiser"):
        words = "This token may read and not book: 'tillstream tokens add NAME --may-book'."
        raise NoAnswer(HTTPStatus.FORBIDDEN, words)
    return user


async def _body(request: web.Request, model: type[M]) -> M:
    if request.content_type != "application/json":
        raise NoAnswer(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, "Send JSON as application/json.")
    if request.query:
        raise NoAnswer(HTTPStatus.BAD_REQUEST, "This address takes no parameters.")
    try:
        return model.model_validate_json(await request.read())
    except ValidationError as fault:
        raise wrong(fault) from fault


def _json(request: web.Request, answer: BaseModel, status: int = HTTPStatus.OK) -> web.Response:
    told = answers.json(request, answer.model_dump())
    if status != HTTPStatus.OK:
        told.set_status(status)
    return told


ROUTES = [
    web.get(LIST_DOCUMENTS.path, listed),
    web.get(GET_DOCUMENT.path, one),
    web.get(TRANSIT.path, transit),
    web.post(MAKE_DOCUMENT.path, make),
    web.post(BOOK_DOCUMENT.path, do),
]
