"""What is done at a till's page while it is timed, and what is told of it."""

import asyncio
import time
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from playwright.async_api import Page
from playwright.async_api import TimeoutError as StillWaiting

from benchmarks.till_page_till import CARD, CODE, PIN
from benchmarks.till_page_timing import Timed, TimedPage, figures

SMALL = 10
"""Lines of an everyday cart."""

BURST = 20
"""Scans with no pause between them: a crate's labels, before a scanner that is fixed."""

Told = dict[str, Any]


async def sign_in(page: Page) -> TimedPage:
    """A page at which a cashier sells, in a day that is open."""
    timed = await TimedPage.of(page)
    while not await page.locator("#ask[data-secret]").count():  # its catalog is read meanwhile
        await timed.press(CARD)
        await asyncio.sleep(0.3)
    await timed.typed(PIN, "cart")
    await page.locator('[data-do="day"]').click()
    await page.locator('[data-do="day"]').wait_for(state="detached")
    return timed


async def small_carts(page: TimedPage, scans: int) -> Told:
    """Carts of ten that are sold: their first lines, the others, and the receipts."""
    first, others, paid = list[Timed](), list[Timed](), list[Timed]()
    while len(others) < scans:
        first.append(await page.scanned(CODE))
        others += [await page.scanned(CODE) for _ in range(SMALL - 1)]
        paid.append(await page.typed("+", "receipt"))
    return {"first": told_of(first), "small": told_of(others), "pay": told_of(paid)}


async def full_cart(page: TimedPage, lines: int, scans: int) -> Told:
    """At the end of a cart that stays as large as it is: each line is taken out again."""
    while await page.lines() < lines:
        await page.scanned(CODE)
    taken: list[Timed] = []
    for _ in range(scans):
        taken.append(await page.scanned(CODE))
        await page.typed("-", "gone")
    return told_of(taken)


async def sustained(page: TimedPage, scans: int) -> Told:
    """One scan a second, and then a burst; by keys alone, and none may be lost."""
    before, taken = await page.lines(), list[Timed]()
    for number in range(scans):
        begun = time.monotonic()
        taken.append(await page.scanned(CODE))
        if number + 1 < scans:
            await asyncio.sleep(max(0.0, begun + 1.0 - time.monotonic()))
    for _ in range(BURST):
        await page.press(CODE)
    has_all = f"document.querySelectorAll('#lines > li').length >= {before + scans + BURST}"
    with suppress(StillWaiting):
        await page.page.wait_for_function(has_all, polling=100, timeout=BURST * 1_000)
    lost = before + scans + BURST - await page.lines()
    return {"scans": scans, "burst": BURST, "lost": lost, **told_of(taken)}


async def pay(page: TimedPage) -> None:
    """End the cart that is open."""
    await page.typed("+", "receipt")


def told_of(taken: Sequence[Timed]) -> Told:
    """Milliseconds until the answer is in the document, and until it is painted."""
    return {
        "shown_ms": figures([each.shown_ms for each in taken])._asdict(),
        "painted_ms": figures([each.painted_ms for each in taken])._asdict(),
    }
