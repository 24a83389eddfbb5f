"""Receipts, customers and carts of the whole store at the page: real Chromium, keys and fingers."""

from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import pytest_asyncio
from playwright.async_api import Browser, Page, expect
from playwright.async_api import TimeoutError as PlaywrightTimeout

from tests.browser import Visit, visit
from tests.pages.seen_board import assert_clean, assert_good
from tests.pages.test_till_in_a_browser import (
    SCREEN,
    lines,
    scan,
    sign_in,
    targets_are_large,
    type_in,
)
from tests.till_pages import MILK, TEA, PagedTill
from tests.unit.edge.till.page.page_stores import CUSTOMERS_CARD, PageStore, page_store

LOOKS = 4

LOOK_MS = 15_000
"""Between two looks for a receipt; a till gives up on its gateway after a few seconds."""

CUT_OFF = """() => [...document.querySelectorAll("#side, .done, body")]
    .filter((each) => each.scrollHeight > each.clientHeight + 1 && each.checkVisibility())
    .map((each) => each.id || each.className || each.tagName)"""


@pytest_asyncio.fixture(loop_scope="session")
async def store(tmp_path: Path) -> AsyncIterator[PageStore]:
    async with page_store(tmp_path) as opened:
        yield opened


@asynccontextmanager
async def seen_at(
    browser: Browser, store: PageStore, till_id: str, **context: Any
) -> AsyncGenerator[tuple[PagedTill, Visit]]:
    """A till of the store and its page, at which the cashier is signed in."""
    async with (
        store.opened(till_id) as till,
        visit(browser, till.address, viewport=SCREEN, **context) as seen,
    ):
        await seen.page.goto(till.address)
        await sign_in(seen.page)
        yield till, seen


async def nothing_is_cut_off(page: Page) -> None:
    assert await page.evaluate(CUT_OFF) == [], "it must be scrolled to be used"


async def look_up(page: Page, receipt_no: str) -> None:
    """Find a receipt of the other till. A gateway on a busy machine may be given up on, which the
    page says, and then somebody asks again."""
    found = page.get_by_text("Sold at till 2 on")
    for _ in range(LOOKS):
        await page.keyboard.press("Escape")
        await page.keyboard.press("F10")
        await type_in(page, receipt_no)
        with suppress(PlaywrightTimeout):
            return await found.wait_for(timeout=LOOK_MS)
    raise AssertionError(f"nobody finds {receipt_no}")


async def tab_to(page: Page, words: str) -> None:
    """The focus goes by Tab alone to the button with these words."""
    has_focus = """(words) => document.activeElement.matches("button, a")
        && document.activeElement.textContent.includes(words)"""
    for _ in range(60):
        if await page.evaluate(has_focus, words):
            return
        await page.keyboard.press("Tab")
    raise AssertionError(f"no Tab leads to {words}")


async def test_keys_alone_go_on_with_a_cart_and_take_goods_back_at_another_till(
    browser: Browser, store: PageStore
) -> None:
    async with (
        seen_at(browser, store, "1") as (_, at_first),
        seen_at(browser, store, "2") as (second, at_second),
    ):
        await scan(at_first.page, TEA, MILK)
        await lines(at_first.page, 2)
        await type_in(at_first.page, "**")
        page = at_second.page
        await page.keyboard.press("F4")
        await page.get_by_text("till 1, since").wait_for()
        await assert_good(at_second)
        await tab_to(page, "till 1, since")
        await page.keyboard.press("Enter")
        await lines(page, 2)
        await nothing_is_cut_off(page)
        await at_first.page.keyboard.press("F4")
        await expect(at_first.page.locator('[data-do^="resume:"]')).to_have_count(0)
        await type_in(page, "+")
        await page.get_by_text("Paid 4.19 EUR").wait_for()
        await nothing_is_cut_off(page)
        receipt_no = await store.last_sale(second)
        await page.keyboard.press("F3")
        async with page.expect_download() as saving:
            await page.get_by_text("Save the PDF").focus()
            await page.keyboard.press("Enter")
        assert (await saving.value).suggested_filename == f"receipt-{receipt_no}.pdf"
        assert (await (await saving.value).failure()) is None
        page = at_first.page
        await look_up(page, receipt_no)
        await assert_good(at_first)
        await page.keyboard.press("F7")
        await tab_to(page, "Tea")
        await page.keyboard.press("Enter")
        await page.get_by_text("1 of 1 comes back").wait_for()
        await tab_to(page, "Back to the shelf")
        await page.keyboard.press("Enter")
        await page.get_by_text("Give 3.00 back in cash.").wait_for()
        assert_clean(at_first)
        assert_clean(at_second)


async def test_fingers_alone_serve_a_customer_whose_card_is_read(
    browser: Browser, store: PageStore
) -> None:
    async with seen_at(browser, store, "1", has_touch=True) as (till, seen):
        page = seen.page
        await page.get_by_role("button", name="Customer").tap()
        await assert_good(seen)
        await scan(page, CUSTOMERS_CARD)
        await page.get_by_role("heading", name="Customer c-17").wait_for()
        await assert_good(seen)
        await targets_are_large(page)
        await page.get_by_role("button", name="Back to the cart").tap()
        await scan(page, TEA)
        await lines(page, 1)
        await nothing_is_cut_off(page)
        await page.get_by_role("button", name="Cash").tap()
        await page.get_by_text("Paid 3.00 EUR").wait_for()
        receipt_no = await store.last_sale(till)
        await targets_are_large(page)
        await page.get_by_role("button", name="PDF").tap()
        await page.get_by_text("Save the PDF").wait_for()
        await assert_good(seen)
        await targets_are_large(page)
        await page.get_by_role("button", name="Next customer").tap()
        await scan(page, CUSTOMERS_CARD)
        await page.get_by_text("joins the cart").wait_for()
        await page.get_by_role("button", name="Customer").tap()
        await page.get_by_role("button", name=receipt_no).tap()
        await page.get_by_text("Sold here on").wait_for()
        await assert_good(seen)
        await targets_are_large(page)
        await page.get_by_role("button", name="Return goods of it").tap()
        await page.get_by_role("button", name="Tea").tap()
        await targets_are_large(page)
        await page.get_by_role("button", name="Damaged").tap()
        await page.get_by_text("Give 3.00 back in cash.").wait_for()
        await page.get_by_role("button", name="Receipts").tap()
        await assert_good(seen)
        await targets_are_large(page)
        await page.get_by_role("button", name="-R").tap()
        await page.get_by_text("Taken back here on").wait_for()
        await assert_good(seen)


async def test_a_page_whose_gateway_is_away_says_so_to_everybody(
    browser: Browser, store: PageStore
) -> None:
    async with seen_at(browser, store, "1") as (_, seen):
        page = seen.page
        await store.dark()
        await page.keyboard.press("F4")
        await page.get_by_text("carts of other tills cannot be seen").wait_for()
        await assert_good(seen)
        await page.keyboard.press("Escape")
        await scan(page, TEA)
        await type_in(page, "+")
        await page.get_by_text("Paid 3.00 EUR").wait_for()
        await page.keyboard.press("Escape")
        await page.keyboard.press("F10")
        await tab_to(page, "1-1-1")
        await page.keyboard.press("Enter")
        await page.get_by_text("Sold here on").wait_for()
        await page.keyboard.press("F7")
        await page.get_by_text("The store was not asked").wait_for()
        await assert_good(seen)
