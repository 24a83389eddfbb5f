"""Totals by day, location, till, category and tender, and their export."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from aiohttp import web

from dashboards.board.feed.database import DatabaseAway
from dashboards.board.live.board import Board
from dashboards.board.live.visit import Visit, message
from dashboards.board.totals import columns
from dashboards.board.totals.columns import DIMENSIONS, Column
from dashboards.board.totals.export import FORMATS, Export
from dashboards.board.totals.reports import REPORTS, ROWS_SHOWN, STATEMENT_SECONDS, Answer, TooMuch
from dashboards.board.totals.wish import TotalsWish, WrongWish, grouping, wish_of
from dashboards.board.wording import words as wording
from dashboards.board.wording.words import Words

SEND_SECONDS = 30.0
"""How long who exports may take to accept a piece: it keeps a connection to the database."""

TOO_MUCH = (
    f"That takes the database longer than {STATEMENT_SECONDS} seconds: choose fewer days, or one "
    "location."
)

AWAY = "PostgreSQL does not answer: totals are read again when it is back."

TENDERS = {"cash": "Cash", "card": "Card", "voucher": "Voucher", "other": "Other"}


async def totals(request: web.Request) -> web.Response:
    """The page, or its table where htmx asks for it."""
    visit = Visit(request)
    await visit.board.ready()
    try:
        shown = await _shown(visit, wish_of(request.query, today(visit.board)))
        status = 503 if shown["answer"] is None else 200
    except WrongWish as fault:
        shown, status = _refused(visit, str(fault)), 400
    if visit.part == "list":
        # htmx leaves the page as it is where the answer is a refusal; this one is to be read.
        return visit.page("totals/list.html", visit.viewer([]), shown)
    return visit.page("totals/page.html", visit.viewer([]), shown, status)


async def export(request: web.Request) -> web.StreamResponse:
    """What the page shows, all of its pages, as a file."""
    visit = Visit(request)
    kind = FORMATS.get(request.match_info["format"])
    if kind is None:
        raise web.HTTPNotFound
    response = web.StreamResponse()
    try:
        wish = wish_of(request.query, today(visit.board))
        await _send(visit, response, wish, kind(columns.columns(wish.by)))
    except (WrongWish, TooMuch, DatabaseAway) as fault:
        if response.prepared:
            raise  # the file breaks off, and its reader is told so by the connection
        return _not_exported(visit, fault)
    return response


def _not_exported(visit: Visit, fault: Exception) -> web.Response:
    match fault:
        case TooMuch():
            words, status = TOO_MUCH, 422
        case DatabaseAway():
            words, status = AWAY, 503
        case _:
            words, status = str(fault), 400
    return message(visit, "Totals cannot be exported", words, status)


def today(board: Board) -> date:
    """The newest business date of any shop, or today's."""
    now = datetime.now(UTC)
    days = (totals.business_date for totals in board.memory.totals.values())
    return max([*days, now.date()])


async def _send(
    visit: Visit, response: web.StreamResponse, wish: TotalsWish, export: Export
) -> None:
    by = "-".join(wish.by)
    name = f"tillstream-totals-by-{by}-{wish.first}-to-{wish.last}.{export.suffix}"
    response.headers["Content-Type"] = export.content_type
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    async with visit.request.app[REPORTS].export(wish) as batches:
        async for batch in batches:
            await _write(visit, response, export.rows(batch))
    await _write(visit, response, export.end())
    await response.write_eof()


async def _write(visit: Visit, response: web.StreamResponse, piece: bytes) -> None:
    """Not begun before the first piece is there: until then a fault is told on a page."""
    if not response.prepared:
        await response.prepare(visit.request)
    async with asyncio.timeout(SEND_SECONDS):
        await response.write(piece)


async def _shown(visit: Visit, wish: TotalsWish) -> dict[str, Any]:
    reports, fault = visit.request.app[REPORTS], ""
    try:
        answer = await reports.answer(wish)
        if wish.page > answer.pages:
            return await _shown(visit, replace(wish, page=answer.pages))
    except TooMuch:
        answer, fault = reports.kept(wish), TOO_MUCH
    except DatabaseAway:
        answer, fault = reports.kept(wish), AWAY
    return {**_form(visit, wish), "fault": fault, **_table(visit.words, wish, answer)}


def _refused(visit: Visit, fault: str) -> dict[str, Any]:
    """The form as it was filled in, and what is wrong with it."""
    query, last = visit.request.query, today(visit.board)
    try:
        by = grouping(query.getall("by", []))
    except WrongWish:
        by = ("day",)
    form = _form(visit, TotalsWish(last - timedelta(days=6), last, by))
    asked = {"first": query.get("from", "")[:40], "last": query.get("to", "")[:40]}
    return {**form, **asked, "fault": fault, "answer": None}


def _form(visit: Visit, wish: TotalsWish) -> dict[str, Any]:
    return {
        "wish": wish,
        "first": wish.first.isoformat(),
        "last": wish.last.isoformat(),
        "dimensions": DIMENSIONS,
        "locations": visit.board.memory.names(),
    }


def _table(words: Words, wish: TotalsWish, answer: Answer | None) -> dict[str, Any]:
    if answer is None:
        return {"answer": None}
    # The name of a location carries its id.
    told = [each for each in columns.dimensions(wish.by) if each.name != "location_id"]
    figures = columns.figures(wish.by)
    shown = [each for each in figures if each.kind != "weight"]
    return {
        "answer": answer,
        "told": told,
        "figures": shown,
        "beside": columns.BESIDE,
        "weighed": any(row.get(name) for row in answer.sums for name in columns.BESIDE.values()),
        "rows": [(row, _cells(words, [*told, *figures], row)) for row in answer.rows],
        "sums": [(row, _cells(words, figures, row)) for row in answer.sums],
        "sortable": columns.sortable(wish.by),
        "from_row": (wish.page - 1) * ROWS_SHOWN + 1,
        "read_at": words.clock_with_zone(answer.read_at, UTC, datetime.now(UTC)),
        "order": _order,
    }


def _order(wish: TotalsWish, column: Column) -> dict[str, Any]:
    """What a click on a column's head asks for: the largest first, and then the smallest."""
    largest_first = column.name != wish.sort or not wish.descending
    return {"sort": column.name, "descending": largest_first, "page": 1}


def _cells(words: Words, shown: Sequence[Column], row: dict[str, Any]) -> dict[str, str]:
    return {column.name: _cell(words, column, row) for column in shown}


def _cell(words: Words, column: Column, row: dict[str, Any]) -> str:
    value = row[column.name]
    match column.kind:
        case "money":
            return words.money(value, row["currency"])
        case "count":
            return words.count(value)
        case "weight":
            return words.weight(value) if value else ""
        case "day":
            return words.day(value)
        case "text":
            return _text(column, value)


def _text(column: Column, value: str | None) -> str:
    if column.name == "tender":
        return TENDERS.get(value or "", value or wording.NOTHING)
    if column.name == "category":
        return value if value is not None else "Not in the catalog"
    return value or wording.NOTHING


ROUTES = [web.get("/totals", totals), web.get("/totals.{format}", export)]
