"""The list of disputed returns, the newest first, all or those of one location."""

from aiohttp import web

from clients.statements import statement
from dashboards.board.feed.database import DatabaseAway
from dashboards.board.live.visit import Visit, is_identifier, message
from dashboards.board.live.visitor import require
from topics.disputed_returns import WHY, DisputedReturn

SHOWN_MAX = 100
"""Disputes on the page: a few screens of them; ``tillstream returns disputed`` lists all."""

AWAY = "PostgreSQL does not answer: disputed returns are shown when it is back."


async def listed(request: web.Request) -> web.Response:
    """The newest."""
    require(request, "operator")
    visit, location = Visit(request), request.query.get("location", "").strip()
    location = location if is_identifier(location) else ""
    try:
        found = await visit.board.database.query(
            statement(__file__, "disputed"), DisputedReturn, location_id=location, most=SHOWN_MAX
        )
    except DatabaseAway:
        return message(visit, "Not known at the moment", AWAY, status=503)
    shown = {"disputes": found, "location": location, "why": WHY, "most": SHOWN_MAX}
    return visit.page("returns/list.html", None, shown)


ROUTES = [web.get("/returns", listed)]
