"""What is to be done in the back office of a location, or of all, and what is on its way."""

from aiohttp import web

from dashboards.backoffice import reading
from dashboards.backoffice.codes import sku_of
from dashboards.board.feed.database import DatabaseAway
from dashboards.board.goods import words
from dashboards.board.live.visit import Visit, is_identifier, message

SHOWS = {"open": "Open", "booked": "Booked", "closed": "Closed", "all": "All"}

DOCUMENTS_SHOWN = 100

AWAY = "PostgreSQL does not answer: documents are shown when it is back."


async def goods(request: web.Request) -> web.Response:
    """The newest documents first; a code that is scanned leads to its product."""
    visit = Visit(request)
    ask = visit.board.database.query
    location = request.query.get("location", "")
    location = location if is_identifier(location) else ""
    show = visit.chosen("show", SHOWS)
    try:
        scanned = visit.search()
        if scanned and (sku := await sku_of(ask, scanned)):
            raise web.HTTPSeeOther(
                f"/products/{sku}" + (f"?location={location}" if location else "")
            )
        found = await reading.listed(
            ask,
            location_id=location or None,
            state=None if show == "all" else show,
            most=DOCUMENTS_SHOWN,
        )
        under_way = await reading.under_way(ask, location or None)
        places = await reading.places(ask)
    except DatabaseAway:
        return message(visit, "Not known at the moment", AWAY, status=503)
    shown = {
        "location": location,
        "places": places,
        "show": show,
        "shows": SHOWS,
        "documents": [
            (each, words.KINDS[each.document.kind], words.state_of(each)) for each in found
        ],
        "most": DOCUMENTS_SHOWN,
        "under_way": under_way,
        "new": words.NEW,
        "unknown": scanned,
    }
    return visit.page("goods/list.html", None, shown)


ROUTES = [web.get("/goods", goods)]
