"""Signing in and keeping master data, in a real Chromium; axe finds nothing on any page."""

import uuid
from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from clients.kafka import KafkaAccess
from clients.postgres import PostgresAccess
from dashboards.board.people import guard
from dashboards.board.people.policy import AccessPolicy
from operations.people import customers, employees
from operations.people.employees import NewEmployee
from operations.people.keeping import keeping
from operations.topic_sync.sync import sync
from tests.browser import Visit
from tests.integration.access_world import PASSWORD, add_user
from tests.integration.board_world import PARTITIONS, catalogue, execute
from tests.integration.test_manage import bring
from tests.integration.test_returns_page import keep_dispute
from tests.pages.seen_board import board_seen


@pytest.fixture
def dsn(kafka: str, fresh_postgres: str) -> str:
    """DSN of a database with two users in it, beside a broker with all topics."""
    sync(KafkaAccess(kafka), PARTITIONS, 1, change=True)
    add_user(fresh_postgres, "maria", "merchandiser")
    add_user(fresh_postgres, "otto", "operator")
    return fresh_postgres


async def assert_good(seen: Visit) -> None:
    """As `seen_board.assert_good`; the console may tell of the forms that were refused."""
    assert await seen.breaches() == []
    assert seen.outside == [], "the page asks other servers"


async def signed_in(seen: Visit, path: str) -> None:
    """Ask for a page as a stranger, and get there by the sign-in page and the keyboard."""
    page = seen.page
    await page.goto(seen.address + path)
    await expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    await assert_good(seen)
    await page.get_by_label("Name").fill("maria")
    await page.get_by_label("Password").fill("wrong password")
    await page.get_by_label("Password").press("Enter")
    fault = page.locator("main").get_by_role("alert")
    await expect(fault).to_contain_text("do not belong together")
    await page.get_by_label("Password").fill(PASSWORD)
    await page.get_by_label("Password").press("Enter")
    await page.wait_for_url(f"**{path}")
    await expect(page.get_by_text("maria, merchandiser")).to_be_visible()


async def test_a_product_is_made_changed_published_and_deleted(
    browser: Browser, kafka: str, dsn: str
) -> None:
    sku = f"sku-{uuid.uuid4().hex[:8]}"
    row = {
        "sku": sku, "name": "Whole milk 1 l", "category": "", "gtin": None, "unit": "each",
        "currency": "EUR", "price_minor": 129, "tax_basis_points": 700, "style": None,
        "colour": None, "size": None, "image": None, "replaces_sku": None, "supplier": None,
        "pack_size": None, "cost_minor": None,
    }  # fmt: skip
    async with board_seen(browser, kafka, dsn, policy=AccessPolicy()) as seen:
        page = seen.page
        await signed_in(seen, "/manage/products")
        await assert_good(seen)

        await page.get_by_role("link", name="New product").click()
        await page.get_by_label("SKU").fill(sku)
        await page.get_by_label("Name").fill("Whole milk 1 l")
        await page.get_by_label("Price").fill("1.295")
        await page.get_by_label("Tax in percent").fill("7")
        await assert_good(seen)
        await page.get_by_role("button", name="Create").click()
        await expect(page.get_by_text("at most 2 digits")).to_be_visible()
        await assert_good(seen)
        await page.get_by_label("Price").fill("1.29")
        await page.get_by_role("button", name="Create").click()

        line = page.locator(".publication")
        await expect(line).to_contain_text("Saved by maria, being published")
        await page.locator('[data-line="live"]').wait_for()
        await page.get_by_label("Category").fill("half typed")
        await seen.mark()
        await bring(kafka, "cdc.products", sku, row)
        await expect(line).to_contain_text("Saved by maria, published")
        assert not await seen.was_reloaded()
        assert await page.get_by_label("Category").input_value() == "half typed"
        await assert_good(seen)

        execute(dsn, "UPDATE products SET price_minor = 149")
        await page.get_by_label("Category").fill("dairy")
        await page.get_by_role("button", name="Save").click()
        await expect(page.locator(".notice li")).to_have_text("Price: €1.29 → €1.49")
        assert await page.get_by_label("Price").input_value() == "1.49"
        await assert_good(seen)
        await page.get_by_role("button", name="Save").click()
        await expect(page.get_by_text("Category: – → dairy")).to_be_visible()  # noqa: RUF001

        await page.get_by_role("link", name="Delete").click()
        await assert_good(seen)
        await page.get_by_role("button", name="Delete").click()
        await expect(page.get_by_text("it was deleted")).to_be_visible()
        await assert_good(seen)
        await page.get_by_role("button", name="Sign out").click()
        await expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


