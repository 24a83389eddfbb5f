"""The field of the till's page: a scanner's keys are not drawn one by one, and none gets lost."""

from pathlib import Path

from playwright.async_api import Browser, Page, expect

from tests.pages.test_till_in_a_browser import WEDGE_MS, lines, scan, sign_in, till_seen, type_in
from tests.till_pages import MILK, TEA

_DEAF = "WebSocket.prototype.send = () => {}"
"""The till hears nothing more of this page."""

_COUNT = """() => {
    window.drawn = 0;
    document.getElementById("field").addEventListener("input", () => { window.drawn += 1; });
}"""


async def wedge(page: Page, text: str) -> None:
    """Keys at a scanner's pace, without an Enter."""
    await page.keyboard.type(text, delay=WEDGE_MS)


async def test_a_scan_is_not_drawn_key_by_key(browser: Browser, tmp_path: Path) -> None:
    async with till_seen(browser, tmp_path) as (_, seen):
        await sign_in(seen.page)
        await seen.page.evaluate(_COUNT)
        await scan(seen.page, TEA)
        await lines(seen.page, 1)
        drawn = await seen.page.evaluate("window.drawn")
        assert drawn < len(TEA) / 2, "the answer waits for frames that nobody looks at"
        await expect(seen.page.locator("#field")).to_have_value("")


async def test_a_scanner_that_sends_no_enter_is_shown(browser: Browser, tmp_path: Path) -> None:
    async with till_seen(browser, tmp_path) as (till, seen):
        page = seen.page
        await sign_in(page)
        await wedge(page, TEA)
        await expect(page.locator("#field")).to_have_value(TEA)
        await page.keyboard.press("Enter")
        await lines(page, 1)
        assert [each.sku for each in (await till.cart()).lines] == ["tea"]


async def test_keys_right_behind_a_scanners_mend_its_text(browser: Browser, tmp_path: Path) -> None:
    async with till_seen(browser, tmp_path) as (_, seen):
        page = seen.page
        await sign_in(page)
        await wedge(page, f"{TEA}9")
        await page.keyboard.press("Backspace")
        await expect(page.locator("#field")).to_have_value(TEA)
        await page.keyboard.press("ControlOrMeta+a")
        await page.keyboard.press("Delete")
        await expect(page.locator("#field")).to_have_value("")
        await wedge(page, MILK)
        await page.keyboard.press("Escape")
        await expect(page.locator("#field")).to_have_value("")
        await page.keyboard.press("Enter")
        await scan(page, TEA)
        await lines(page, 1)


async def test_a_button_takes_keys_that_are_not_drawn_yet(browser: Browser, tmp_path: Path) -> None:
    async with till_seen(browser, tmp_path) as (till, seen):
        page = seen.page
        await sign_in(page)
        await scan(page, TEA)
        await lines(page, 1)
        await wedge(page, "20.00")
        await page.locator('[data-do="cash"]').click()
        await page.get_by_text("Change 17.00 EUR").wait_for()
        assert [each["total_minor"] for each in await till.sales()] == [300]
        await expect(page.locator("#field")).to_have_value("")


async def test_what_was_sent_leaves_the_field_though_no_answer_comes(
    browser: Browser, tmp_path: Path
) -> None:
    async with till_seen(browser, tmp_path) as (_, seen):
        page = seen.page
        await sign_in(page)
        await page.evaluate(_DEAF)
        await scan(page, TEA)
        await expect(page.locator("#field")).to_have_value("")
        await scan(page, TEA)
        await page.keyboard.type("3*", delay=60)
        await expect(page.locator("#field")).to_have_value("3*")


async def test_a_text_without_end_is_cut_and_the_next_scan_works(
    browser: Browser, tmp_path: Path
) -> None:
    async with till_seen(browser, tmp_path) as (_, seen):
        page = seen.page
        await sign_in(page)
        await page.keyboard.type("7" * 1_100, delay=0)
        await page.keyboard.press("Enter")
        await page.locator('#said[data-tone="bad"]').wait_for()
        await scan(page, MILK)
        await lines(page, 1)
        await type_in(page, "-")
        await lines(page, 0)
