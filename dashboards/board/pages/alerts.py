"""Every raised alert, the worst first."""

from collections.abc import Sequence

from aiohttp import web

from dashboards.board.feed.rows import Alert
from dashboards.board.lists.view import view_of
from dashboards.board.live.keys import ALERTS, Key
from dashboards.board.pages.common import Visit

WORST_FIRST = ("negative_stock", "out_of_stock", "below_reorder_point")


async def alerts(request: web.Request) -> web.Response:
    """The worst first, then the oldest."""
    visit = Visit(request)
    board = visit.board
    await board.ready()
    viewer = visit.viewer([ALERTS])

    async def choose() -> Sequence[str]:
        raised = sorted(board.memory.all_alerts(), key=_urgency)
        return [f"{alert.location_id}/{alert.sku}" for alert in raised]

    listing = await board.listings.share("alerts", ALERTS, _key, choose)
    shown = {"view": await view_of(board, viewer, listing, request.query), "here": visit.here}
    template = "alerts/list.html" if visit.part == "list" else "alerts/page.html"
    return visit.page(template, viewer, shown)


def _key(ident: str) -> Key:
    location_id, _, sku = ident.partition("/")
    return Key("alert", location_id, sku)


def _urgency(alert: Alert) -> tuple[int, float, str, str]:
    at = alert.raised_at.timestamp()
    return WORST_FIRST.index(alert.reason), at, alert.location_id, alert.sku


ROUTES = [web.get("/alerts", alerts)]
