"""The back office in a real Chromium: a scanner, a phone, a double click; axe finds nothing."""

from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, expect

from clients.kafka import KafkaAccess
from operations.topic_sync.sync import sync
from tests.integration.board_world import PARTITIONS
from tests.integration.office_world import furnish, moved, on_hand, rows
from tests.pages.seen_board import assert_good, board_seen

PHONE = {"width": 390, "height": 844}


@pytest.fixture
def dsn(kafka: str, fresh_postgres: str) -> str:
    """A database with two shops and three products, beside a broker with all topics."""
    sync(KafkaAccess(kafka), PARTITIONS, 1, change=True)
    furnish(fresh_postgres, "ulm", "bonn")
    return fresh_postgres


async def scan(page: Page, *codes: str) -> None:
    """A scanner types a code and ends the line, wherever the focus is."""
    for code in codes:
        await page.keyboard.type(code)
        await page.keyboard.press("Enter")


async def test_what_a_scanner_reads_is_received_once_though_somebody_clicks_twice(
    browser: Browser, kafka: str, dsn: str
) -> None:
    async with board_seen(browser, kafka, dsn, viewport=PHONE) as seen:
        page = seen.page
        await page.goto(seen.address + "/goods")
        await assert_good(seen)
        await page.get_by_role("link", name="Receive goods").click()
        await page.get_by_label("Location").select_option("Ulm")
        await page.get_by_label("Products").focus()
        await scan(page, "4006381333931", "4006381333931", "4006381333948")
        await assert_good(seen)
        await page.get_by_role("button", name="Receive goods").dblclick()
        await page.wait_for_url("**/goods/documents/**")
        await expect(page.locator("dd.state")).to_have_text("booked")
        await assert_good(seen)
    assert sorted(moved(dsn, "ulm")) == [("bread", 1, "delivery"), ("milk", 2, "delivery")]


async def test_goods_go_to_another_shop_and_what_lacks_is_written_off(
    browser: Browser, kafka: str, dsn: str
) -> None:
    async with board_seen(browser, kafka, dsn) as seen:
        page = seen.page
        await page.goto(seen.address + "/goods/new/transfer?location=ulm")
        await page.get_by_label("To", exact=True).select_option("Bonn")
        await page.get_by_label("Products").fill("milk 5")
        await page.get_by_role("button", name="Transfer goods").click()
        await page.get_by_role("button", name="Send these").click()
        await expect(page.get_by_role("status").first).to_contain_text("Sent")
        await page.get_by_label("What came, a line each.").fill("milk 4")
        await page.get_by_role("button", name="Take these in").click()
        await assert_good(seen)
        await page.get_by_role("button", name="Close it").click()
        await expect(page.locator("dd.state").last).to_have_text("closed")
    assert (on_hand(dsn, "ulm"), on_hand(dsn, "bonn")) == (-5, 4)


async def test_a_count_is_blind_and_its_page_says_what_is_wrong(
    browser: Browser, kafka: str, dsn: str
) -> None:
    async with board_seen(browser, kafka, dsn) as seen:
        page = seen.page
        await page.goto(seen.address + "/goods/new/count?location=ulm")
        await page.get_by_role("button", name="Count stock").click()
        await page.get_by_role("button", name="Begin the count now").click()
        lines = page.get_by_label("What is on the shelf")
        await lines.fill("milk\ncheese 3")
        await page.get_by_role("button", name="Save this count").click()
        fault = page.get_by_role("alert").filter(has_text="No product has this SKU or GTIN")
        await expect(fault).to_contain_text("cheese")
        await expect(lines).to_have_value("milk\ncheese 3")
        # The console tells of the form that was refused.
        assert await seen.breaches() == []
        seen.faults.clear()
        await lines.fill("milk 3")
        await page.get_by_role("button", name="Save this count").click()
        await expect(page.get_by_text("What is expected is told once")).to_be_visible()
        await page.get_by_role("button", name="Commit the count").click()
        await expect(page.locator("dd.state")).to_contain_text("late sales may still come")
        await assert_good(seen)
    assert on_hand(dsn, "ulm") == 3


async def test_a_file_is_booked_and_labels_are_made(
    browser: Browser, kafka: str, dsn: str, tmp_path: Path
) -> None:
    file = tmp_path / "order.csv"
    file.write_text("gtin;quantity\n4006381333931;12\n")
    async with board_seen(browser, kafka, dsn) as seen:
        page = seen.page
        for _ in range(2):
            await page.goto(seen.address + "/goods/new/delivery?location=ulm")
            await page.get_by_label("Or a file").set_input_files(file)
            await page.get_by_role("button", name="Receive goods").click()
        await expect(page.get_by_text("nothing was booked twice")).to_be_visible()
        await page.goto(seen.address + "/goods/labels")
        await assert_good(seen)
        await page.get_by_label("Products").fill("milk 2")
        async with page.expect_response("**/goods/labels") as answered:
            await page.get_by_role("button", name="Make a PDF").click()
        answer = await answered.value
        assert (answer.status, answer.headers["content-type"]) == (200, "application/pdf")
    assert moved(dsn, "ulm") == [("milk", 12, "delivery")]
    assert len(rows(dsn, "SELECT FROM documents")) == 1
