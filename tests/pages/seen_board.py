"""The board on a broker and a database in a real Chromium, and what every page of it must be."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from typing import Any

from playwright.async_api import Browser

from dashboards.board.people.policy import OPEN_TO_THE_MACHINE, AccessPolicy
from tests.boards import open_board
from tests.browser import Visit, visit
from tests.integration.board_world import listening


@asynccontextmanager
async def board_seen(
    browser: Browser,
    kafka: str,
    dsn: str,
    policy: AccessPolicy = OPEN_TO_THE_MACHINE,
    **context: Any,
) -> AsyncGenerator[Visit]:
    """A page for a board that listens to Kafka; ``context`` as for `visit`."""
    async with (
        open_board(kafka, dsn, policy=policy) as board,
        visit(browser, board.address, **context) as seen,
    ):
        await listening(board)
        yield seen


async def assert_good(seen: Visit) -> None:
    """Everybody can use the page, nothing failed in it, and it asked nobody but the board."""
    found = await seen.breaches()
    assert found == [], found
    assert_clean(seen)


def assert_clean(seen: Visit) -> None:
    """Nothing failed in the page, and it asked nobody but the board."""
    assert seen.faults == [], "the browser's console tells of faults"
    assert seen.outside == [], "the page asks other servers"
