"""Every raised alert, the worst first, and who looks after it."""

from collections.abc import Callable, Sequence

from aiohttp import web

from clients.statements import statement
from dashboards.board.alerts.handled import Handled
from dashboards.board.alerts.handling import raising_of
from dashboards.board.alerts.watcher import WATCHER
from dashboards.board.feed.rows import Alert
from dashboards.board.live.board import Board
from dashboards.board.live.keys import ALERTS, Key
from dashboards.board.live.view import view_of
from dashboards.board.live.visit import Visit
from dashboards.board.live.visitor import USER

WORST_FIRST = ("negative_stock", "out_of_stock", "below_reorder_point")

SHOWS = {
    "all": "All",
    "new": "New: nobody has seen it",
    "mine": "Mine",
    "nobodys": "Nobody's",
    "proposed": "With an open proposal",
}


async def alerts(request: web.Request) -> web.Response:
    """The worst first, then the oldest."""
    visit = Visit(request)
    board, show, search = visit.board, visit.chosen("show", SHOWS), visit.search().lower()
    await board.ready()
    viewer = visit.viewer([ALERTS])
    who = request[USER].who if show == "mine" else ""

    async def choose() -> Sequence[str]:
        wished = _wish(request.app[WATCHER].handled, show, who)
        named = await _skus_named(board, search)
        found = (each for each in board.memory.all_alerts() if wished(each))
        raised = [each for each in found if each.sku in named or _is_named(board, each, search)]
        raised.sort(key=_urgency)
        return [f"{alert.location_id}/{alert.sku}" for alert in raised]

    listing = await board.listings.share(("alerts", show, who, search), ALERTS, _key, choose)
    shown = {
        "view": await view_of(board, viewer, listing, request.query),
        "show": show,
        "shows": SHOWS,
    }
    template = "alerts/list.html" if visit.part == "list" else "alerts/page.html"
    return visit.page(template, viewer, shown)


def _wish(handled: Handled, show: str, who: str) -> Callable[[Alert], bool]:
    match show:
        case "new":
            return lambda alert: handled.handling(raising_of(alert)).acknowledged_by is None
        case "mine":
            return lambda alert: handled.handling(raising_of(alert)).owner == who
        case "nobodys":
            return lambda alert: handled.handling(raising_of(alert)).owner is None
        case "proposed":
            return lambda alert: handled.open_proposal(raising_of(alert)) is not None
        case _:
            return lambda alert: True


async def _skus_named(board: Board, search: str) -> set[str]:
    """Products with the search in their name; none while the database is away."""
    if not search:
        return set()
    ask = board.database.query_if_there
    rows = await ask(statement(__file__, "skus_named"), dict[str, str], search=search)
    return {row["sku"] for row in rows or ()}


def _is_named(board: Board, alert: Alert, search: str) -> bool:
    """Whether the search is in the location or the product, as far as its name is remembered."""
    product = board.memory.products.get(alert.sku)
    name = board.memory.place(alert.location_id).name or ""
    told = (alert.sku, alert.location_id, name, product.name if product else "")
    return any(search in each.lower() for each in told)


def _key(ident: str) -> Key:
    location_id, _, sku = ident.partition("/")
    return Key("alert", location_id, sku)


def _urgency(alert: Alert) -> tuple[int, float, str, str]:
    at = alert.raised_at.timestamp()
    return WORST_FIRST.index(alert.reason), at, alert.location_id, alert.sku


ROUTES = [web.get("/alerts", alerts)]
