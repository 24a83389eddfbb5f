"""The line between a store and the centre: bytes pass, pass slowly, or not at all."""

import asyncio
import contextlib
import os
import signal
import subprocess
import time
from collections.abc import AsyncGenerator, Generator
from pathlib import Path

import pytest

from local.checkout import environment, module
from local.home import StackHome
from local.ports import LOOPBACK, answers, choose
from local.stores import line as line_process
from local.stores import lines
from local.stores.line import (
    SLOW_BYTES_PER_SECOND,
    SLOW_DELAY_SECONDS,
    WISH,
    StoreLine,
    Way,
    read,
    write,
)
from local.stores.lines import LineAway

BIG = os.urandom(1_000_000)


async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Says all again, and ends when the other has ended."""
    with contextlib.suppress(OSError):
        while chunk := await reader.read(65_536):
            writer.write(chunk)
            await writer.drain()
        writer.write_eof()


def wait_open(port: int) -> None:
    """Until somebody listens there."""
    while not answers(port):
        time.sleep(0.02)


@contextlib.asynccontextmanager
async def opened() -> AsyncGenerator[tuple[StoreLine, int]]:
    """A line that leads to an echo, and its port."""
    here, there = choose(2)
    line = StoreLine([Way(here, there)])
    async with await asyncio.start_server(echo, LOOPBACK, there):
        serving = asyncio.create_task(line.serve())
        await asyncio.to_thread(wait_open, here)
        try:
            yield line, here
        finally:
            serving.cancel()
            await asyncio.gather(serving, return_exceptions=True)


async def said_again(port: int, said: bytes) -> bytes:
    """What comes back until the other side ends."""
    reader, writer = await asyncio.open_connection(LOOPBACK, port)
    try:
        writer.write(said)
        writer.write_eof()
        return await reader.read()
    finally:
        writer.transport.abort()


async def test_bytes_pass_whole_and_an_end_is_passed_on() -> None:
    async with opened() as (_, port):
        reader, writer = await asyncio.open_connection(LOOPBACK, port)
        writing = asyncio.create_task(_written(writer, BIG))
        assert await reader.readexactly(len(BIG)) == BIG
        await writing
        writer.write_eof()
        assert await reader.read() == b""


async def _written(writer: asyncio.StreamWriter, said: bytes) -> None:
    writer.write(said)
    await writer.drain()


async def test_a_cut_ends_what_is_open_and_nothing_comes_through_until_it_heals() -> None:
    async with opened() as (line, port):
        reader, writer = await asyncio.open_connection(LOOPBACK, port)
        writer.write(b"before")
        assert await reader.readexactly(6) == b"before"
        line.set("cut")
        with contextlib.suppress(ConnectionResetError):
            assert await reader.read() == b""
        for _ in range(3):
            with contextlib.suppress(OSError):
                assert await said_again(port, b"dark") == b""
        line.set("up")
        assert await said_again(port, b"light") == b"light"


async def test_a_slow_line_takes_its_time_and_carries_little_and_loses_nothing() -> None:
    size, clock = SLOW_BYTES_PER_SECOND // 2, time.monotonic
    async with opened() as (line, port):
        line.set("slow")
        began = clock()
        assert await said_again(port, b"short") == b"short"
        assert clock() - began >= 2 * SLOW_DELAY_SECONDS
        began = clock()
        several = await asyncio.gather(*(said_again(port, BIG[:size]) for _ in range(2)))
        assert several == [BIG[:size]] * 2
        assert clock() - began >= 2 * size / SLOW_BYTES_PER_SECOND, "each had a line of its own"


async def test_what_is_under_way_when_the_line_is_cut_does_not_arrive() -> None:
    async with opened() as (line, port):
        line.set("slow")
        saying = asyncio.create_task(said_again(port, b"under way"))
        await asyncio.sleep(SLOW_DELAY_SECONDS / 2)
        line.set("cut")
        with contextlib.suppress(OSError):
            assert await saying == b""


async def test_where_nobody_is_behind_the_line_who_comes_is_turned_away() -> None:
    here, nobody = choose(2)
    line = StoreLine([Way(here, nobody)])
    serving = asyncio.create_task(line.serve())
    await asyncio.to_thread(wait_open, here)
    with contextlib.suppress(OSError):
        assert await said_again(here, b"hello") == b""
    serving.cancel()
    await asyncio.gather(serving, return_exceptions=True)


@contextlib.contextmanager
def process(folder: Path, port: int, to: int) -> Generator[subprocess.Popen[bytes]]:
    """The line as the stack starts it."""
    command = module("local.stores.line", str(folder), f"{port}={to}")
    started = subprocess.Popen(command, env={**os.environ, **environment({})})
    try:
        wait_open(port)
        yield started
    finally:
        started.kill()
        started.wait()


async def test_a_line_that_is_killed_does_afterwards_what_it_was_asked_to(tmp_path: Path) -> None:
    here, there = choose(2)
    async with await asyncio.start_server(echo, LOOPBACK, there):
        write(tmp_path, WISH, "cut")
        with process(tmp_path, here, there) as first:
            await _does(tmp_path, "cut")
            first.send_signal(signal.SIGKILL)
            await asyncio.to_thread(first.wait)
        with process(tmp_path, here, there):
            await _does(tmp_path, "cut")
            with contextlib.suppress(OSError):
                assert await said_again(here, b"dark") == b""
            write(tmp_path, WISH, "up")
            await _does(tmp_path, "up")
            assert await said_again(here, b"light") == b"light"


async def _does(folder: Path, wished: str) -> None:
    deadline = time.monotonic() + 30
    while read(folder, line_process.NOW) != wished:
        assert time.monotonic() < deadline, f"the line does not become {wished}"
        await asyncio.sleep(0.02)


def test_a_line_that_nobody_runs_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:

    monkeypatch.setattr(lines, "OBEYS_SECONDS", 0.2)
    with pytest.raises(LineAway, match="nobody obeys"):
        lines.change(StackHome(tmp_path), "cut")
    assert lines.state(StackHome(tmp_path)) == "cut", "the next line obeys"
