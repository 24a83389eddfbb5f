"""A broker that is away is not besieged by those who wait for it."""

import asyncio
from pathlib import Path

import pytest

from clients.kafka import KafkaAccess
from engine.contract import Message
from engine.sends import Destination
from engine.writer import PartitionWriter
from tests.integration.own_broker import own_broker

pytestmark = pytest.mark.lonely

WRITERS = 8
LISTENING_SECONDS = 4.0


async def test_writers_ask_seldom_for_a_broker_that_is_away(tmp_path: Path) -> None:
    with own_broker(tmp_path) as bootstrap:
        writers = [
            PartitionWriter(KafkaAccess(bootstrap), "patience", number) for number in range(WRITERS)
        ]
        await asyncio.gather(*(writer.open() for writer in writers))
    waiting = [asyncio.create_task(_commit(writer)) for writer in writers]
    try:
        attempts = await _attempts(int(bootstrap.rpartition(":")[2]))
    finally:
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)
    # Each asks at once, then 50, 150, 350, 750, 1,550 ms later, and then each second; a producer
    # keeps two kinds of connections.
    assert 0 < attempts <= WRITERS * 2 * 8, f"{attempts} attempts in {LISTENING_SECONDS} s"


async def _commit(writer: PartitionWriter) -> None:
    await writer.commit(
        "changelog", {b"key": b"value"}, {Destination("out", 0): [Message(b"key", b"1")]}, {}
    )


async def _attempts(port: int) -> int:
    """How many connections are tried at ``port``, where nobody answers."""
    attempts = 0

    async def refuse(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal attempts
        attempts += 1
        writer.transport.abort()

    server = await asyncio.start_server(refuse, "127.0.0.1", port)
    async with server:
        await asyncio.sleep(LISTENING_SECONDS)
    return attempts
