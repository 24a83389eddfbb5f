"""What is kept, as a file to take away and to bring back."""

import asyncio
from typing import Any
from uuid import uuid4

import psycopg
from aiohttp import web
from aiohttp.web import FileField

from dashboards.board.catalog import files, store
from dashboards.board.catalog.edit_pages import refused_by_database
from dashboards.board.catalog.editing import EDITOR
from dashboards.board.catalog.fields import Kind, Row
from dashboards.board.catalog.files import WrongFile
from dashboards.board.catalog.pages import around, away, editable, kind_of
from dashboards.board.feed.database import DatabaseAway
from dashboards.board.live.visit import Visit, form

BATCH_ROWS = 500
"""Rows of an export that are in memory at a time; rule tables may have half a megabyte each."""

SEND_SECONDS = 30.0
"""How long who exports may take to accept a piece."""

_CONTENT_TYPE = "text/csv; charset=utf-8; header=present"


async def export(request: web.Request) -> web.StreamResponse:
    """All rows of a kind, in the order of their names."""
    visit, kind = Visit(request), kind_of(request)
    response = web.StreamResponse()
    response.headers["Content-Type"] = _CONTENT_TYPE
    name = f"tillstream-{kind.name.replace('_', '-')}.csv"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    try:
        await _send(visit, response, kind)
    except DatabaseAway:
        if response.prepared:
            raise  # the file breaks off, and its reader is told so by the connection
        return away(visit)
    return response


async def _send(visit: Visit, response: web.StreamResponse, kind: Kind) -> None:
    last: Row | None = None
    while True:
        rows = await store.behind(visit.board.database.query, kind, last, BATCH_ROWS)
        if not response.prepared:
            await response.prepare(visit.request)
            await response.write(files.header(kind))
        async with asyncio.timeout(SEND_SECONDS):
            await response.write(files.lines(kind, rows))
        if len(rows) < BATCH_ROWS:
            return await response.write_eof()
        last = rows[-1]


async def choose(request: web.Request) -> web.Response:
    """The form to which a file is given."""
    _, kind = editable(request, "create")
    return _page(Visit(request), kind)


async def bring(request: web.Request) -> web.Response:
    """Write all rows of a file, or none and say what is wrong with it."""
    user, kind = editable(request, "create")
    visit, sent = Visit(request), await form(request)
    made: Row = {each.name: uuid4().hex for each in kind.fields if each.is_made}
    try:
        rows = files.rows_of(kind, _text(sent.get("file")), made)
        await _require_registered(visit, kind, rows)
        done = await request.app[EDITOR].bring(user, kind, rows)
    except WrongFile as wrong:
        return _page(visit, kind, 422, mistakes=wrong.mistakes)
    except (psycopg.IntegrityError, psycopg.DataError) as refusal:
        return _page(visit, kind, 422, mistakes=[refused_by_database(refusal)])
    return _page(visit, kind, done=done)


async def _require_registered(visit: Visit, kind: Kind, rows: list[Row]) -> None:
    missing = await store.unregistered(visit.board.database.query, kind, rows)
    if missing:
        raise WrongFile(
            *(f"{name}: there is no {', no '.join(ids)}" for name, ids in missing.items())
        )


def _text(given: object) -> str:
    if not isinstance(given, FileField):
        raise WrongFile("choose a file")
    try:
        return given.file.read().decode()
    except UnicodeDecodeError as fault:
        raise WrongFile(f"the file is not in UTF-8: {fault.reason}") from fault


def _page(visit: Visit, kind: Kind, status: int = 200, **told: Any) -> web.Response:
    shown = {**around(visit.request, kind), "mistakes": (), "done": None, **told}
    return visit.page("catalog/import.html", None, shown, status)


ROUTES = [
    web.get("/manage/export/{kind}", export),
    web.get("/manage/import/{kind}", choose),
    web.post("/manage/import/{kind}", bring),
]
