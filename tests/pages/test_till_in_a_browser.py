"""The till's page as cashiers and customers use it: real Chromium, keys and fingers."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from playwright.async_api import Browser, Page, expect

from local.ports import choose
from tests.browser import Visit, visit
from tests.pages.seen_board import assert_clean, assert_good
from tests.till_pages import CARD, MILK, PIN, TEA, PagedTill, paged, stocked

SCREEN = {"width": 1024, "height": 768}
TOUCH_PX_MIN = 44
WEDGE_MS = 5
"""Between two keys of a scanner that types."""

_TARGETS = """() => [...document.querySelectorAll("button, input, a")]
    .filter((each) => each.checkVisibility())
    .map((each) => [each.textContent.trim() || each.id, each.getBoundingClientRect()])
    .map(([name, { width, height }]) => [name, Math.min(width, height)])"""


@asynccontextmanager
async def till_seen(
    browser: Browser, folder: Path, **context: Any
) -> AsyncGenerator[tuple[PagedTill, Visit]]:
    """A till whose day is open, and a page of it."""
    async with paged(stocked(folder)) as till:
        await till.open_day()
        async with visit(browser, till.address, viewport=SCREEN, **context) as seen:
            await seen.page.goto(till.address)
            yield till, seen


async def scan(page: Page, *codes: str) -> None:
    for code in codes:
        await page.keyboard.type(code, delay=WEDGE_MS)
        await page.keyboard.press("Enter")


async def sign_in(page: Page) -> None:
    await scan(page, CARD)
    await page.locator("#ask[data-secret]").wait_for()
    await page.keyboard.type(PIN, delay=60)
    await page.keyboard.press("Enter")
    await page.locator('#main[data-view="cart"]').wait_for()


async def type_in(page: Page, text: str) -> None:
    """As fingers do."""
    await page.keyboard.type(text, delay=60)
    await page.keyboard.press("Enter")


async def lines(page: Page, count: int) -> None:
    await expect(page.locator("#lines > li")).to_have_count(count)


async def targets_are_large(page: Page) -> None:
    small = [each for each in await page.evaluate(_TARGETS) if each[1] < TOUCH_PX_MIN]
    assert small == [], "a finger misses them"


async def test_keys_alone_sell(browser: Browser, tmp_path: Path) -> None:
    async with till_seen(browser, tmp_path) as (till, seen):
        page = seen.page
        await sign_in(page)
        await scan(page, TEA, MILK)
        await type_in(page, f"3*{TEA}")
        await type_in(page, "-2")
        await lines(page, 2)
        await type_in(page, "+20")
        await page.get_by_text("Change 8.00 EUR").wait_for()
        await page.keyboard.press("Escape")
        await lines(page, 0)
        assert [each["total_minor"] for each in await till.sales()] == [1_200]
        assert_clean(seen)


async def test_fingers_alone_sell(browser: Browser, tmp_path: Path) -> None:
    async with till_seen(browser, tmp_path, has_touch=True) as (till, seen):
        page = seen.page
        await targets_are_large(page)
        await scan(page, CARD)  # a card is held before its reader
        for key in (*PIN, "Enter"):
            await page.locator(f'[data-key="{key}"]').tap()
        await page.locator('#main[data-view="cart"]').wait_for()
        for key in "2*":
            await page.locator(f'[data-key="{key}"]').tap()
        await page.locator('[data-key="Enter"]').tap()
        await scan(page, TEA)
        await lines(page, 1)
        await targets_are_large(page)
        await page.get_by_role("button", name="Voucher").tap()
        await page.get_by_text("Paid 6.00 EUR").wait_for()
        await targets_are_large(page)
        await page.get_by_role("button", name="Next customer").tap()
        await lines(page, 0)
        assert [each["total_minor"] for each in await till.sales()] == [600]


async def test_a_scanner_loses_no_code_wherever_the_focus_is(
    browser: Browser, tmp_path: Path
) -> None:
    async with till_seen(browser, tmp_path) as (till, seen):
        page = seen.page
        await sign_in(page)
        codes = [TEA, MILK] * 30
        for number, code in enumerate(codes):
            if number % 7 == 0:
                await page.locator("#side button").nth(number % 5).focus()
            if number % 11 == 0:
                await page.evaluate("document.activeElement.blur()")
            await scan(page, code)
        await lines(page, len(codes))
        sold = [each.sku for each in (await till.cart()).lines]
        assert sold == ["tea", "milk"] * 30, "codes are lost, mixed or out of order"
        assert_clean(seen)


async def test_a_burst_into_a_page_that_stands_still_is_taken_in_order(
    browser: Browser, tmp_path: Path
) -> None:
    async with till_seen(browser, tmp_path) as (till, seen):
        await sign_in(seen.page)
        still = "() => { const end = Date.now() + 700; while (Date.now() < end); }"
        busy = asyncio.create_task(seen.page.evaluate(still))
        await scan(seen.page, TEA, MILK, TEA, MILK)
        await busy
        await lines(seen.page, 4)
        assert [each.sku for each in (await till.cart()).lines] == ["tea", "milk"] * 2


async def test_a_wrong_code_is_seen_read_and_heard(browser: Browser, tmp_path: Path) -> None:
    async with till_seen(browser, tmp_path) as (_, seen):
        page = seen.page
        await sign_in(page)
        await page.evaluate(
            "() => { window.tones = 0; const Tone = OscillatorNode;"
            "window.OscillatorNode = function (...all) { tones += 1; return new Tone(...all); } }"
        )
        await scan(page, "5012345678900")
        told = page.locator('#said[data-tone="bad"]')
        await expect(told).to_contain_text("Unknown code 5012345678900")
        await page.wait_for_function("window.tones > 0")
        await scan(page, TEA)
        await lines(page, 1)


async def test_the_page_holds_nothing(browser: Browser, tmp_path: Path) -> None:
    async with till_seen(browser, tmp_path) as (_, seen):
        page = seen.page
        await sign_in(page)
        await scan(page, TEA, MILK)
        await lines(page, 2)
        session = await page.context.new_cdp_session(page)
        cleared = {"origin": seen.address, "storageTypes": "all"}
        await session.send("Storage.clearDataForOrigin", cleared)
        await page.context.clear_cookies()
        await page.goto(seen.address)
        await lines(page, 2)
        await scan(page, TEA)
        await lines(page, 3)


async def test_two_pages_show_one_cart_and_one_has_the_input(
    browser: Browser, tmp_path: Path
) -> None:
    async with till_seen(browser, tmp_path) as (till, seen):
        await sign_in(seen.page)
        async with visit(browser, till.address, viewport=SCREEN) as other:
            await other.page.goto(till.address)
            await scan(seen.page, TEA)
            await lines(other.page, 1)
            await scan(other.page, MILK)
            await other.page.get_by_role("button", name="Take it here").click()
            await scan(other.page, MILK)
            await lines(seen.page, 2)
            await lines(other.page, 2)
        await scan(seen.page, TEA)
        await lines(seen.page, 3)
        assert [each.sku for each in (await till.cart()).lines] == ["tea", "milk", "tea"]


async def test_a_till_that_dies_is_told_of_and_its_cart_is_there_again(
    browser: Browser, tmp_path: Path
) -> None:
    home, (port,) = stocked(tmp_path), choose(1)
    async with visit(browser, f"http://127.0.0.1:{port}", viewport=SCREEN) as seen:
        async with paged(home, port) as till:
            await till.open_day()
            await seen.page.goto(seen.address)
            await sign_in(seen.page)
            await scan(seen.page, TEA)
            await lines(seen.page, 1)
        await seen.page.get_by_text("The page has lost the till").wait_for()
        async with paged(home, port):
            await seen.page.locator('#main[data-view="start"]').wait_for()
            await sign_in(seen.page)
            await lines(seen.page, 1)


async def test_everybody_can_use_both_modes(browser: Browser, tmp_path: Path) -> None:
    async with till_seen(browser, tmp_path) as (_, seen):
        page = seen.page
        await assert_good(seen)
        await type_in(page, "shirt")
        await page.get_by_role("button", name="blue, M").wait_for()
        await assert_good(seen)
        await page.get_by_role("button", name="blue, M").click()
        await page.get_by_role("heading", name="Shirt M").wait_for()
        await assert_good(seen)
        await sign_in(page)
        await scan(page, TEA, MILK, "0000")
        await lines(page, 2)
        await assert_good(seen)
        await page.get_by_role("button", name="Card").click()
        await page.get_by_role("button", name="Declined").wait_for()
        await assert_good(seen)
        await page.get_by_role("button", name="Paid").click()
        await page.get_by_text("Paid 4.19 EUR").wait_for()
        for button, words in (
            ("Drawer", "No shift is open"),
            ("Waiting", "None waits"),
            ("Return", "What any till of this store sold"),
            ("Receipts", "The last ones here"),
        ):
            await page.keyboard.press("Escape")
            await page.get_by_role("button", name=button).click()
            await page.get_by_text(words).wait_for()
            await assert_good(seen)
        await page.keyboard.press("Escape")
        await scan(page, TEA)
        await page.get_by_role("button", name="Age 18").click()
        await page.get_by_text("Born on or before").wait_for()
        await assert_good(seen)
        await page.get_by_role("button", name="Back").click()
        await page.get_by_role("button", name="Cash").click()
        await page.get_by_text("Paid 3.00 EUR").wait_for()
        await assert_good(seen)


async def test_at_twice_the_size_nothing_is_cut_off(browser: Browser, tmp_path: Path) -> None:
    async with till_seen(browser, tmp_path) as (_, seen):
        page = seen.page
        await page.set_viewport_size({"width": 512, "height": 384})
        wide = "document.documentElement.scrollWidth > innerWidth"
        assert not await page.evaluate(wide)
        await sign_in(page)
        await scan(page, TEA)
        await lines(page, 1)
        assert not await page.evaluate(wide), "it must be scrolled both ways"


async def test_a_function_key_waits_for_the_picture_that_has_its_button(
    browser: Browser, tmp_path: Path
) -> None:
    async with till_seen(browser, tmp_path) as (till, seen):
        page = seen.page
        await sign_in(page)
        await scan(page, TEA)
        await lines(page, 1)
        still = "() => { const end = Date.now() + 400; while (Date.now() < end); }"
        busy = asyncio.create_task(page.evaluate(still))
        for key in ("F9", "Escape", "F8", "F1"):  # the drawer and back, abandon, yes
            await page.keyboard.press(key)
        await busy
        await lines(page, 0)
        assert (await till.events())[-1]["type"] == "cart_abandoned"


async def test_a_key_that_is_held_down_answers_nothing(browser: Browser, tmp_path: Path) -> None:
    async with till_seen(browser, tmp_path) as (till, seen):
        page = seen.page
        await sign_in(page)
        await scan(page, TEA)
        await lines(page, 1)
        await page.keyboard.down("F2")
        await page.get_by_role("button", name="Declined").wait_for()
        await page.evaluate(
            "document.querySelectorAll('[data-hotkey]').forEach(each => each.dataset.hotkey = 'F2')"
        )
        await page.keyboard.down("F2")  # the same key again is a repeat
        await scan(page, MILK)
        assert await till.sales() == []
