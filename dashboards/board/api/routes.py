"""The handlers of the API, one function for all lists: what differs is in the table."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from aiohttp import web

from clients.statements import statement
from dashboards.board.api import (
    answers,
    cursors,
    freshness,
    office_routes,
    openapi,
    questions,
)
from dashboards.board.api.asking import asked_of
from dashboards.board.api.endpoints import (
    ALERT,
    ALERTS,
    DOUBT,
    FRESHNESS,
    LEVEL,
    LEVELS,
    OPENAPI,
    TOTALS,
    ApiEndpoint,
)
from dashboards.board.api.models import AlertsAsked, LevelsAsked
from dashboards.board.api.problems import NoAnswer
from dashboards.board.live.board import BOARD, Board

QUESTIONS_AT_ONCE = 2
"""Of all machines together: half of the board's connections. With more, a program that copies
everything makes people wait for their pages; with one, it waits for every other program."""

TURNS: web.AppKey[asyncio.Semaphore] = web.AppKey("turns", asyncio.Semaphore)
"""Where the application keeps them."""


def _as_is(_: Board, rows: Sequence[Mapping[str, Any]]) -> Sequence[Mapping[str, Any]]:
    return rows


@dataclass(frozen=True, slots=True)
class _List:
    """How a list is answered; ``key`` names the columns that its order follows."""

    endpoint: ApiEndpoint
    question: Callable[[Any], questions.Question]
    key: tuple[str, ...]
    finish: Callable[[Board, Sequence[Mapping[str, Any]]], Sequence[Mapping[str, Any]]] = _as_is

    async def answer(self, request: web.Request) -> web.Response:
        """A page of items, and where the next begins."""
        asked = asked_of(self.endpoint.asked, request.query.items())
        rows = await _rows(request, self.question(asked))
        shown = self.finish(request.app[BOARD], rows[: asked.limit])
        more = len(rows) > len(shown)
        cursor = cursors.write([shown[-1][name] for name in self.key]) if more else None
        return answers.json(request, {"items": shown, "next_cursor": cursor})


@dataclass(frozen=True, slots=True)
class _Item:
    """How one item is answered."""

    endpoint: ApiEndpoint
    question: Callable[[str, str], questions.Question]

    async def answer(self, request: web.Request) -> web.Response:
        """The item; raises `NoAnswer` where there is none."""
        if request.query:
            raise NoAnswer(HTTPStatus.BAD_REQUEST, "This address takes no parameters.")
        asked: Any = asked_of(self.endpoint.asked, request.match_info.items())
        rows = await _rows(request, self.question(asked.location_id, asked.sku))
        if not rows:
            what = f"{asked.sku} at {asked.location_id}"
            raise NoAnswer(HTTPStatus.NOT_FOUND, f"There is nothing of {what}.")
        return answers.json(request, rows[0])


async def _doubt(request: web.Request) -> web.Response:
    if request.query:
        raise NoAnswer(HTTPStatus.BAD_REQUEST, "This address takes no parameters.")
    asked: Any = asked_of(DOUBT.asked, request.match_info.items())
    async with request.app[TURNS]:
        row = await freshness.doubt(request.app[BOARD], asked.location_id, asked.sku)
    return answers.json(request, row)


def _level(location_id: str, sku: str) -> questions.Question:
    return questions.levels(LevelsAsked(location_id=location_id, sku=sku))


def _alert(location_id: str, sku: str) -> questions.Question:
    return questions.alerts(AlertsAsked(location_id=location_id, sku=sku, state="all"))


async def _rows(request: web.Request, question: questions.Question) -> Sequence[Mapping[str, Any]]:
    name, values = question
    async with request.app[TURNS]:
        return await request.app[BOARD].database.query(
            statement(__file__, name), dict[str, Any], **values
        )


async def _document(request: web.Request) -> web.Response:
    return answers.tagged(request, openapi.text(), "application/json")


async def _elsewhere(request: web.Request) -> web.Response:
    """Every address that is none, and every method that changes something."""
    if request.method not in ("GET", "HEAD"):
        words = "This is read with GET only; what can be booked is under /api/v1/documents."
        raise NoAnswer(HTTPStatus.METHOD_NOT_ALLOWED, words)
    raise NoAnswer(HTTPStatus.NOT_FOUND, f"There is nothing at {request.path}; see {OPENAPI.path}.")


ROUTES = [
    web.get(LEVELS.path, _List(LEVELS, questions.levels, ("location_id", "sku")).answer),
    web.get(LEVEL.path, _Item(LEVEL, _level).answer),
    web.get(DOUBT.path, _doubt),
    web.get(
        TOTALS.path,
        _List(TOTALS, questions.totals, ("business_date", "location_id", "till_id")).answer,
    ),
    web.get(ALERTS.path, _List(ALERTS, questions.alerts, ("location_id", "sku")).answer),
    web.get(ALERT.path, _Item(ALERT, _alert).answer),
    *office_routes.ROUTES,
    web.get(
        FRESHNESS.path,
        _List(FRESHNESS, freshness.freshness, ("location_id",), freshness.with_silence).answer,
    ),
    web.get(OPENAPI.path, _document),
    web.route("*", "/api/{tail:.*}", _elsewhere),
]
