"""The till's page is as fast at the end of a large cart as in a small one; `benchmarks.till_page`
has the times themselves, which depend on the machine."""

from pathlib import Path
from statistics import median
from uuid import uuid4

from playwright.async_api import Browser

from benchmarks.till_page_goals import GROWTH
from benchmarks.till_page_rounds import SMALL
from benchmarks.till_page_timing import TimedPage
from tests.pages.test_till_in_a_browser import lines, sign_in, till_seen
from tests.till_pages import TEA, PagedTill

SCANS = 15
TRIES = 3
"""A machine that stands still for a moment is no large cart."""

LARGE = 100


async def _scan_ms(page: TimedPage) -> float:
    """The median until a line is painted, in a cart that stays as large as it is."""
    taken: list[float] = []
    for _ in range(SCANS):
        taken.append((await page.scanned(TEA)).painted_ms)
        await page.typed("-", "gone")
    return median(taken)


async def _fill(till: PagedTill, page: TimedPage, count: int) -> None:
    cart = await till.cart()
    for _ in range(count - len(cart.lines)):
        await till.actions.take_input(str(uuid4()), cart.cart_id, TEA, is_scan=True)
    await lines(page.page, count)


async def test_a_scan_is_painted_as_soon_in_a_large_cart(browser: Browser, tmp_path: Path) -> None:
    async with till_seen(browser, tmp_path) as (till, seen):
        await sign_in(seen.page)
        page = await TimedPage.of(seen.page)
        await page.scanned(TEA)
        ratios: list[float] = []
        while len(ratios) < TRIES and (not ratios or min(ratios) > GROWTH):
            await _fill(till, page, SMALL)
            small_ms = await _scan_ms(page)
            await _fill(till, page, LARGE)
            ratios.append(await _scan_ms(page) / small_ms)
            await page.typed("+", "receipt")
            await page.scanned(TEA)
        assert min(ratios) <= GROWTH, f"a line more costs more in a cart of {LARGE}: {ratios}"
