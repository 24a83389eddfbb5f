"""A till that shows its page, and a page at which the cashier sells."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from edge.till.page.open_pages import OpenPage
from tests.till_pages import PagedTill, paged, stocked


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return stocked(tmp_path)


@pytest.fixture
async def till(home: Path) -> AsyncIterator[PagedTill]:
    async with paged(home) as opened:
        yield opened


@pytest.fixture
async def page(till: PagedTill) -> OpenPage:
    return await till.sign_in()
