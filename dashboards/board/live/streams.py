"""The streams that keep an open page true: server-sent events until the viewer leaves."""

import asyncio
import contextlib

from aiohttp import web
from aiohttp_sse import EventSourceResponse

from dashboards.board.live.hub import Hub, Message, Viewer
from dashboards.board.live.scopes import ALL_ALERTS, ALL_LOCATIONS, location_scope
from dashboards.board.pages.all import BOARD

BEAT_SECONDS = 10.0
"""Silence after which a stream says that it lives. The page's script gives up on a stream after
25 s: with fewer than two beats in that time, one late beat would look like a broken line."""

SEND_SECONDS = 30.0
"""How long a viewer may take to accept a message before it is let go; it will connect again."""

RECONNECT_MS = 1_000
"""How long a browser waits before it connects again."""


async def locations_stream(request: web.Request) -> web.StreamResponse:
    """Changes of the list of all locations."""
    return await _stream(request, ALL_LOCATIONS)


async def location_stream(request: web.Request) -> web.StreamResponse:
    """Changes at one location."""
    return await _stream(request, location_scope(request.match_info["location_id"]))


async def alerts_stream(request: web.Request) -> web.StreamResponse:
    """Changes of the list of all alerts."""
    return await _stream(request, ALL_ALERTS)


async def _stream(request: web.Request, scope: str) -> web.StreamResponse:
    hub = request.app[BOARD].hub
    with hub.viewing(scope) as viewer:
        response = EventSourceResponse(send_timeout=SEND_SECONDS)
        await response.prepare(request)
        # Viewers leave in the middle of a message as often as between two.
        with contextlib.suppress(ConnectionResetError, TimeoutError):
            async with response:
                await _feed(response, hub, viewer)
        return response


async def _feed(response: EventSourceResponse, hub: Hub, viewer: Viewer) -> None:
    message: Message | None = hub.hello()
    while message is not None:
        await response.send(message.data, event=message.event, retry=RECONNECT_MS)
        try:
            async with asyncio.timeout(BEAT_SECONDS):
                message = await viewer.next()
        except TimeoutError:
            message = hub.beat()
