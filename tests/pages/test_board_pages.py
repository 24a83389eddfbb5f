"""What merchandisers come to each page for, in a real Chromium; axe finds nothing on any."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.async_api import Browser, expect

from dashboards.board.feed import snapshot
from tests.integration.board_world import (
    alert,
    catalogue,
    execute,
    insert,
    level,
    make_topics,
    register,
    say,
    store,
    till,
    totals,
)
from tests.pages.seen_board import assert_good, board_seen

MANY = 1_250
"""Products of a long list: more than the page holds at once."""


@pytest.fixture
def dsn(kafka: str, fresh_postgres: str) -> str:
    """DSN of a board's database in which nothing was sold yet."""
    make_topics(kafka)
    return fresh_postgres


def sold(dsn: str, shop: str, sku: str, occurred_at: datetime, quantity: int, offset: int) -> None:
    """A sale as the ledger has it."""
    insert(
        dsn,
        "stock_ledger",
        {
            "location_id": shop,
            "sku": sku,
            "quantity": -quantity,
            "reason": "sale",
            "reference": f"r-{offset}",
            "occurred_at": occurred_at,
            "till_id": "t1",
            "epoch": 1,
            "sequence": offset,
            "line_no": 1,
            "source_topic": "till.cart-events",
            "source_partition": 0,
            "source_offset": offset,
        },
    )


def many_products(dsn: str, shop: str) -> None:
    """A long list of stock: every tenth is out, the last is in a cart."""
    register(dsn, shop, "Ulm")
    execute(
        dsn,
        "INSERT INTO products (sku, name, category, price_minor) SELECT "
        "'sku-' || lpad(n::text, 4, '0'), 'Product ' || lpad(n::text, 4, '0'), 'x', 1 "
        "FROM generate_series(1, 1250) AS n",
    )
    execute(
        dsn,
        "INSERT INTO stock_levels (location_id, sku, on_hand, in_carts, available, version, as_of)"
        " SELECT location_id, sku, right(sku, 1)::int, 0, 1, 1, now() FROM products, locations",
    )


async def test_the_overview_says_who_needs_help_and_why(
    browser: Browser, kafka: str, dsn: str, shop: str
) -> None:
    long_ago = (datetime.now(UTC) - timedelta(minutes=12)).isoformat()
    for name in ("fine", "silent", "twin", "gap"):
        register(dsn, f"{shop}-{name}", f"Shop {name}")
    store(
        dsn,
        [
            totals(f"{shop}-fine", 1, receipts=9),
            till(f"{shop}-fine", "1", 1),
            till(f"{shop}-silent", "1", 1, last_seen=long_ago),
            till(f"{shop}-twin", "1", 1),
            till(f"{shop}-gap", "1", 1, missing=[[3, 9]]),
        ],
    )
    async with board_seen(browser, kafka, dsn) as seen:
        await seen.go("/")
        # Shops of other tests on the same broker may be there too.
        rows = seen.page.locator(f'#list tbody tr[id^="location/{shop}-"]')
        await expect(rows.nth(0)).to_contain_text(
            re.compile(r"Shop silent.*Silent for \d+ min", re.DOTALL)
        )
        await expect(rows.nth(1)).to_contain_text(
            re.compile(r"Shop gap.*7 events missing", re.DOTALL)
        )
        await expect(rows.nth(2)).to_contain_text("Nothing")
        await say(kafka, [till(f"{shop}-twin", "1", 2, forks=2)])
        await expect(seen.page.locator(f'[id="location/{shop}-twin/"]')).to_contain_text(
            "Two devices are till 1"
        )
        await say(kafka, [till(f"{shop}-fine", "1", 2, missing=[[1, 1]])])
        await expect(seen.page.locator(f'[id="location/{shop}-fine/"]')).to_contain_text(
            "1 event missing"
        )
        await seen.page.get_by_label("Show").select_option("Silent")
        await expect(rows).to_have_count(1)
        await seen.page.get_by_label("Name or id").fill("'; DROP TABLE sales; --<b>")
        await seen.page.get_by_text("Nothing here matches").wait_for()
        await assert_good(seen)


async def test_a_long_list_is_scrolled_filtered_and_stays_true(
    browser: Browser, kafka: str, dsn: str, shop: str
) -> None:
    many_products(dsn, shop)
    async with board_seen(browser, kafka, dsn) as seen:
        await seen.go(f"/locations/{shop}")
        await seen.mark()
        last = seen.page.locator(f'[id="stock/{shop}/sku-{MANY}"]')
        await seen.page.keyboard.press("End")
        await last.wait_for()
        await say(kafka, [level(shop, f"sku-{MANY}", 77, 2, in_carts=3)])
        await seen.shows(f"stock/{shop}/sku-{MANY}", "on_hand", "77")
        drawn = await seen.page.locator("#list tbody tr[data-turn]").count()
        assert drawn <= 600, f"{drawn} rows are in the page: far ones are not let go"
        await seen.page.get_by_label("Show").select_option("Out: nothing on hand")
        await seen.page.get_by_text("125 SKUs").wait_for()
        await seen.page.get_by_label("Show").select_option("All")
        await seen.page.get_by_label("Order").select_option("Most on hand first")
        await expect(seen.page.locator("#list tbody tr").first).to_contain_text("Product 0009")
        assert not await seen.was_reloaded()
        await assert_good(seen)


