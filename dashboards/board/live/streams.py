"""The stream that keeps an open page true: server-sent events until the viewer leaves.

Changed rows come as ``hx-partial`` elements, which htmx puts in the place of those shown. Named
events tell a page to fetch a part of itself: ``relist-…`` where the order of a list is another,
``hours`` where a chart has news, ``gone`` where the board no longer knows the page.
"""

import asyncio
import contextlib
import json
import socket
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime

from aiohttp import web

from dashboards.board.live.board import BOARD, Board
from dashboards.board.live.keys import Key
from dashboards.board.live.viewers import Viewer

BEAT_SECONDS = 10.0
"""Silence after which a stream says that it lives. The page's script gives up on a stream after
25 s: with fewer than two beats in that time, one late beat would look like a broken line."""

PAUSE_SECONDS = 0.1
"""Between two messages to a viewer. Shorter costs redraws that nobody sees, times the viewers;
with longer, a change that falls into a pause takes over 250 ms from till to screen."""

SEND_SECONDS = 30.0
"""How long a viewer may take to accept a message before it is let go; it will connect again."""

SEND_BUFFER_BYTES = 64 * 1024
"""What the system keeps for a viewer that does not read. Left to itself it keeps megabytes for
each: minutes of states that are overtaken, all to be read before the newest. Much less, and a
page at the end of a long line waits for each acknowledgement."""

_FETCHED: dict[str, Callable[[Key], str]] = {
    "list": lambda key: f"relist-{key.ident.partition('/')[0]}",
    "hours": lambda key: "hours",
}
"""Kinds of keys that a page fetches when it is told so, and the name of the event that tells."""

_HEADERS = {"Content-Type": "text/event-stream", "X-Accel-Buffering": "no"}


async def stream(request: web.Request) -> web.StreamResponse:
    """What changes on the page that holds the token."""
    board = request.app[BOARD]
    viewer = board.viewers.get(request.query.get("viewer", ""))
    response = web.StreamResponse(headers=_HEADERS)
    await response.prepare(request)
    _keep_little(request)
    # Viewers leave in the middle of a message as often as between two.
    with contextlib.suppress(ConnectionError):
        if viewer is None:
            await response.write(_event("gone"))
            return response
        board.viewers.connected(viewer, 1)
        try:
            await _feed(response, board, viewer)
        except TimeoutError:
            _let_go(request)
        finally:
            board.viewers.connected(viewer, -1)
    return response


def _keep_little(request: web.Request) -> None:
    line = request.get_extra_info("socket")
    if line is not None:
        line.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER_BYTES)


def _let_go(request: web.Request) -> None:
    """Cut the line: an orderly end would wait for what is never read."""
    if request.transport is not None:
        request.transport.abort()


async def _feed(response: web.StreamResponse, board: Board, viewer: Viewer) -> None:
    await _send(response, _event("hello"))
    while not board.viewers.closed:
        try:
            async with asyncio.timeout(BEAT_SECONDS):
                await viewer.something.wait()
        except TimeoutError:
            await _send(response, _event("beat"))
            continue
        changed = viewer.take()
        message = b"".join(_messages(board, viewer.locale, list(changed)))
        if message:
            await _send(response, message)
            _note_ages(board, changed.values())
        await asyncio.sleep(PAUSE_SECONDS)


async def _send(response: web.StreamResponse, message: bytes) -> None:
    async with asyncio.timeout(SEND_SECONDS):
        await response.write(message)


def _messages(board: Board, locale: str, keys: list[Key]) -> Iterator[bytes]:
    fetched = {_FETCHED[key.kind](key) for key in keys if key.kind in _FETCHED}
    drawn = [key for key in keys if key.kind not in _FETCHED]
    if drawn:
        parts = b"".join(board.artist.partial(key, locale) for key in drawn)
        yield b"data: " + parts + b"\n\n"
    for name in sorted(fetched):
        yield _event(name)


def _note_ages(board: Board, ats: Iterable[datetime | None]) -> None:
    now = datetime.now(UTC)
    board.metrics.pushed_rows([(now - at).total_seconds() for at in ats if at is not None], 1)


def _event(name: str) -> bytes:
    now_ms = int(datetime.now(UTC).timestamp() * 1000)
    return f"event: {name}\ndata: {json.dumps({'now': now_ms})}\n\n".encode()
