"""More rows of a long table, as they come into view."""

from aiohttp import web

from dashboards.board.lists.listings import PAGE_ROWS
from dashboards.board.lists.view import asked_pages, more_rows
from dashboards.board.pages.common import Visit

LAST_PAGE = 1_000_000
"""No list has as many pages."""


async def rows(request: web.Request) -> web.Response:
    """One page of rows. 204 and an event where the order is no longer kept: the list is fetched."""
    visit = Visit(request)
    listing = visit.board.listings.get(request.query.get("list", ""))
    viewer = visit.viewer([])
    (page,) = asked_pages(request.query.getall("page", [])[:1], LAST_PAGE)
    if listing is None or page > listing.pages:
        return web.Response(status=204, headers={"HX-Trigger": "stale"})
    for dropped in asked_pages(request.query.getall("drop", []), listing.pages):
        visit.board.viewers.drop(viewer, (listing.kind, dropped))
    drawn = await more_rows(visit.board, viewer, listing, page)
    first = (page - 1) * PAGE_ROWS + 1
    shown = {"listing": listing, "page": page, "first": first, "rows": drawn}
    return visit.page("rows.html", viewer, shown)


ROUTES = [web.get("/rows", rows)]
