"""The board as people see it: in a real Chromium, on a real broker and database."""

import pytest
from playwright.async_api import Browser

from local.ports import choose
from tests.boards import open_board
from tests.browser import visit
from tests.integration.board_world import (
    Row,
    alert,
    catalogue,
    level,
    listening,
    make_topics,
    register,
    say,
    store,
    till,
    totals,
)
from tests.pages.seen_board import assert_clean, board_seen

HOSTILE = "<img src=x onerror=alert(1)> & <b>Söhne</b>"


@pytest.fixture
def stocked(kafka: str, fresh_postgres: str, shop: str) -> str:
    """DSN of a database in which `shop` has sold something."""
    make_topics(kafka)
    register(fresh_postgres, shop, "Köln, Ehrenfeld")
    catalogue(fresh_postgres, "4006381333931", "Whole milk 1 l")
    rows: list[Row] = [
        level(shop, "4006381333931", 40, 1),
        totals(shop, 1, receipts=7, units=19, net_sales_minor=123_456),
        till(shop, "1", 1),
    ]
    store(fresh_postgres, rows)
    return fresh_postgres


async def test_a_change_shows_without_a_reload(
    browser: Browser, kafka: str, stocked: str, shop: str
) -> None:
    async with board_seen(browser, kafka, stocked) as seen:
        await seen.go("/")
        assert await seen.cell(f"location/{shop}/", "net_sales") == "€1,234.56"
        await seen.mark()
        await say(kafka, [totals(shop, 2, receipts=8, units=21, net_sales_minor=123_956)])
        await seen.shows(f"location/{shop}/", "net_sales", "€1,239.56")
        assert await seen.cell(f"location/{shop}/", "receipts") == "8"

        await seen.page.get_by_role("link", name="Köln, Ehrenfeld").click()
        await seen.page.locator('[data-line="live"]').wait_for()
        stock = f"stock/{shop}/4006381333931"
        assert await seen.cell(stock, "on_hand") == "40"
        await seen.mark()
        await say(kafka, [level(shop, "4006381333931", 3, 2), alert(shop, "4006381333931", 2)])
        await seen.shows(stock, "on_hand", "3")
        await seen.shows(stock, "alert", "Below reorder point")
        await seen.shows(stock, "suggested", "Order 17")
        await seen.shows(f"figures/{shop}/", "alerts", "1")
        assert not await seen.was_reloaded()
        assert_clean(seen)


async def test_what_is_new_appears(browser: Browser, kafka: str, stocked: str, shop: str) -> None:
    async with board_seen(browser, kafka, stocked) as seen:
        await seen.go(f"/locations/{shop}")
        await seen.mark()
        await say(kafka, [level(shop, "new-sku", -2, 1), till(shop, "2", 1)])
        await seen.shows(f"stock/{shop}/new-sku", "on_hand", "-2")
        await seen.shows(f"till/{shop}/2", "last_sequence", "100")
        await seen.go("/alerts")
        await seen.mark()
        await say(kafka, [alert(shop, "new-sku", 2, reason="negative_stock", on_hand=-2)])
        await seen.shows(f"alert/{shop}/new-sku", "alert", "Negative stock")
        await say(kafka, [alert(shop, "new-sku", 3, state="cleared")])
        await seen.page.locator(f'[id="alert/{shop}/new-sku"]').wait_for(state="detached")
        assert not await seen.was_reloaded()
        assert_clean(seen)


async def test_a_page_that_lost_the_board_catches_up(
    browser: Browser, kafka: str, stocked: str, shop: str
) -> None:
    (port,) = choose(1)
    address = f"http://127.0.0.1:{port}"
    async with visit(browser, address) as seen:
        async with open_board(kafka, stocked, port=port) as board:
            await listening(board)
            await seen.go("/")
            await seen.mark()
        await seen.page.get_by_text("Not live since").wait_for()
        asked: list[str] = []
        seen.page.on("request", lambda request: asked.append(request.url))
        await say(kafka, [totals(shop, 2, receipts=9)])
        async with open_board(kafka, stocked, port=port):
            await seen.page.locator('[data-line="live"]').wait_for()
            await seen.shows(f"location/{shop}/", "receipts", "9")
            await say(kafka, [totals(shop, 3, receipts=10)])
            await seen.shows(f"location/{shop}/", "receipts", "10")
        assert asked.count(f"{address}/") == 1, "the page goes on fetching itself"
        assert not await seen.was_reloaded()
        assert seen.outside == []


async def test_stock_is_found_by_what_is_typed(
    browser: Browser, kafka: str, stocked: str, shop: str
) -> None:
    store(stocked, [level(shop, "bread-1", 5, 1), level(shop, "bread-2", 6, 1)])
    catalogue(stocked, "bread-1", "Rye bread 750 g")
    async with board_seen(browser, kafka, stocked) as seen:
        await seen.go(f"/locations/{shop}")
        await seen.mark()
        await seen.page.get_by_label("SKU or name").press_sequentially("BREAD")
        await seen.page.get_by_text("2 SKUs with “BREAD”").wait_for()
        assert await seen.page.locator("#list tbody tr").count() == 2
        assert seen.page.url.endswith("?q=BREAD")
        await say(kafka, [level(shop, "bread-2", 4, 2), level(shop, "milk-9", 1, 1)])
        await seen.shows(f"stock/{shop}/bread-2", "on_hand", "4")
        assert await seen.page.locator(f'[id="stock/{shop}/milk-9"]').count() == 0
        assert not await seen.was_reloaded()
        assert_clean(seen)


async def test_markup_in_a_name_stays_text(
    browser: Browser, kafka: str, stocked: str, shop: str
) -> None:
    catalogue(stocked, "odd", HOSTILE)
    register(stocked, f"{shop}-odd", HOSTILE)
    store(stocked, [level(f"{shop}-odd", "odd", 1, 1), alert(f"{shop}-odd", "odd", 1)])
    async with board_seen(browser, kafka, stocked) as seen:
        for path, row in (
            ("/", f"location/{shop}-odd/"),
            (f"/locations/{shop}-odd", f"stock/{shop}-odd/odd"),
            ("/alerts", f"alert/{shop}-odd/odd"),
        ):
            await seen.go(path)
            assert await seen.cell(row, "name") == HOSTILE
            assert await seen.page.locator("main img").count() == 0
        assert_clean(seen)
