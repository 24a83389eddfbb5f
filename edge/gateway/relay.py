"""The way of a store's tills to the registration: bytes, on a port of its own.

A till needs no route beyond its store, and its TLS ends at the registration: nothing is read here,
and nobody is known. So all that protects the store is how much and how long: who has been there
longest goes where one too many comes, and so nobody can hold the door shut.
"""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from enum import Enum
from typing import Protocol

from edge.gateway.metrics import GatewayMetrics

AT_ONCE_MAX = 64
"""Connections under way. A store brings its tills in one by one; each holds two sockets here, and
one at the registration, which serves all stores."""

AT_ONCE_OF_ADDRESS_MAX = 16
"""Of one address. A till needs one; fewer would hold up tills that share a machine, and without it
one machine could keep out all others."""

IDLE_SECONDS = 15.0
"""How long both may say nothing: as long as the registration itself waits."""

LIFE_SECONDS_MAX = 60.0
"""Of a connection in all. An enrolment takes two seconds, or twenty where the registration waits
for its database."""

CONNECT_SECONDS_MAX = 3.0
"""To reach the registration. A till that waits longer could as well come again."""

FLUSH_SECONDS_MAX = 5.0
"""How long the last bytes may take to be read, once both have said all."""

BYTES_MAX = 256 * 1024
"""Each way. A request has 64 KiB at most, an answer brings a certificate or a few."""

_CHUNK_BYTES = 16 * 1024


class RelayEnd(Enum):
    """How a relayed connection ended."""

    PASSED = "passed"
    """One of the two has closed it."""
    AWAY = "away"
    """The registration was not reached."""
    BROKEN = "broken"
    IDLE = "idle"
    TOO_LONG = "too_long"
    TOO_LARGE = "too_large"
    DISPLACED = "displaced"
    """Another came, and this one had been there longest."""


class RelayReports(Protocol):
    """Hears what becomes of connections."""

    def relaying(self, connections: int) -> None:
        """So many are under way now."""
        ...

    def relayed(self, end: RelayEnd) -> None:
        """One has ended."""
        ...


class MeasuredRelay:
    """See `RelayReports`."""

    def __init__(self, metrics: GatewayMetrics) -> None:
        self._metrics = metrics

    def relaying(self, connections: int) -> None:
        """See `RelayReports`."""
        self._metrics.relaying.set(connections)

    def relayed(self, end: RelayEnd) -> None:
        """See `RelayReports`."""
        self._metrics.relayed.labels(end.value).inc()


class _TooLarge(Exception):
    pass


@dataclass(eq=False, slots=True)
class _Link:
    """One connection of a till."""

    address: str
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    task: "asyncio.Task[None] | None" = None
    is_displaced: bool = field(default=False)

    def displace(self) -> None:
        self.is_displaced = True
        if self.task is not None:
            self.task.cancel()


class Relay:
    """Passes connections on to ``host`` and ``port``, the registration's. One loop's only."""

    def __init__(self, host: str, port: int, reports: RelayReports) -> None:
        self._to = host, port
        self._reports = reports
        self._links: dict[_Link, None] = {}
        """In the order in which they came."""

    async def serve(self, host: str, port: int, told: Callable[[str], None]) -> None:
        """Relay what comes in at ``host`` and ``port`` until cancelled; 0 takes a free port.
        ``told`` hears the address. Raises OSError where the port is taken."""
        server = await asyncio.start_server(self._accept, host, port, limit=_CHUNK_BYTES)
        try:
            told(f"https://{host}:{server.sockets[0].getsockname()[1]}")
            await server.serve_forever()
        finally:
            server.close()
            tasks = [link.task for link in self._links if link.task is not None]
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        link = _Link(str((writer.get_extra_info("peername") or "?")[0]), reader, writer)
        self._make_room(link.address)
        self._links[link] = None
        self._reports.relaying(len(self._links))
        link.task = asyncio.create_task(self._relay(link))

    def _make_room(self, address: str) -> None:
        staying = [link for link in self._links if not link.is_displaced]
        same = [link for link in staying if link.address == address]
        if len(same) >= AT_ONCE_OF_ADDRESS_MAX:
            same[0].displace()
        elif len(staying) >= AT_ONCE_MAX:
            staying[0].displace()

    async def _relay(self, link: _Link) -> None:
        end = RelayEnd.BROKEN
        try:
            end = await self._passed(link)
        except asyncio.CancelledError:
            if not link.is_displaced:
                raise
            end = RelayEnd.DISPLACED
        finally:
            link.writer.transport.abort()
            del self._links[link]
            self._reports.relaying(len(self._links))
            self._reports.relayed(end)

    async def _passed(self, link: _Link) -> RelayEnd:
        try:
            async with asyncio.timeout(CONNECT_SECONDS_MAX):
                reader, writer = await asyncio.open_connection(*self._to, limit=_CHUNK_BYTES)
        except OSError:  # a time that ran out is one too
            return RelayEnd.AWAY
        try:
            return await _both_ways(link, reader, writer)
        finally:
            writer.transport.abort()


async def _both_ways(
    link: _Link, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> RelayEnd:
    clock = asyncio.get_running_loop().time
    ends_at, end = clock() + LIFE_SECONDS_MAX, RelayEnd.PASSED
    try:
        async with asyncio.timeout(IDLE_SECONDS) as limit, asyncio.TaskGroup() as ways:

            def passed() -> None:
                limit.reschedule(min(clock() + IDLE_SECONDS, ends_at))

            ways.create_task(_one_way(link.reader, writer, passed))
            ways.create_task(_one_way(reader, link.writer, passed))
    except TimeoutError:
        end = RelayEnd.TOO_LONG if clock() >= ends_at else RelayEnd.IDLE
    except ExceptionGroup as group:
        _, unknown = group.split((OSError, _TooLarge))
        if unknown is not None:
            raise unknown from None
        end = RelayEnd.TOO_LARGE if group.subgroup(_TooLarge) else RelayEnd.BROKEN
    else:
        await asyncio.gather(_flushed(link.writer), _flushed(writer))
    return end


async def _flushed(writer: asyncio.StreamWriter) -> None:
    """Both have said all: let what was taken last arrive."""
    writer.close()
    with suppress(OSError):
        async with asyncio.timeout(FLUSH_SECONDS_MAX):
            await writer.wait_closed()


async def _one_way(
    source: asyncio.StreamReader, sink: asyncio.StreamWriter, passed: Callable[[], None]
) -> None:
    """Pass bytes on, no faster than they are taken, until ``source`` ends."""
    left = BYTES_MAX
    while chunk := await source.read(_CHUNK_BYTES):
        left -= len(chunk)
        if left < 0:
            raise _TooLarge
        sink.write(chunk)
        await sink.drain()
        passed()
    with suppress(OSError):  # it has gone already
        sink.write_eof()
