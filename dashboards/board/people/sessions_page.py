"""Who is signed in, for operators, who may end any session."""

from aiohttp import web

from dashboards.board.feed.database import DatabaseAway
from dashboards.board.live.visit import Visit, field, form, message
from dashboards.board.live.visitor import require
from dashboards.board.people.door import DOOR
from dashboards.board.people.listed import listed

AWAY = "PostgreSQL does not answer: sessions are read again when it is back."


async def show(request: web.Request) -> web.Response:
    """All open sessions, the newest first, or those that are searched for."""
    require(request, "operator")
    visit = Visit(request)
    try:
        found = await listed(visit.board.database.query, search=visit.search())
    except DatabaseAway:
        return message(visit, "Not known at the moment", AWAY, status=503)
    return visit.page("people/sessions.html", None, {"sessions": found})


async def end(request: web.Request) -> web.Response:
    """End one session, or all of somebody."""
    user, sent = require(request, "operator"), await form(request)
    sessions = request.app[DOOR].sessions
    if who := field(sent, "who"):
        await sessions.end_all(user, who)
    else:
        await sessions.end_one(user, field(sent, "session"), None)
    raise web.HTTPSeeOther("/sessions")


ROUTES = [web.get("/sessions", show), web.post("/sessions", end)]
