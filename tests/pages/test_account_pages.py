"""Signing in with a phone, and one's own account, in a real Chromium; axe finds nothing."""

import re
import time
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect

from dashboards.board.people import totp
from dashboards.board.people.policy import AccessPolicy
from tests.boards import open_board
from tests.browser import Visit, visit
from tests.integration.access_world import PASSWORD, add_user
from tests.integration.test_second_factor import secret_in
from tests.pages.seen_board import assert_clean, assert_good

PHONE = {"viewport": {"width": 390, "height": 844}}


@pytest_asyncio.fixture(loop_scope="session", params=[{}, PHONE], ids=["desktop", "phone"])
async def seen(
    request: pytest.FixtureRequest, browser: Browser, fresh_postgres: str
) -> AsyncIterator[Visit]:
    """A page of a board whose operators must have a second factor."""
    add_user(fresh_postgres, "olga", "operator")
    policy = AccessPolicy(second_factor="operators")
    async with (
        open_board("127.0.0.1:1", fresh_postgres, policy=policy) as board,
        visit(browser, board.address, **request.param) as visited,
    ):
        yield visited


async def test_an_operator_sets_up_a_phone_and_looks_after_sessions(seen: Visit) -> None:
    page = seen.page
    await page.goto(f"{seen.address}/sign-in?next=/account")
    await page.get_by_label("Name").fill("olga")
    await page.get_by_label("Password").fill(PASSWORD)
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="Set up your second factor")).to_be_visible()
    await expect(page.get_by_label("Code", exact=True)).to_be_focused()
    await assert_good(seen)
    secret = secret_in(await page.content())
    await page.get_by_label("Code", exact=True).fill(totp.code_at(secret, int(time.time()) // 30))
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", name="Codes for recovery")).to_be_visible()
    await assert_good(seen)
    await page.get_by_role("link", name="Go on").click()
    await expect(page).to_have_url(re.compile("/account$"))
    await expect(page.get_by_text("this one")).to_be_visible()
    await assert_good(seen)
    await page.get_by_role("link", name="Sessions").click()
    await expect(page.get_by_role("rowheader", name="olga")).to_be_visible()
    await assert_good(seen)
    await page.get_by_role("button", name="End all of olga").click()
    await expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    assert_clean(seen)
