"""The board's web application: addresses, headers, and what machines ask of it."""

import asyncio
from pathlib import Path

from aiohttp import web

from clients.registration import RegistrationAccess
from dashboards.board import locations, vendor
from dashboards.board.alerts import alert_page, alerts_page
from dashboards.board.alerts.watcher import WATCHER, Watcher
from dashboards.board.api import routes as api
from dashboards.board.api.bearer import SEEN, SEEN_MAX, machines
from dashboards.board.catalog import edit_pages, file_pages, pages
from dashboards.board.catalog.editing import EDITOR, Editor
from dashboards.board.catalog.publishing import follow
from dashboards.board.customers import page as customers_page
from dashboards.board.devices import page as devices_page
from dashboards.board.devices.page import REGISTRATION
from dashboards.board.feed.recent import Recent
from dashboards.board.goods import document_page, goods_page, labels_page, new_page
from dashboards.board.goods import sweep as goods_sweep
from dashboards.board.goods.metrics import GoodsFigures
from dashboards.board.live import view
from dashboards.board.live.board import BOARD, Board
from dashboards.board.live.refused import refused_pages
from dashboards.board.live.streams import stream
from dashboards.board.locations import location_page, overview_page, stores, sweep
from dashboards.board.locations.metrics import Shops
from dashboards.board.people import (
    account_page,
    audit_page,
    code_page,
    sessions_page,
    sign_in_page,
)
from dashboards.board.people.door import DOOR, Door
from dashboards.board.people.guard import guard
from dashboards.board.people.policy import OPEN_TO_THE_MACHINE, AccessPolicy, origin_of
from dashboards.board.returns import page as returns_page
from dashboards.board.stock import in_transit, product_page
from dashboards.board.stock import words as stock
from dashboards.board.subscribe import page as subscribe_page
from dashboards.board.totals import page as totals_page
from dashboards.board.totals.reports import REPORTS, Reports

_FOLDER = Path(__file__).parent

PAGES = (
    overview_page,
    location_page,
    product_page,
    alerts_page,
    alert_page,
    totals_page,
    view,
    sign_in_page,
    code_page,
    account_page,
    sessions_page,
    subscribe_page,
    api,
    file_pages,
    edit_pages,
    pages,
    audit_page,
    devices_page,
    customers_page,
    returns_page,
    goods_page,
    new_page,
    document_page,
    labels_page,
)

_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    # With "no-referrer" a browser would not say from which site a form was sent.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    # Which versions run here is nobody's business.
    "Server": "Tillstream",
}

_HTTPS_ONLY = f"max-age={366 * 86_400}"
"""A browser that was here within a year does not try it in the clear."""

HEADERS: web.AppKey[dict[str, str]] = web.AppKey("headers", dict)
"""Where the application keeps those of every answer."""


def build(
    board: Board,
    policy: AccessPolicy = OPEN_TO_THE_MACHINE,
    registration: RegistrationAccess | None = None,
    store: str = "",
) -> web.Application:
    """The application; it shows ``board``, gives it the subjects' work, and starts nothing.

    ``policy`` says who gets in; ``registration`` is asked for devices, where there is one.
    ``store`` is whose board it is, where it is one store's own and not the centre's.

    Raises `vendor.NotInstalled`.
    """
    vendor.require_files()
    app = web.Application(middlewares=[machines, refused_pages, guard])
    app[BOARD] = board
    app[HEADERS] = _headers(policy)
    app[DOOR] = Door(policy, board.database, board.writing, board.registry)
    app[api.TURNS] = asyncio.Semaphore(api.QUESTIONS_AT_ONCE)
    app[SEEN] = Recent(SEEN_MAX)
    app[WATCHER] = Watcher(board)
    app[EDITOR] = Editor(board.writing, follow(board))
    app[REGISTRATION] = registration
    app[REPORTS] = Reports(board.postgres, board.database_source)
    _add_work(board, store)
    for page in PAGES:
        app.add_routes(page.ROUTES)
    app.add_routes(
        [
            web.get("/stream", stream),
            web.get("/live", _live),
            web.get("/ready", _ready),
            web.get("/static/vendor/{name}", _vendored),
            web.static("/static", _FOLDER / "static"),
        ]
    )
    app.on_response_prepare.append(_add_headers)
    app.on_shutdown.append(_end_streams)
    return app


def _add_work(board: Board, store: str) -> None:
    board.artist.pieces |= locations.PIECES | stock.PIECES
    board.registry.register(Shops(board.memory))
    goods = GoodsFigures(board.registry)
    board.work += [
        lambda: sweep.run(board),
        lambda: goods_sweep.run(board, goods),
        lambda: in_transit.run(board),
    ]
    if store:
        board.work.append(lambda: stores.run_own(board))
    else:
        stores.follow(board)


def _headers(policy: AccessPolicy) -> dict[str, str]:
    secured = {"Strict-Transport-Security": _HTTPS_ONLY} if policy.is_secure else {}
    return {**_HEADERS, **secured, "Content-Security-Policy": _content_policy(policy)}


def _content_policy(policy: AccessPolicy) -> str:
    """Nothing from elsewhere and nothing inline: a name of a product that is markup stays text."""
    # Who signs out is sent on to sign out at the provider.
    provider = f" {origin_of(policy.provider.issuer)}" if policy.provider else ""
    return "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "img-src 'self'",
            "connect-src 'self'",
            f"form-action 'self'{provider}",
            "base-uri 'none'",
            "frame-ancestors 'none'",
        )
    )


async def _add_headers(request: web.Request, response: web.StreamResponse) -> None:
    response.headers.update(request.app[HEADERS])
    # A board that was updated must not run with yesterday's script.
    response.headers.setdefault("Cache-Control", "no-cache")


async def _end_streams(app: web.Application) -> None:
    app[BOARD].viewers.close()


async def _vendored(request: web.Request) -> web.StreamResponse:
    name = request.match_info["name"]
    if name not in vendor.PACKAGED:
        raise web.HTTPNotFound
    return web.FileResponse(vendor.FILES / name)


async def _live(request: web.Request) -> web.Response:
    """As long as pages are served at all."""
    return web.Response(text="ok")


async def _ready(request: web.Request) -> web.Response:
    """Once pages show what is in the tables; what is away later is told on the pages."""
    tried = request.app[BOARD].snapshot.tried.is_set()
    return web.Response(text="ok") if tried else web.Response(text="not yet", status=503)
