"""The pages, drawn on the server from the same cells that the streams push."""

from collections.abc import Mapping
from datetime import UTC, datetime
from urllib.parse import urlencode

import aiohttp_jinja2
from aiohttp import web

from dashboards.board.feed.database import DatabaseAway
from dashboards.board.feed.memory import Memory
from dashboards.board.feed.rows import Alert, Product
from dashboards.board.live.scopes import SUMMARY, Key
from dashboards.board.pages.stock import PAGE_ROWS, Choice, Wish, choose
from dashboards.board.state import Board
from dashboards.board.words import cells, wording

BOARD: web.AppKey[Board] = web.AppKey("board", Board)

SEARCH_CHARACTERS_MAX = 100
"""Longest search: no name is longer, and it is compared with every row."""

PAGE_MAX = 1_000_000
"""Highest page number taken; offsets beyond it do not fit the database's integers."""


async def all_locations(request: web.Request) -> web.Response:
    """Every location, by name."""
    board = request.app[BOARD]
    await board.ready()
    now = datetime.now(UTC)
    rows = [cells.show_location(board.memory, each, now) for each in board.memory.location_ids()]
    rows.sort(key=lambda row: (row.cells["name"].lower(), row.key.location_id))
    shown = {"summary": cells.show(board.memory, SUMMARY, now), "rows": rows}
    return _page(request, "locations.html", "/events", shown)


async def one_location(request: web.Request) -> web.Response:
    """One location: totals, tills and stock."""
    board, location_id = request.app[BOARD], request.match_info["location_id"]
    await board.ready()
    if not await _is_known(board, location_id):
        return _unknown(request, board, location_id)
    wish, turn = _wish(location_id, request.query), board.memory.turn
    choice = await choose(board.database, board.memory, wish)
    shown = {**_location(board.memory, wish, choice), "turn": turn}
    return _page(request, "location.html", f"/locations/{location_id}/events", shown)


async def all_alerts(request: web.Request) -> web.Response:
    """Every raised alert, the worst first, then the oldest."""
    board = request.app[BOARD]
    await board.ready()
    page, turn = _page_number(request.query), board.memory.turn
    alerts = sorted(board.memory.all_alerts(), key=_urgency)
    choice = Choice([], len(alerts), min(page, max(1, -(-len(alerts) // PAGE_ROWS))))
    here = alerts[(choice.page - 1) * PAGE_ROWS :][:PAGE_ROWS]
    await _learn_names(board, here)
    now = datetime.now(UTC)
    keys = (Key("alert", alert.location_id, alert.sku) for alert in here)
    rows = [cells.show(board.memory, key, now) for key in keys]
    shown = {
        # One that was cleared while the names were read has left the list.
        "rows": [row for row in rows if not row.gone],
        "choice": choice,
        "turn_to": {step: _query(page=choice.page + step) for step in (-1, 1)},
        "turn": turn,
    }
    return _page(request, "alerts.html", "/alerts/events", shown)


async def not_found(request: web.Request) -> web.Response:
    """No page has this address."""
    words = {"title": "Page not found", "explanation": f"There is nothing at {request.path}."}
    return _page(request, "message.html", "", words, status=404)


async def _is_known(board: Board, location_id: str) -> bool:
    if location_id not in board.memory.location_ids():
        try:
            await board.snapshot.refresh_places()
        except DatabaseAway:
            return False
    return location_id in board.memory.location_ids()


def _unknown(request: web.Request, board: Board, location_id: str) -> web.Response:
    if board.database_source.away_since is not None:
        words = {
            "title": "Not known at the moment",
            "explanation": f"PostgreSQL does not answer, and nothing has been heard of a location "
            f"{location_id} since the board started. Try again when it is back.",
        }
        return _page(request, "message.html", "", words, status=503)
    words = {
        "title": "Unknown location",
        "explanation": f"No location has the id {location_id}: none is registered under it, and "
        "nothing has been heard of one.",
    }
    return _page(request, "message.html", "", words, status=404)


def _location(memory: Memory, wish: Wish, choice: Choice) -> dict[str, object]:
    now, location_id = datetime.now(UTC), wish.location_id
    return {
        "place": memory.place(location_id),
        "figures": cells.show_figures(memory, location_id, now),
        "tills": [
            cells.show_till(memory, location_id, till.till_id, now)
            for till in memory.tills(location_id)
        ],
        "stock": [cells.show_stock(memory, location_id, sku, now) for sku in choice.skus],
        "wish": wish,
        "choice": choice,
        "turn_to": {
            step: _query(
                q=wish.search, only="alerts" if wish.only_alerts else "", page=choice.page + step
            )
            for step in (-1, 1)
        },
    }


def _wish(location_id: str, query: Mapping[str, str]) -> Wish:
    # A NUL is no character of any name, and PostgreSQL refuses to compare it.
    search = query.get("q", "").replace("\0", "").strip()[:SEARCH_CHARACTERS_MAX]
    return Wish(location_id, search, query.get("only") == "alerts", _page_number(query))


def _page_number(query: Mapping[str, str]) -> int:
    text = query.get("page", "")
    return min(max(1, int(text)), PAGE_MAX) if text.isascii() and text.isdigit() else 1


def _query(**wanted: object) -> str:
    return "?" + urlencode({name: value for name, value in wanted.items() if value})


def _urgency(alert: Alert) -> tuple[int, datetime, str, str]:
    worst_first = ("negative_stock", "out_of_stock", "below_reorder_point")
    return worst_first.index(alert.reason), alert.raised_at, alert.location_id, alert.sku


async def _learn_names(board: Board, alerts: list[Alert]) -> None:
    unnamed = {alert.sku for alert in alerts if board.memory.products.get(alert.sku) is None}
    if unnamed:
        try:
            products = await board.database.ask("products", Product, skus=sorted(unnamed))
        except DatabaseAway:
            return
        board.memory.learn_products(products)


def _page(
    request: web.Request, template: str, stream: str, shown: Mapping[str, object], status: int = 200
) -> web.Response:
    board = request.app[BOARD]
    now = datetime.now(UTC)
    context: dict[str, object] = {
        "path": request.path,
        "stream": stream,
        "notices": board.notices(),
        "run": board.hub.run_id,
        # Of a page that waited for the database, the turn before: rows may have come meanwhile.
        "turn": board.memory.turn,
        "now_ms": cells.milliseconds(now),
        "silent_after_seconds": cells.SILENT_AFTER_SECONDS,
        "count": wording.count,
        **shown,
    }
    return aiohttp_jinja2.render_template(template, request, context, status=status)
