"""A till of the tests that sells: enrolled, and its day opened; and a printer."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.gateways import Fleet
from tests.unit.edge.till.tills import Program, enrolled, running


@pytest.fixture
def home(tmp_path: Path) -> Path:
    enrolled(Fleet(tmp_path), tmp_path / "till")
    return tmp_path / "till"


@pytest.fixture
async def program(home: Path) -> AsyncIterator[Program]:
    async with running(home) as opened:
        await opened.open_day()
        yield opened


@pytest.fixture
async def paper() -> AsyncIterator[tuple[str, list[bytes]]]:
    """A printer of the network, and what came to it."""
    printed: list[bytes] = []

    async def take(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        printed.append(await reader.read())
        writer.close()

    server = await asyncio.start_server(take, "127.0.0.1", 0)
    async with server:
        yield f"127.0.0.1:{server.sockets[0].getsockname()[1]}", printed
