"""The board's web application: addresses, headers, and what machines ask of it."""

from collections.abc import Awaitable, Callable
from pathlib import Path

import aiohttp_jinja2
import jinja2
from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from dashboards.board.live import streams
from dashboards.board.pages import all as pages
from dashboards.board.pages.all import BOARD
from dashboards.board.state import Board

_FOLDER = Path(__file__).parent

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
    """The application; it shows ``board`` and neither starts nor stops it."""
    app = web.Application(middlewares=[_missing_pages])
    app[BOARD] = board
    aiohttp_jinja2.setup(
        app,
        loader=jinja2.FileSystemLoader(_FOLDER / "templates"),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    app.add_routes(
        [
            web.get("/", pages.all_locations),
            web.get("/alerts", pages.all_alerts),
            web.get("/locations/{location_id}", pages.one_location),
            web.get("/events", streams.locations_stream),
            web.get("/alerts/events", streams.alerts_stream),
            web.get("/locations/{location_id}/events", streams.location_stream),
            web.get("/healthz", _healthz),
            web.get("/metrics", _metrics),
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
        return await pages.not_found(request)


async def _add_headers(request: web.Request, response: web.StreamResponse) -> None:
    response.headers.update(_HEADERS)
    # A board that was updated must not run with yesterday's script.
    response.headers.setdefault("Cache-Control", "no-cache")


async def _end_streams(app: web.Application) -> None:
    app[BOARD].hub.close()


async def _healthz(request: web.Request) -> web.Response:
    """200 as long as pages are served; what is away is in the body, and on the pages."""
    notices = request.app[BOARD].notices()
    return web.json_response({"status": "degraded" if notices else "ok", "notices": notices})


async def _metrics(request: web.Request) -> web.Response:
    body = generate_latest(request.app[BOARD].registry)
    return web.Response(body=body, headers={"Content-Type": CONTENT_TYPE_LATEST})
