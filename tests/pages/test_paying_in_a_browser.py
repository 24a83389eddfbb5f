"""Paying and people at the till's page in real Chromium: by keys alone, and by fingers alone."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, Page, expect

from edge.till.kinds import TillKind
from edge.till.terminals import paying
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
from tests.till_pages import CARD, MILK, TEA, PagedTill, employee, paged, stocked

MIA, MIA_PIN = "card-mia", "3456"
SILENT = "127.0.0.1:1"

_CUT_OFF = """() => [...document.querySelectorAll("#side button, #side p, .welcome button")]
    .filter((each) => each.checkVisibility())
    .filter((each) => { const { bottom, right } = each.getBoundingClientRect();
        return bottom > innerHeight || right > innerWidth; })
    .map((each) => each.textContent.trim())"""


@asynccontextmanager
async def seen_with(
    browser: Browser, folder: Path, *, terminal: str = "", kind: TillKind = "counter", **more: Any
) -> AsyncGenerator[tuple[PagedTill, Visit]]:
    """A till at which mia may approve, and a page of it."""
    home = stocked(folder, employee("mia", MIA_PIN, role="manager"))
    async with paged(home, terminal=terminal, kind=kind) as till:
        await till.open_day()
        async with visit(browser, till.address, viewport=SCREEN, **more) as seen:
            await seen.page.goto(till.address)
            yield till, seen


async def good(seen: Visit) -> None:
    """Everybody can use what is shown, and all of it is on the screen."""
    await assert_good(seen)
    await targets_are_large(seen.page)
    assert await seen.page.evaluate(_CUT_OFF) == [], "it must be scrolled to"


async def view(page: Page, name: str) -> None:
    await page.locator(f'#main[data-view="{name}"]').wait_for()


async def tap_keys(page: Page, *keys: str) -> None:
    for key in keys:
        await page.locator(f'[data-key="{key}"]').tap()


async def test_keys_alone_give_a_discount_that_somebody_else_approves(
    browser: Browser, tmp_path: Path
) -> None:
    async with seen_with(browser, tmp_path) as (till, seen):
        page = seen.page
        await sign_in(page)
        await scan(page, TEA, MILK)
        await lines(page, 2)
        await page.keyboard.press("F6")
        await view(page, "discount")
        await good(seen)
        await page.keyboard.press("F6")
        await expect(page.get_by_role("button", name="Damaged")).to_have_attribute(
            "aria-pressed", "true"
        )
        await page.keyboard.type("50", delay=60)
        await page.keyboard.press("F2")
        await view(page, "approval")
        await page.get_by_text("50 % off, and anna may give 20 %").first.wait_for()
        await good(seen)
        await scan(page, MIA)
        await page.locator("#ask[data-secret]").wait_for()
        await good(seen)
        await type_in(page, MIA_PIN)
        await page.get_by_text("2.09 off: Damaged.").wait_for()
        await view(page, "cart")
        await good(seen)
        await page.keyboard.press("F6")
        await page.get_by_role("button", name="Damaged: 50 % off the cart").wait_for()
        await good(seen)
        await page.keyboard.press("Escape")
        await type_in(page, "+")
        await page.get_by_text("Paid 2.10 EUR").wait_for()
        (sale,) = await till.sales()
        assert sale["discounts"] == [{"rule": "Discount: Damaged", "amount_minor": -209}]
        assert_clean(seen)


async def test_fingers_alone_settle_what_a_silent_terminal_has_left_open(
    browser: Browser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paying, "PAUSE_SECONDS", 0.2)
    async with seen_with(browser, tmp_path, terminal=SILENT, has_touch=True) as (till, seen):
        page = seen.page
        await sign_in(page)
        await scan(page, TEA)
        await lines(page, 1)
        await page.get_by_role("button", name="Discount").tap()
        await view(page, "discount")
        await page.get_by_role("button", name="1 Tea").tap()
        await page.get_by_role("button", name="Short-dated").tap()
        await tap_keys(page, "1", "0")
        await page.get_by_role("button", name="Percent off").tap()
        await page.get_by_text("0.30 off: Short-dated.").wait_for()
        await page.get_by_role("button", name="Card").tap()
        await page.get_by_text("Look at its display").wait_for()
        await good(seen)
        await page.get_by_role("button", name="Not paid").tap()
        await page.get_by_text("The card was declined").wait_for()
        await page.get_by_role("button", name="Card").tap()
        await page.get_by_text("Look at its display").wait_for()
        await page.get_by_role("button", name="Paid F1", exact=True).tap()
        await page.get_by_text("Paid 2.70 EUR").wait_for()
        (sale,) = await till.sales()
        assert sale["tenders"] == [{"kind": "card", "amount_minor": 270}]


async def test_training_cannot_be_overlooked_and_is_left_by_a_finger(
    browser: Browser, tmp_path: Path
) -> None:
    async with seen_with(browser, tmp_path, has_touch=True) as (till, seen):
        page = seen.page
        await sign_in(page)
        await page.get_by_role("button", name="Training").tap()
        await page.locator("#head .practice").wait_for()
        await good(seen)
        await scan(page, TEA)
        await lines(page, 1)
        await good(seen)
        await page.get_by_role("button", name="Cash").tap()
        await page.get_by_text("Training: this was no sale").wait_for()
        await good(seen)
        await page.get_by_role("button", name="End training").tap()
        await expect(page.locator("#head .practice")).to_have_count(0)
        await scan(page, TEA)
        await page.get_by_role("button", name="Cash").tap()
        await page.get_by_text("Paid 3.00 EUR").wait_for()
        assert [bool(each.get("training")) for each in await till.sales()] == [True, False]


async def test_a_till_that_takes_cards_only_and_a_locked_card_are_good_to_look_at(
    browser: Browser, tmp_path: Path
) -> None:
    async with seen_with(browser, tmp_path, kind="cards_only") as (_, seen):
        page = seen.page
        for _ in range(5):
            await scan(page, MIA)
            await page.locator("#ask[data-secret]").wait_for()
            await type_in(page, "9999")
            await page.locator("#ask:not([data-secret])").wait_for()
        await sign_in(page)
        await scan(page, TEA)
        await lines(page, 1)
        await expect(page.get_by_role("button", name="Cash")).to_have_count(0)
        await good(seen)
        await page.keyboard.press("F9")
        await page.get_by_text("nothing is counted").wait_for()
        await good(seen)
        await scan(page, MIA)
        await view(page, "locked")
        await good(seen)
        await page.get_by_role("button", name="Unlock").click()
        await view(page, "approval")
        await scan(page, CARD)
        await page.get_by_text("That is your own card").wait_for()
        await page.keyboard.press("Escape")
        await view(page, "locked")


async def test_the_drawer_opens_for_a_reason(browser: Browser, tmp_path: Path) -> None:
    async with seen_with(browser, tmp_path) as (till, seen):
        page = seen.page
        await sign_in(page)
        await page.keyboard.press("F9")
        await page.get_by_role("button", name="Open, no sale").click()
        await page.get_by_role("heading", name="Drawer").wait_for()
        await good(seen)
        await page.get_by_role("button", name="Change for a customer").click()
        await page.get_by_text("Open the drawer.").wait_for()
        assert "drawer_opened" in [each["type"] for each in await till.events()]