async def test_who_is_signed_out_elsewhere_is_taken_to_the_sign_in_page(
    browser: Browser, kafka: str, dsn: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guard, "RECHECK_SECONDS", 1.0)
    async with board_seen(browser, kafka, dsn, policy=AccessPolicy()) as seen:
        await signed_in(seen, "/")
        await seen.page.locator('[data-line="live"]').wait_for()
        execute(dsn, "DELETE FROM board_sessions")
        await expect(seen.page.get_by_role("heading", name="Sign in")).to_be_visible(timeout=90_000)
        assert seen.page.url.endswith("/sign-in?next=/")


async def test_a_location_gets_an_assortment_and_the_log_says_by_whom(
    browser: Browser, kafka: str, dsn: str
) -> None:
    shop = f"shop-{uuid.uuid4().hex[:8]}"
    catalogue(dsn, "milk", "Whole milk 1 l")
    async with board_seen(browser, kafka, dsn, policy=AccessPolicy()) as seen:
        page = seen.page
        await page.goto(f"{seen.address}/sign-in?next=/manage/locations")
        await page.get_by_label("Name").fill("otto")
        await page.get_by_label("Password").fill(PASSWORD)
        await page.get_by_label("Password").press("Enter")
        await page.get_by_role("link", name="New location").click()
        await page.get_by_label("Id", exact=True).fill(shop)
        await page.get_by_label("Name").fill("Ulm, Münsterplatz")
        await page.get_by_label("Time zone").fill("Europe/Ulm")
        await page.get_by_role("button", name="Create").click()
        await expect(page.locator("main").get_by_role("alert")).to_contain_text("needs a look")
        await assert_good(seen)
        await page.get_by_label("Time zone").fill("Europe/Berlin")
        await page.get_by_role("button", name="Create").click()
        await expect(page.locator(".publication")).to_contain_text("Saved by otto")
        await assert_good(seen)

        await page.goto(f"{seen.address}/manage/locations")
        await expect(page.locator("main tbody")).to_contain_text("Ulm, Münsterplatz")
        await assert_good(seen)
        await page.get_by_role("link", name="What it sells").click()
        await page.get_by_role("link", name="New assortment row").click()
        await expect(page.get_by_label("Location")).to_have_value(shop)
        await page.get_by_label("SKU").fill("milk")
        await page.get_by_label("Reorder point", exact=True).fill("6")
        await page.get_by_label("Order up to").fill("24")
        await assert_good(seen)
        await page.get_by_role("button", name="Create").click()
        await expect(page.locator(".publication")).to_contain_text("Saved by otto")

        await page.goto(f"{seen.address}/manage/assortment?location={shop}")
        await expect(page.locator("main tbody")).to_contain_text("Whole milk 1 l")
        await assert_good(seen)
        await page.goto(f"{seen.address}/audit")
        await page.get_by_label("Who, what or address").fill("otto")
        await page.keyboard.press("Enter")
        await expect(page.locator("main tbody")).to_contain_text("locations, create")
        await expect(page.locator("main tbody")).to_contain_text(f"assortment/{shop}/milk")
        await assert_good(seen)


async def test_what_tills_charge_by_and_whom_they_know_is_kept_on_pages_without_a_fault(
    browser: Browser, kafka: str, dsn: str, tmp_path: Path
) -> None:
    catalogue(dsn, "milk", "Whole milk 1 l")
    with keeping(PostgresAccess(dsn), tmp_path / "key") as people:
        customer_id = customers.add(people, {"name": "Anna"}, {"newsletter": True})
        employees.add(people, NewEmployee("e-1", "card-1", "1234", "cashier", ["ulm"], {"x": 1}))
    keep_dispute(dsn, "1-1-17")
    async with board_seen(browser, kafka, dsn, policy=AccessPolicy()) as seen:
        page = seen.page
        await page.goto(f"{seen.address}/sign-in?next=/manage/prices")
        await page.get_by_label("Name").fill("otto")
        await page.get_by_label("Password").fill(PASSWORD)
        await page.get_by_label("Password").press("Enter")
        await page.get_by_role("link", name="New price").click()
        await page.get_by_label("SKU").fill("milk")
        await page.get_by_label("Price").fill("0.99")
        await page.get_by_label("From").fill("tomorrow")
        await page.get_by_role("button", name="Create").click()
        await expect(page.get_by_text("a moment in UTC")).to_be_visible()
        await assert_good(seen)
        await page.get_by_label("From").fill("2026-12-01 08:00")
        await page.get_by_role("button", name="Create").click()
        await expect(page.locator(".publication")).to_contain_text("Saved by otto")
        await assert_good(seen)
        for path in (
            *("/manage/prices", "/manage/import/prices", "/manage/add/rule_tables"),
            *("/manage/add/offers", "/manage/limits/offer_percent_max", "/manage/add/recalls"),
            *("/manage/employees", "/manage/employees/e-1"),
            *("/customers", f"/customers/{customer_id}", f"/customers/{customer_id}?erase="),
            "/returns",
        ):
            await page.goto(seen.address + path)
            await expect(page.locator("main h1")).to_be_visible()
            await assert_good(seen)