async def test_the_hours_and_the_tills_of_a_shop_are_live(
    browser: Browser, kafka: str, dsn: str, shop: str
) -> None:
    now = datetime.now(UTC)
    register(dsn, shop, "Ulm", time_zone="UTC")
    sale = {
        "location_id": shop, "till_id": "1", "epoch": 1, "sequence": 1, "kind": "sale",
        "receipt_no": "r-1", "business_date": now.date(), "occurred_at": now, "currency": "EUR",
        "total_minor": 1_250, "source_topic": "till.cart-events", "source_partition": 0,
        "source_offset": 0,
    }  # fmt: skip
    insert(dsn, "sales", sale)
    today = now.date().isoformat()
    first = totals(shop, 1, business_date=today, net_sales_minor=1_250)
    store(dsn, [first, till(shop, "1", 1)])
    async with board_seen(browser, kafka, dsn) as seen:
        await seen.go(f"/locations/{shop}")
        await seen.page.locator("#hours canvas").wait_for()
        await seen.shows(f"till/{shop}/1", "state", "Open")
        await expect(seen.page.locator(f'[id="till/{shop}/1"]')).to_contain_text("€12.50")
        await seen.page.get_by_text("Sales by hour as a table").click()
        await expect(seen.page.locator("#hours table").last).to_contain_text("€12.50")
        insert(dsn, "sales", {**sale, "sequence": 2, "total_minor": 2_000})
        await say(kafka, [totals(shop, 2, business_date=today, net_sales_minor=3_250)])
        await expect(seen.page.locator("#hours table").last).to_contain_text("€32.50")
        await assert_good(seen)


async def test_a_level_of_the_past_is_explained(
    browser: Browser, kafka: str, dsn: str, shop: str
) -> None:
    now = datetime.now(UTC).replace(microsecond=0)
    register(dsn, shop, "Ulm", time_zone="UTC")
    register(dsn, f"{shop}-2", "Bonn", time_zone="UTC")
    catalogue(dsn, "milk", "Whole milk 1 l")
    store(dsn, [level(shop, "milk", -5, 1), level(f"{shop}-2", "milk", 12, 1)])
    sold(dsn, shop, "milk", now - timedelta(days=2), 2, 1)
    sold(dsn, shop, "milk", now - timedelta(days=1), 3, 2)
    async with board_seen(browser, kafka, dsn) as seen:
        await seen.go("/products/milk")
        await seen.shows("product//milk", "on_hand", "7")
        await seen.page.locator(".plot canvas").wait_for()
        await say(kafka, [level(f"{shop}-2", "milk", 11, 2)])
        await seen.shows("product//milk", "on_hand", "6")
        await seen.shows(f"place/{shop}-2/milk", "on_hand", "11")
        await seen.page.get_by_role("link", name="Why Ulm").click()
        answer = seen.page.locator("#ledger .answer")
        await expect(answer).to_contain_text("-5 on hand")
        await expect(answer).to_contain_text("Ledger and level agree")
        moment = (now - timedelta(days=1, minutes=5)).strftime("%Y-%m-%dT%H:%M")
        await seen.page.get_by_label("At, by its clock").fill(moment)
        await seen.page.get_by_role("button", name="Explain").press("Enter")
        await expect(answer).to_contain_text("-2 on hand")
        rows = seen.page.locator("#ledger tbody tr")
        await expect(rows).to_have_count(1)
        await expect(rows).to_contain_text("epoch 1, event 1, line 1")
        await expect(rows).to_contain_text("till.cart-events-0-1")
        assert "at=20" in seen.page.url, "the answer cannot be sent to a colleague"
        await assert_good(seen)


async def test_a_location_that_is_renamed_or_deleted_says_so_on_the_screen(
    browser: Browser, kafka: str, dsn: str, shop: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(snapshot, "REFRESH_SECONDS", 1.0)
    register(dsn, shop, "Ulm")
    store(dsn, [level(shop, "milk", 4, 1), alert(shop, "milk", 1)])
    async with board_seen(browser, kafka, dsn, locale="de-DE") as seen:
        await seen.go(f"/locations/{shop}")
        await seen.mark()
        execute(dsn, "UPDATE locations SET name = 'Neu-Ulm'")
        await seen.shows(f"figures/{shop}/", "name", "Neu-Ulm")
        execute(dsn, "DELETE FROM locations")
        await seen.page.get_by_text("No location is registered under this id").wait_for()
        await seen.shows(f"stock/{shop}/milk", "on_hand", "4")
        assert not await seen.was_reloaded()
        await assert_good(seen)
        await seen.go("/alerts")
        await assert_good(seen)
