"""The page for subscribers in a real Chromium: read and followed by keyboard alone."""

from playwright.async_api import Browser, expect

from tests.boards import open_board
from tests.browser import visit

NO_KAFKA = "127.0.0.1:1"


async def test_a_developer_finds_topics_programs_and_documents(
    browser: Browser, fresh_postgres: str
) -> None:
    async with (
        open_board(NO_KAFKA, fresh_postgres) as board,
        visit(browser, board.address, viewport={"width": 390, "height": 800}) as seen,
    ):
        page = seen.page
        await page.goto(f"{board.address}/subscribe")
        await expect(page.get_by_role("rowheader")).to_have_count(4)
        for language in ("Python", "Java", "Command line"):
            await page.get_by_text(language, exact=True).focus()
            await page.keyboard.press("Enter")
        await expect(page.locator("pre").first).to_contain_text("read_committed")
        assert await seen.breaches() == []
        too_wide = "document.documentElement.scrollWidth > innerWidth"
        assert not await page.evaluate(too_wide), "the page is wider than a phone"
        assert seen.faults == []
        await page.get_by_role("link", name="StockLevel").focus()
        await page.keyboard.press("Enter")
        await page.wait_for_url("**/contracts/schemas/StockLevel.json")
