"""The line between a till and its gateway, which somebody may cut: bytes pass, or they do not."""

from __future__ import annotations

import asyncio
import threading
from contextlib import suppress
from enum import Enum
from urllib.parse import urlsplit

CHUNK_BYTES = 64 * 1024


class LineState(Enum):
    """What becomes of bytes."""

    OPEN = "open"
    CUT = "cut"
    """Connections end, and none begins."""
    DROPS_ANSWERS = "drops answers"
    """What the till sends arrives; of the answer, not a byte comes back."""
    HALVES_ANSWERS = "halves answers"
    """The first part of an answer comes back, and then the connection ends."""


class Line:
    """One till's line to a gateway, as an address of its own."""

    def __init__(self, gateway: str) -> None:
        """``gateway`` is its address, https://HOST:PORT."""
        parts = urlsplit(gateway)
        self._peer = (str(parts.hostname), int(parts.port or 0))
        self._state = LineState.OPEN
        self._open: set[asyncio.StreamWriter] = set()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        serving = asyncio.start_server(self._pass_on, "127.0.0.1", 0)
        self._server = asyncio.run_coroutine_threadsafe(serving, self._loop).result(30)
        port = self._server.sockets[0].getsockname()[1]
        self.address = f"https://127.0.0.1:{port}"

    def set(self, state: LineState) -> None:
        """From now on; what is open ends where the line is cut."""
        self._state = state
        if state is LineState.CUT:
            self._loop.call_soon_threadsafe(self._end_all)

    def close(self) -> None:
        """End all connections, and the address."""
        self._loop.call_soon_threadsafe(self._server.close)
        self._loop.call_soon_threadsafe(self._end_all)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)

    def _end_all(self) -> None:
        for writer in self._open:
            writer.transport.abort()

    async def _pass_on(
        self, from_till: asyncio.StreamReader, to_till: asyncio.StreamWriter
    ) -> None:
        if self._state is LineState.CUT:
            to_till.transport.abort()
            return
        try:
            from_gateway, to_gateway = await asyncio.open_connection(*self._peer)
        except OSError:
            to_till.transport.abort()
            return
        both = {to_till, to_gateway}
        self._open |= both
        try:
            await asyncio.wait(
                [
                    asyncio.ensure_future(self._pump(from_till, to_gateway, is_answer=False)),
                    asyncio.ensure_future(self._pump(from_gateway, to_till, is_answer=True)),
                ],
                return_when=asyncio.FIRST_COMPLETED,
            )
        finally:
            self._open -= both
            for writer in both:
                writer.transport.abort()

    async def _pump(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, is_answer: bool
    ) -> None:
        """Until one end is gone. What has begun to be dropped or halved ends the connection."""
        handshake = 2  # answers to it pass, so that a request can be sent at all
        with suppress(OSError):
            while chunk := await reader.read(CHUNK_BYTES):
                if is_answer and handshake <= 0 and self._state is LineState.DROPS_ANSWERS:
                    return
                if is_answer and handshake <= 0 and self._state is LineState.HALVES_ANSWERS:
                    writer.write(chunk[: len(chunk) // 2])
                    await writer.drain()
                    return
                handshake -= is_answer
                writer.write(chunk)
                await writer.drain()
