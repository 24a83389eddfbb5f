"""A till of the tests that sells: enrolled, and its day opened."""

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
