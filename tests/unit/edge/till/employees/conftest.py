"""A till of the tests whose disk has the store's employees: Anna and Ben sell, Mia is a manager."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.unit.edge.till.employees.crews import ANNA, BEN, MIA, bundle, hold
from tests.unit.edge.till.tills import Program, running


@pytest.fixture
async def manned(home: Path) -> AsyncIterator[Program]:
    hold(home, bundle(7, ANNA, BEN, MIA))
    async with running(home) as opened:
        await opened.open_day()
        yield opened
