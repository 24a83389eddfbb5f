"""The line between a store and the centre, as a process that passes bytes on, or does not.

    python -m local.stores.line FOLDER PORT=PORT…

Whoever comes to the first port of a pair is led to the second. What becomes of the bytes is written
in the folder's `WISH`, which is read several times a second: so it holds for a line that was killed
and started again, too. `NOW` says what the line has come to do.
"""

import asyncio
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Literal, NamedTuple

from local.home import write_json
from local.ports import LOOPBACK

LineState = Literal["up", "slow", "cut"]

WISH = "wish.json"
"""What is asked of the line."""

NOW = "now.json"
"""What the line does."""

LOOK_SECONDS = 0.05

SLOW_DELAY_SECONDS = 0.2
"""Each way, as over a satellite or a cell at its edge."""

SLOW_BYTES_PER_SECOND = 64 * 1024
"""Each way, for all that passes. Slower than a store's busiest second, faster than its day."""

CHUNK_BYTES = 16 * 1024


class Way(NamedTuple):
    """From a port of the line to the port behind it."""

    port: int
    to: int


class _Bottleneck:
    """One direction of a slow line: how long a chunk is under way behind those before it."""

    def __init__(self) -> None:
        self._free_at = 0.0

    async def pass_on(self, size: int) -> None:
        clock = asyncio.get_running_loop().time
        self._free_at = max(clock(), self._free_at) + size / SLOW_BYTES_PER_SECOND
        await asyncio.sleep(self._free_at - clock() + SLOW_DELAY_SECONDS)


class StoreLine:
    """All ways of one store. One loop's only."""

    def __init__(self, ways: Sequence[Way]) -> None:
        self._ways = ways
        self._state: LineState = "up"
        self._open: set[asyncio.StreamWriter] = set()
        self._there, self._back = _Bottleneck(), _Bottleneck()

    def set(self, state: LineState) -> None:
        """From now on; where the line is cut, what is open ends."""
        self._state = state
        if state == "cut":
            for writer in self._open:
                writer.transport.abort()

    async def serve(self) -> None:
        """Pass on until cancelled; raises OSError where a port is taken."""
        servers = [await self._served(way) for way in self._ways]
        try:
            await asyncio.gather(*(server.serve_forever() for server in servers))
        finally:
            for server in servers:
                server.close()

    async def _served(self, way: Way) -> asyncio.Server:
        async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            self._open.add(writer)
            try:
                await self._pass_on(reader, writer, way.to)
            finally:
                self._open.discard(writer)
                writer.transport.abort()

        return await asyncio.start_server(accept, LOOPBACK, way.port, limit=CHUNK_BYTES)

    async def _pass_on(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, to: int
    ) -> None:
        if self._state == "cut":
            return
        try:
            reader_there, writer_there = await asyncio.open_connection(
                LOOPBACK, to, limit=CHUNK_BYTES
            )
        except OSError:
            return
        self._open.add(writer_there)
        try:
            async with asyncio.TaskGroup() as both:
                both.create_task(self._one_way(reader, writer_there, self._there))
                both.create_task(self._one_way(reader_there, writer, self._back))
        finally:
            self._open.discard(writer_there)
            writer_there.transport.abort()

    async def _one_way(
        self,
        source: asyncio.StreamReader,
        sink: asyncio.StreamWriter,
        bottleneck: _Bottleneck,
    ) -> None:
        """Pass bytes on, no faster than they are taken, until one end is gone."""
        try:
            while chunk := await source.read(CHUNK_BYTES):
                if self._state == "slow":
                    await bottleneck.pass_on(len(chunk))
                if self._state == "cut":  # what was under way is lost with the line
                    sink.transport.abort()
                    return
                sink.write(chunk)
                await sink.drain()
            sink.write_eof()
        except OSError:
            sink.transport.abort()  # the other way ends by this


def read(folder: Path, name: str) -> LineState:
    """What `WISH` or `NOW` says; up where nobody has said anything yet."""
    try:
        return json.loads((folder / name).read_text())["state"]
    except FileNotFoundError:
        return "up"


def write(folder: Path, name: str, state: LineState) -> None:
    """Replace what `WISH` or `NOW` says."""
    write_json(folder / name, {"state": state})


async def _obey(line: StoreLine, folder: Path) -> None:
    now: LineState | None = None
    while True:
        if (wished := read(folder, WISH)) != now:
            line.set(wished)
            write(folder, NOW, now := wished)
        await asyncio.sleep(LOOK_SECONDS)


async def _run(folder: Path, ways: Sequence[Way]) -> None:
    line = StoreLine(ways)
    async with asyncio.TaskGroup() as work:
        work.create_task(_obey(line, folder))
        work.create_task(line.serve())


def main(words: Sequence[str]) -> None:
    """Pass on until killed."""
    folder, *pairs = words
    ways = [Way(*map(int, pair.split("="))) for pair in pairs]
    asyncio.run(_run(Path(folder), ways))


if __name__ == "__main__":
    main(sys.argv[1:])
