"""The way to the registration: bytes both ways, closed on both ends, and nobody holds it shut."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field

import pytest

from edge.gateway import relay as relays
from edge.gateway.relay import Relay, RelayEnd
from tests.gateways import HOST

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]
Served = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@dataclass
class Door:
    """A relay, and what it has reported."""

    port: int = 0
    ends: Counter[RelayEnd] = field(default_factory=Counter[RelayEnd])
    under_way: list[int] = field(default_factory=list[int])

    def relaying(self, connections: int) -> None:
        self.under_way.append(connections)

    def relayed(self, end: RelayEnd) -> None:
        self.ends[end] += 1

    async def come(self) -> Streams:
        return await asyncio.open_connection(HOST, self.port)

    async def ended(self, end: RelayEnd, count: int = 1, seconds: float = 5) -> None:
        async with asyncio.timeout(seconds):
            while self.ends[end] < count:  # noqa: ASYNC110 - counted from outside
                await asyncio.sleep(0.01)


@asynccontextmanager
async def door(served: Served | None) -> AsyncIterator[Door]:
    """A relay to a server that does ``served``, or to none."""
    async with AsyncExitStack() as stack:
        to = 9  # nobody serves there
        if served is not None:
            server = await stack.enter_async_context(await asyncio.start_server(served, HOST, 0))
            to = server.sockets[0].getsockname()[1]
        opened = Door()
        address: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        relay = Relay(HOST, to, opened)
        task = asyncio.create_task(relay.serve(HOST, 0, address.set_result))
        opened.port = int((await asyncio.wait_for(address, 5)).rsplit(":", 1)[1])
        try:
            yield opened
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        assert opened.under_way[-1:] in ([], [0]), "a connection outlives the relay"


async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Say all that is heard, and then end."""
    with suppress(ConnectionError):
        while chunk := await reader.read(1000):
            writer.write(chunk)
            await writer.drain()
        writer.close()


async def hold(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Take nothing and say nothing."""
    with suppress(ConnectionError, asyncio.CancelledError):
        await asyncio.sleep(60)
    writer.close()


async def closes(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """End at once."""
    writer.close()


async def said(streams: Streams, told: bytes) -> bytes:
    """What is answered until the end."""
    reader, writer = streams
    writer.write(told)
    writer.write_eof()
    async with asyncio.timeout(5):
        heard = await reader.read()
    writer.close()
    return heard


async def test_bytes_pass_both_ways_and_the_end_of_one_reaches_the_other() -> None:
    told = bytes(range(256)) * 800
    async with door(echo) as open_door:
        for _ in range(3):
            assert await said(await open_door.come(), told) == told
        await open_door.ended(RelayEnd.PASSED, 3)
    assert open_door.ends.total() == 3


async def test_where_nobody_serves_the_till_is_let_go_at_once() -> None:
    async with door(None) as open_door:
        async with asyncio.timeout(1):
            reader, writer = await open_door.come()
            with suppress(ConnectionError):
                assert await reader.read() == b""
            writer.close()
        await open_door.ended(RelayEnd.AWAY)


async def test_a_registration_that_ends_a_connection_ends_the_tills() -> None:
    async with door(closes) as open_door:
        reader, writer = await open_door.come()
        async with asyncio.timeout(1):
            assert await reader.read() == b""
        writer.close()
        await open_door.ended(RelayEnd.PASSED)


async def test_a_till_that_breaks_off_ends_the_connection_to_the_registration() -> None:
    gone = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError):
            await reader.read()
        writer.close()
        gone.set()

    async with door(serve) as open_door:
        _, writer = await open_door.come()
        writer.write(b"half a hello")
        await writer.drain()
        writer.transport.abort()
        async with asyncio.timeout(2):
            await gone.wait()


@pytest.mark.parametrize("size", [relays.BYTES_MAX + 1, 50 * relays.BYTES_MAX])
async def test_who_sends_without_end_is_stopped(size: int) -> None:
    async with door(echo) as open_door:
        with suppress(ConnectionError):
            await said(await open_door.come(), bytes(size))
        await open_door.ended(RelayEnd.TOO_LARGE)


async def test_who_says_nothing_or_too_slowly_is_let_go(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(relays, "IDLE_SECONDS", 0.2)
    monkeypatch.setattr(relays, "LIFE_SECONDS_MAX", 0.6)
    async with door(hold) as open_door:
        reader, silent = await open_door.come()
        with suppress(ConnectionError):
            assert await asyncio.wait_for(reader.read(), 2) == b""
        silent.close()
        await open_door.ended(RelayEnd.IDLE)
        _, slow = await open_door.come()
        with suppress(ConnectionError):
            for _ in range(20):
                slow.write(b"x")
                await slow.drain()
                await asyncio.sleep(0.1)
        slow.close()
        await open_door.ended(RelayEnd.TOO_LONG)


async def test_what_is_not_taken_is_not_read_either(monkeypatch: pytest.MonkeyPatch) -> None:
    """The till waits, not the store's memory."""
    monkeypatch.setattr(relays, "BYTES_MAX", 2**30)
    async with door(hold) as open_door:
        _, writer = await open_door.come()
        writer.write(bytes(2**26))
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(writer.drain(), 0.3)
        writer.transport.abort()


async def test_a_thousand_that_say_nothing_do_not_keep_one_out() -> None:
    async with door(echo) as open_door:
        silent = [await open_door.come() for _ in range(300)]
        assert await said(await open_door.come(), b"a till") == b"a till"
        assert max(open_door.under_way) <= 2 * relays.AT_ONCE_OF_ADDRESS_MAX
        for _, writer in silent:
            writer.transport.abort()


async def test_many_addresses_do_not_keep_one_out_either(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(relays, "AT_ONCE_MAX", 8)
    async with door(echo) as open_door:
        silent = [
            await asyncio.open_connection(HOST, open_door.port, local_addr=(f"127.0.0.{each}", 0))
            for each in range(2, 32)
        ]
        assert await said(await open_door.come(), b"a till") == b"a till"
        await open_door.ended(RelayEnd.DISPLACED, 23)
        for _, writer in silent:
            writer.transport.abort()
