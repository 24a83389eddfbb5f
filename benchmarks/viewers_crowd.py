"""Viewers of a board: some that read what they are told, and some that never read a byte."""

import asyncio
import re
import socket
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from urllib.parse import urlsplit

from aiohttp import ClientSession, ClientTimeout, TCPConnector

CELL = {"stock": "on_hand", "place": "on_hand", "location": "receipts", "figures": "receipts"}
"""By kind of row, the figure that says its own age; see `benchmarks.viewers_changes`."""

CHECKED = 20
"""Pages that are loaded again at the end, to compare what their streams had made of them."""

QUIET_SECONDS = 2.0
"""After the last change, how long nothing new means that all have seen it."""

RECEIVE_BYTES = 4096
"""Room that a viewer who never reads leaves for what it is told: the least that there is."""

PIECES_KEPT = 5_000
"""Pieces that are not read anew when another viewer gets the same bytes: two hundred browsers have
two hundred machines, and this process has what the board leaves of one."""

_PIECE = b"<hx-partial "

_TOKEN = re.compile(r"/stream\?viewer=[\w-]+")
_ROW = re.compile(
    rb'id="((stock|place|location|figures)/[^"]*)" data-turn'
    rb'.*?data-cell="(?:on_hand|receipts)">([^<]*)<',
    re.DOTALL,
)


@dataclass(slots=True)
class Viewer:
    """One open page: what its rows show, and how old each change was when it came."""

    path: str
    shown: dict[str, int] = field(default_factory=dict[str, int])
    ages_ms: list[float] = field(default_factory=list[float])

    def take(self, text: bytes, now_ms: float) -> None:
        """Rows that came at ``now_ms``, on the clock that changes count by."""
        for piece in text.split(_PIECE):
            for row, at in _rows(piece):
                if self.shown.get(row) != at:
                    self.shown[row] = at
                    self.ages_ms.append(now_ms - at)


class Crowd:
    """Viewers of one board, all of this process; they stay until the block ends."""

    def __init__(self, board: str, since_ms: int, paths: Iterable[str]) -> None:
        self._board = board
        self._since_ms = since_ms
        self.viewers = [Viewer(path) for path in paths]
        self._reading: list[asyncio.Task[None]] = []

    async def __aenter__(self) -> "Crowd":
        unlimited = TCPConnector(limit=0)
        self._session = ClientSession(timeout=ClientTimeout(total=None), connector=unlimited)
        try:
            for viewer in self.viewers:
                stream = await self._open(viewer)
                self._reading.append(asyncio.create_task(self._read(viewer, stream)))
        except BaseException:
            await self.__aexit__()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        for each in self._reading:
            each.cancel()
        await asyncio.gather(*self._reading, return_exceptions=True)
        await self._session.close()

    def forget(self) -> None:
        """Count from now on: what came until now was for warming up."""
        for viewer in self.viewers:
            viewer.ages_ms.clear()

    async def settle(self) -> None:
        """Return once nobody has been shown anything new for a while."""
        before = -1
        while before != (shown := sum(len(each.ages_ms) for each in self.viewers)):
            before = shown
            await asyncio.sleep(QUIET_SECONDS)

    def left(self) -> int:
        """Viewers whose stream has ended, which none should."""
        return sum(each.done() for each in self._reading)

    async def untrue_rows(self) -> int:
        """Rows that a reload shows otherwise than the stream left them, on some of the pages."""
        wrong = 0
        step = max(1, len(self.viewers) // CHECKED)
        for viewer in self.viewers[::step]:
            fresh = Viewer(viewer.path)
            fresh.take(await self._page(viewer.path), 0)
            both = viewer.shown.keys() & fresh.shown.keys()
            wrong += sum(viewer.shown[row] != fresh.shown[row] for row in both)
        return wrong

    async def _page(self, path: str) -> bytes:
        async with self._session.get(self._board + path) as answer:
            answer.raise_for_status()
            return await answer.read()

    async def _open(self, viewer: Viewer) -> str:
        text = await self._page(viewer.path)
        viewer.take(text, 0)
        return token_of(text)

    async def _read(self, viewer: Viewer, stream: str) -> None:
        async with self._session.get(self._board + stream) as answer:
            rest = b""
            async for chunk in answer.content.iter_any():
                whole, mark, rest = (rest + chunk).rpartition(b"\n\n")
                if mark:
                    viewer.take(whole, time.time() * 1000 - self._since_ms)


@lru_cache(maxsize=PIECES_KEPT)
def _rows(piece: bytes) -> list[tuple[str, int]]:
    """Which rows a piece of HTML holds, and the figure that says when each changed."""
    return [(row.decode(), _number(said)) for row, _, said in _ROW.findall(piece)]


def token_of(page: bytes) -> str:
    """The address of a page's stream; RuntimeError where it has none."""
    found = _TOKEN.search(page.decode())
    if found is None:
        raise RuntimeError("a page names no stream: this benchmark needs another look")
    return found.group()


def deaf_viewer(board: str, page: bytes) -> socket.socket:
    """Somebody who asks for the stream of ``page`` and never reads it."""
    where = urlsplit(board)
    deaf = socket.socket()
    deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BYTES)
    deaf.connect((where.hostname, where.port))
    deaf.sendall(f"GET {token_of(page)} HTTP/1.1\r\nHost: {where.netloc}\r\n\r\n".encode())
    return deaf


def _number(said: bytes) -> int:
    return int(re.sub(rb"\D", b"", said) or b"0")
