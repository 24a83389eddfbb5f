"""What merchandisers do about alerts, and totals that they take along, in a real Chromium."""

import csv
from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from tests.boards import open_board
from tests.browser import visit
from tests.integration.board_world import (
    alert,
    catalogue,
    insert,
    level,
    listening,
    make_topics,
    register,
    store,
    totals,
)
from tests.pages.seen_board import assert_good, board_seen

SKU = "milk"


@pytest.fixture
def dsn(kafka: str, fresh_postgres: str, shop: str) -> str:
    """A shop that is short of milk, near one that has plenty, with a day of sales."""
    make_topics(kafka)
    catalogue(fresh_postgres, SKU, "Whole milk 1 l")
    for location, name, on_hand in ((shop, "Ulm", 3), (f"{shop}-b", "Biberach", 60)):
        register(fresh_postgres, location, name, region="South")
        row = {"location_id": location, "sku": SKU, "reorder_point": 5, "order_up_to": 20}
        insert(fresh_postgres, "assortment", row)
        store(
            fresh_postgres,
            [
                level(location, SKU, on_hand, 1),
                totals(location, 1, receipts=7, units=19, gross_minor=9_990, net_sales_minor=9_990),
            ],
        )
    store(fresh_postgres, [alert(shop, SKU, 1)])
    return fresh_postgres


async def test_an_alert_is_handled_by_one_and_seen_by_another(
    browser: Browser, kafka: str, dsn: str, shop: str
) -> None:
    row = f"alert/{shop}/{SKU}"
    async with (
        open_board(kafka, dsn) as board,
        visit(browser, board.address) as one,
        visit(browser, board.address) as other,
    ):
        await listening(board)
        await other.go("/alerts")
        await other.mark()
        await one.go("/alerts")
        line = one.page.locator(f'[id="{row}"]')
        await line.get_by_role("button", name="Transfer").click()
        await expect(one.page.locator("#told")).to_have_text("Transfer proposed.")
        await other.shows(row, "proposal", "Transfer of 17 from Biberach")
        await assert_good(one)

        await line.get_by_role("link", name="Open").click()
        await one.page.locator('[data-line="live"]').wait_for()
        await expect(one.page.locator(".proposals")).to_contain_text("same region (South)")
        await one.page.get_by_label("Owner").fill("Anna")
        await one.page.keyboard.press("Enter")
        await other.shows(row, "owner", "Anna")
        await one.page.get_by_label("Note").fill("Comes on Monday")
        await one.page.get_by_role("button", name="Write the note").click()
        await expect(one.page.locator("#told")).to_have_text("Noted.")
        await expect(one.page.get_by_label("Note")).to_have_value("")
        await expect(one.page.locator("#history")).to_contain_text("note: Comes on Monday")
        await other.page.locator(f'[id="{row}"]').get_by_role("button", name="Accept").click()
        await expect(one.page.locator(".proposals")).to_contain_text("Accepted by local")
        assert not await other.was_reloaded()
        await assert_good(one)
        await assert_good(other)


async def test_who_comes_too_late_is_told_in_the_page(
    browser: Browser, kafka: str, dsn: str, shop: str
) -> None:
    async with board_seen(browser, kafka, dsn) as seen:
        # Nothing is pushed to this page: it stays as it was before somebody else's change.
        await seen.page.route("**/stream**", lambda route: route.abort())
        await seen.page.goto(f"{seen.address}/alerts/{shop}/{SKU}")
        insert(
            dsn,
            "alert_handling",
            {
                "location_id": shop,
                "sku": SKU,
                "raised_at": await seen.page.locator("input[name=raising]").first.input_value(),
                "owner": "Ben",
                "changed_by": "ben",
            },
        )
        await seen.page.get_by_label("Owner").fill("Anna")
        await seen.page.get_by_role("button", name="Assign").click()
        await expect(seen.page.locator("#refusal")).to_contain_text("looked after by Ben")


async def test_totals_are_chosen_sorted_and_taken_along(
    browser: Browser, kafka: str, dsn: str, shop: str, tmp_path: Path
) -> None:
    async with board_seen(browser, kafka, dsn, accept_downloads=True) as seen:
        await seen.go("/totals?from=2026-11-20&to=2026-11-22")
        await expect(seen.page.locator(".sums")).to_contain_text("€199.80")
        await seen.page.get_by_label("Location", exact=True).nth(1).check()
        await seen.page.get_by_text("Biberach").nth(1).wait_for()
        await seen.page.get_by_role("link", name="Net sales").click()
        head = seen.page.get_by_role("columnheader", name="Net sales")
        await expect(head).to_have_attribute("aria-sort", "descending")
        async with seen.page.expect_download() as coming:
            await seen.page.get_by_role("link", name="CSV").click()
        path = tmp_path / "totals.csv"
        await (await coming.value).save_as(path)
        with path.open(newline="", encoding="utf-8") as file:
            told = {row["location"]: row["net_sales_minor"] for row in csv.DictReader(file)}
        assert told == {"Ulm": "9990", "Biberach": "9990"}
        await seen.page.get_by_label("To", exact=True).fill("2026-11-19")
        await expect(seen.page.get_by_role("alert").filter(has_text="after To")).to_be_visible()
        await assert_good(seen)
