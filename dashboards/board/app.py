"""The board's web application: addresses, headers, and what machines ask of it."""

from collections.abc import Awaitable, Callable
from pathlib import Path

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from dashboards.board import vendor
from dashboards.board.app_keys import BOARD
from dashboards.board.live.streams import stream
from dashboards.board.pages import alerts, location, overview, product, rows
from dashboards.board.pages.common import not_found
from dashboards.board.state import Board
from dashboards.board.words.locales import DEFAULT

_FOLDER = Path(__file__).parent

PAGES = (overview, location, product, alerts, rows)

_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
"""Nothing from elsewhere and nothing inline: a name of a product that is markup stays text."""

_HEADERS = {
    "Content-Security-Policy": _POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def build(board: Board) -> web.Application:
    """The application; it shows ``board`` and neither starts nor stops it.

    Raises `vendor.NotInstalled`.
    """
    vendor.require_files()
    app = web.Application(middlewares=[_missing_pages])
    app[BOARD] = board
    for page in PAGES:
        app.add_routes(page.ROUTES)
    app.add_routes(
        [
            web.get("/stream", stream),
            web.get("/healthz", _healthz),
            web.get("/metrics", _metrics),
            web.get("/static/vendor/{name}", _vendored),
            web.static("/static", _FOLDER / "static"),
        ]
    )
    app.on_response_prepare.append(_add_headers)
    app.on_shutdown.append(_end_streams)
    return app


@web.middleware
async def _missing_pages(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        return await handler(request)
    except web.HTTPNotFound:
        return await not_found(request)


async def _add_headers(request: web.Request, response: web.StreamResponse) -> None:
    response.headers.update(_HEADERS)
    # A board that was updated must not run with yesterday's script.
    response.headers.setdefault("Cache-Control", "no-cache")


async def _end_streams(app: web.Application) -> None:
    app[BOARD].viewers.close()


async def _vendored(request: web.Request) -> web.StreamResponse:
    name = request.match_info["name"]
    if name not in vendor.PACKAGED:
        raise web.HTTPNotFound
    return web.FileResponse(vendor.FILES / name)


async def _healthz(request: web.Request) -> web.Response:
    """200 as long as pages are served; what is away is in the body, and on the pages."""
    notices = request.app[BOARD].notices(DEFAULT)
    return web.json_response({"status": "degraded" if notices else "ok", "notices": notices})


async def _metrics(request: web.Request) -> web.Response:
    body = generate_latest(request.app[BOARD].registry)
    return web.Response(body=body, headers={"Content-Type": CONTENT_TYPE_LATEST})
