"""Each page's main task without a mouse, in a real Chromium: what is focused can be seen."""

import uuid
from datetime import UTC, datetime, timedelta

import pytest
from playwright.async_api import Browser, Page, expect

from tests.integration.board_world import (
    alert,
    catalogue,
    insert,
    level,
    make_topics,
    register,
    store,
    till,
    totals,
)
from tests.pages.seen_board import board_seen

STEPS_MAX = 60
"""Presses of the tab key until something is reached: a limit, not an expectation."""

_FOCUSED = """() => {
    const at = document.activeElement;
    const label = at.labels?.[0]?.textContent ?? at.textContent;
    return {name: label.trim(), seen: getComputedStyle(at).outlineStyle !== "none"};
}"""


@pytest.fixture
def dsn(kafka: str, fresh_postgres: str, shop: str) -> str:
    """DSN of a board's database in which a shop has milk, and is short of bread."""
    make_topics(kafka)
    register(fresh_postgres, shop, f"Ulm {shop}")
    catalogue(fresh_postgres, "milk", "Whole milk 1 l")
    catalogue(fresh_postgres, "bread", "Rye bread 750 g")
    store(
        fresh_postgres,
        [
            totals(shop, 1, receipts=7),
            till(shop, "1", 1),
            level(shop, "milk", 38, 1),
            level(shop, "bread", 0, 1),
            alert(shop, "bread", 1, reason="out_of_stock", on_hand=0),
        ],
    )
    _delivered(fresh_postgres, shop, datetime.now(UTC) - timedelta(days=1))
    return fresh_postgres


def _delivered(dsn: str, shop: str, occurred_at: datetime) -> None:
    insert(
        dsn,
        "stock_ledger",
        {
            "location_id": shop,
            "sku": "milk",
            "quantity": 38,
            "reason": "delivery",
            "reference": "truck-1",
            "occurred_at": occurred_at,
            "movement_id": str(uuid.uuid4()),
            "source_topic": "cdc.stock-movements",
            "source_partition": 0,
            "source_offset": 1,
        },
    )


async def tab_to(page: Page, name: str) -> None:
    """Press the tab key until what is called ``name`` is focused; all on the way must be seen."""
    for _ in range(STEPS_MAX):
        await page.keyboard.press("Tab")
        focused = await page.evaluate(_FOCUSED)
        assert focused["seen"], f"nobody sees that {focused['name']!r} is focused"
        if focused["name"] == name:
            return
    raise AssertionError(f"{name!r} is not reached by the tab key")


async def test_a_shop_is_found_opened_and_its_shelves_searched(
    browser: Browser, kafka: str, dsn: str, shop: str
) -> None:
    async with board_seen(browser, kafka, dsn) as seen:
        await seen.go("/")
        await tab_to(seen.page, "Name or id")
        await seen.page.keyboard.type(f"ulm {shop}")
        await seen.page.get_by_text("1 location with").wait_for()
        await tab_to(seen.page, f"Ulm {shop}")
        await seen.page.keyboard.press("Enter")

        await expect(seen.page).to_have_url(f"{seen.address}/locations/{shop}")
        await seen.page.get_by_label("SKU or name").wait_for()
        await tab_to(seen.page, "SKU or name")
        await seen.page.keyboard.type("bread")
        await seen.page.get_by_text("1 SKU with").wait_for()
        await tab_to(seen.page, "Rye bread 750 g")
        await seen.page.keyboard.press("Enter")
        await expect(seen.page.get_by_role("heading", level=1)).to_have_text("Rye bread 750 g")


async def test_stock_is_filtered_by_keys(browser: Browser, kafka: str, dsn: str, shop: str) -> None:
    async with board_seen(browser, kafka, dsn) as seen:
        await seen.go(f"/locations/{shop}")
        await tab_to(seen.page, "Show")
        await seen.page.keyboard.type("Out")
        await expect(seen.page.locator("#list tbody tr")).to_have_count(1)
        assert await seen.cell(f"stock/{shop}/bread", "on_hand") == "0"
        await tab_to(seen.page, "Order")


async def test_a_level_is_explained_by_keys(
    browser: Browser, kafka: str, dsn: str, shop: str
) -> None:
    async with board_seen(browser, kafka, dsn) as seen:
        await seen.go("/products/milk")
        await tab_to(seen.page, "Location")
        await seen.page.keyboard.type(f"Ulm {shop}")
        await tab_to(seen.page, "Explain")
        await seen.page.keyboard.press("Enter")
        answer = seen.page.locator("#ledger .answer")
        await expect(answer).to_contain_text("38 on hand")
        await expect(seen.page.locator("#ledger table")).to_contain_text("truck-1")


async def test_an_alert_leads_to_its_product_by_keys(
    browser: Browser, kafka: str, dsn: str, shop: str
) -> None:
    async with board_seen(browser, kafka, dsn) as seen:
        await seen.go("/")
        await tab_to(seen.page, "Skip to content")
        await tab_to(seen.page, "Alerts")
        await seen.page.keyboard.press("Enter")
        await expect(seen.page).to_have_url(f"{seen.address}/alerts")
        await seen.page.locator('[data-line="live"]').wait_for()
        await tab_to(seen.page, "Rye bread 750 g")
        await seen.page.keyboard.press("Enter")
        await expect(seen.page).to_have_url(f"{seen.address}/products/bread?location={shop}")
