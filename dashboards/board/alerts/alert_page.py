"""One alert: what was done about it, and what to do."""

import contextlib
from datetime import datetime
from typing import Any

from aiohttp import web

from clients.statements import statement
from dashboards.board.alerts import actions
from dashboards.board.alerts.actions import Act, begin
from dashboards.board.alerts.handling import Raising, raising_of
from dashboards.board.alerts.watcher import WATCHER
from dashboards.board.feed.database import DatabaseAway
from dashboards.board.feed.history import Entry, history
from dashboards.board.live.board import Board
from dashboards.board.live.keys import ALERTS, Key
from dashboards.board.live.load import load
from dashboards.board.live.visit import Visit, field, form, is_identifier
from dashboards.board.live.visitor import RequestRefused, require

PEOPLE_SHOWN = 200
"""Names that are offered as owners."""

NOTE_CHARACTERS_MAX = 2000
"""As migration 0009 has it."""

TOLD = {
    "acknowledge": "Acknowledged.",
    "assign": "Assigned.",
    "note": "Noted.",
    "transfer": "Transfer proposed.",
    "order": "Order proposed.",
    "accept": "Accepted: its document is among the goods' orders and transfers.",
    "withdraw": "Withdrawn.",
}


async def alert(request: web.Request) -> web.Response:
    """The page of an alert; of one that has cleared, that it has."""
    visit = Visit(request)
    location_id, sku = request.match_info["location_id"], request.match_info["sku"]
    if not (is_identifier(location_id) and is_identifier(sku)):
        raise web.HTTPNotFound
    board = visit.board
    await board.ready()
    keys = [Key("alert", location_id, sku), Key("handling", location_id, sku)]
    # Whoever writes to the log marks the list of alerts too, so that the log is fetched again.
    viewer = visit.viewer([ALERTS, *keys])
    await load(board, keys)
    scene = board.scene(visit.locale)
    found = board.memory.alerts(location_id).get(sku)
    shown: dict[str, Any] = {
        "row": board.artist.show(scene, keys[1]),
        "alert": None if found is None else board.artist.show(scene, keys[0]),
        "people": await _people(visit) if found else [],
        "history": await _history(board, raising_of(found)) if found else [],
        "where": scene.where(location_id),
        "now": scene.now,
        "place": board.memory.place(location_id),
        "product": board.memory.products.get(sku),
        "done": TOLD.get(request.query.get("done", ""), ""),
    }
    if visit.part == "history":
        return visit.page("alerts/history.html", viewer, shown)
    return visit.page("alerts/alert.html", viewer, shown)


async def act(request: web.Request) -> web.Response:
    """Do one thing about the alert, as the form or the button says."""
    visit, user = Visit(request), require(request, "merchandiser")
    sent = await form(request)
    action = field(sent, "do")
    if action not in TOLD:
        raise RequestRefused("Not understood", "The form does not say what to do.", 400)
    board = visit.board
    raising = _raising(board, request, field(sent, "raising"))
    version = field(sent, "version")
    if not (version.isascii() and version.isdigit() and len(version) < 10):
        raise RequestRefused("Not understood", "The form says no version: reload the page.", 400)
    async with board.writing.transaction(user) as work:
        doing = await begin(work, user, raising, int(version), visit.words)
        await _do(board, doing, action, sent)
    # Who has just acted sees it on the next page, however soon PostgreSQL tells of it.
    with contextlib.suppress(DatabaseAway):
        await request.app[WATCHER].read({raising})
    if not request.headers.get("HX-Request"):
        raise web.HTTPSeeOther(f"/alerts/{raising.location_id}/{raising.sku}?done={action}")
    # What changed is pushed to everybody, to who pressed the button too.
    return visit.page("alerts/done.html", None, {"done": TOLD[action], "action": action})


async def _do(board: Board, doing: Act, action: str, sent: Any) -> None:
    match action:
        case "acknowledge":
            await doing.acknowledge()
        case "assign":
            await doing.assign(_text(sent, "owner", actions.NAME_CHARACTERS_MAX) or None)
        case "note":
            await doing.note(_required(_text(sent, "note", NOTE_CHARACTERS_MAX)))
        case "transfer":
            await doing.propose_transfer(board.memory.location_ids())
        case "order":
            await doing.propose_order()
        case _:
            state = "accepted" if action == "accept" else "withdrawn"
            await doing.decide(field(sent, "proposal")[:128], state)


def _raising(board: Board, request: web.Request, told: str) -> Raising:
    """The raising that the form is about, if the alert is still in it."""
    location_id, sku = request.match_info["location_id"], request.match_info["sku"]
    found = board.memory.alerts(location_id).get(sku)
    if found is None:
        raise RequestRefused(
            "Cleared", "The alert has cleared meanwhile: nothing is left to do.", 409
        )
    raising = raising_of(found)
    try:
        same = datetime.fromisoformat(told) == raising.raised_at
    except (ValueError, TypeError):
        raise RequestRefused(
            "Not understood", "The form names no alert: reload the page.", 400
        ) from None
    if not same:
        words = "The alert has cleared and was raised anew since this page was drawn. Look again."
        raise RequestRefused("Raised anew", words, 409)
    return raising


def _text(sent: Any, name: str, most: int) -> str:
    text = field(sent, name).replace("\0", "").replace("\r\n", "\n").strip()
    if len(text) > most:
        raise RequestRefused("Too long", f"At most {most} characters; these are {len(text)}.", 400)
    return text


def _required(text: str) -> str:
    if not text:
        raise RequestRefused("Empty", "Write something into the note first.", 400)
    return text


async def _people(visit: Visit) -> list[str]:
    """Names to choose an owner from; others may be typed."""
    ask, owners = visit.board.database.query_if_there, visit.request.app[WATCHER].handled.owners()
    rows = await ask(statement(__file__, "people"), dict[str, str], most=PEOPLE_SHOWN)
    return sorted({row["name"] for row in rows or ()} | owners)[:PEOPLE_SHOWN]


async def _history(board: Board, raising: Raising) -> list[Entry] | None:
    """What was done, the newest first; None while the database is away."""
    try:
        return await history(board.database.query, raising.subject)
    except DatabaseAway:
        return None


ROUTES = [
    web.get("/alerts/{location_id}/{sku}", alert),
    web.post("/alerts/{location_id}/{sku}", act),
]
