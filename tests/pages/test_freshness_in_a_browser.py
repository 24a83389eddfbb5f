"""A store that nobody hears, as people see it at the centre: in a real Chromium."""

from datetime import UTC, datetime, timedelta

from playwright.async_api import Browser

from tests.boards import open_board
from tests.browser import visit
from tests.integration.board_world import catalogue, level, register, store, till, totals
from tests.integration.test_freshness import NO_KAFKA, book, moved, sold
from tests.pages.seen_board import assert_good

HOSTILE = "<img src=x onerror=alert(1)>"
MILK = "4006381333931"


async def test_a_silent_store_says_what_is_in_doubt_and_what_is_on_its_way(
    browser: Browser, fresh_postgres: str, shop: str
) -> None:
    dark, heard = shop, f"{shop}-b"
    long_ago = datetime.now(UTC) - timedelta(hours=6)
    register(fresh_postgres, dark, "Dark")
    register(fresh_postgres, heard, "Heard")
    catalogue(fresh_postgres, MILK, HOSTILE)
    day = (datetime.now(UTC).date() - timedelta(days=3)).isoformat()
    rows = [level(each, MILK, 40, 1) for each in (dark, heard)]
    rows += [totals(each, 1, business_date=day, receipts=40) for each in (dark, heard)]
    rows += [
        till(dark, "1", 1, last_seen=long_ago.isoformat(), missing=[[5, 6]]),
        till(heard, "1", 1),
    ]
    store(fresh_postgres, rows)
    for each in (dark, heard):
        sold(fresh_postgres, each, MILK, lines=40, quantity=1)
    book(fresh_postgres, moved(dark, "transfer_out", -9, f"{HOSTILE}-1", MILK, long_ago))
    book(fresh_postgres, moved(heard, "transfer_in", 2, f"{HOSTILE}-1", MILK))

    async with (
        open_board(NO_KAFKA, fresh_postgres) as board,
        visit(browser, board.address) as seen,
    ):
        await seen.page.goto(f"{board.address}/locations/{dark}")
        figures, stock = f"figures/{dark}/", f"stock/{dark}/{MILK}"
        assert await seen.cell(figures, "missing") == "2"
        assert await seen.cell(figures, "unheard") == "25 % of a usual day"
        # Ten lines and two receipts are expected; in one of twenty cases it is more than this.
        assert await seen.cell(stock, "doubt") == "perhaps 18 fewer"
        await seen.shows(figures, "in_transit", "1 product, for 6 h 0 min")
        way = seen.page.locator("#in-transit tbody tr")
        told = " ".join((await way.inner_text()).split())
        assert told.startswith(f"{HOSTILE}-1 {HOSTILE} 7 Dark Heard")

        await seen.page.goto(f"{board.address}/products/{MILK}")
        assert await seen.cell(f"place/{dark}/{MILK}", "doubt") == "perhaps 18 fewer"
        assert await seen.cell(f"place/{heard}/{MILK}", "doubt") == ""
        assert await seen.cell(f"product//{MILK}", "doubt") == "18"
        assert await seen.page.locator("#in-transit tbody tr").count() == 1
        await assert_good(seen)

        await seen.page.goto(f"{board.address}/locations/{heard}")
        assert await seen.cell(f"figures/{heard}/", "unheard") == "Nothing"
        assert await seen.cell(f"stock/{heard}/{MILK}", "doubt") == ""
        assert_no_script(await seen.page.locator("img").count())


def assert_no_script(images: int) -> None:
    """A name that is markup stays text."""
    assert images == 0
