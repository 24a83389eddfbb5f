"""The page where tables and the list of employees decide: it shows and asks what they say."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from edge.till.page.open_pages import OpenPage
from edge.till.page.scene import PageView
from tests.till_pages import CARD, CASHIER, PIN, PagedTill, paged, stocked
from tests.unit.edge.bundle.catalogs import product
from tests.unit.edge.till.ruled_tills import ALL, packed


@pytest.fixture
def home(tmp_path: Path) -> Path:
    goods = (
        product("watch", name="Watch", category="watches", price_minor=3_500),
        product("wine", name="Red wine", category="alcohol", price_minor=700),
    )
    return stocked(tmp_path, *goods, *map(packed, ALL))


@pytest.fixture
async def till(home: Path) -> AsyncIterator[PagedTill]:
    async with paged(home) as opened:
        yield opened


async def test_the_page_takes_what_the_tables_leave_due_and_names_their_row(
    till: PagedTill, page: OpenPage
) -> None:
    await till.scan(page, "watch")
    await till.type(page, "5*tea")
    seen = await till.seen()
    assert "47.50" in seen and "off5/off5" in seen, "the page does not say what is due, or why"
    await till.type(page, "+50")
    assert till.said == "Sold: 47.50 Change 2.50"
    (sale,) = await till.sales()
    assert sale["discounts"] == [{"rule": "off5/off5", "amount_minor": -250}]
    assert sale["taxes"] == [{"rate_basis_points": 700, "amount_minor": 311}]


async def test_a_card_and_a_voucher_pay_what_the_tables_leave_due(
    till: PagedTill, page: OpenPage
) -> None:
    await till.press(page, "training")
    await till.scan(page, "watch")
    await till.type(page, "5*tea")
    await till.press(page, "voucher:40")
    assert till.said == "7.50 is still due."


async def test_a_discount_by_hand_gives_way_to_an_exclusive_row_that_takes_off_more(
    till: PagedTill, page: OpenPage
) -> None:
    await till.scan(page, "watch")
    await till.type(page, "5*tea")
    for press in ("discount", "discount-why:Goodwill", "discount-amount:1"):
        await till.press(page, press)
    assert "1.00 is not taken off" in till.said, "the page says what is not so"
    seen = await till.seen()
    assert "47.50" in seen and "the larger one counts: Discount: Goodwill" in seen
    for press in ("discount", "discount-why:Goodwill", "discount-amount:2"):
        await till.press(page, press)
    assert till.said == "2.00 off: Goodwill."
    await till.type(page, "+50")
    (sale,) = await till.sales()
    assert sale["discounts"] == [{"rule": "Discount: Goodwill", "amount_minor": -300}]


async def test_the_page_asks_for_an_age_before_it_takes_money(
    till: PagedTill, page: OpenPage
) -> None:
    await till.scan(page, "wine")
    seen = await till.seen()
    assert 'data-do="age:18"' in seen and 'data-do="cash"' not in seen
    await till.type(page, "+7")
    assert "checks are to be settled" in till.said and await till.sales() == []
    await till.press(page, "age:18")
    await till.type(page, "19800229")
    await till.type(page, "+7")
    assert till.said == "Sold: 7.00"


async def test_the_page_asks_what_a_row_asks_of_a_line(till: PagedTill, page: OpenPage) -> None:
    await till.scan(page, "watch", "watch")
    shown = till.stage.scene.sale
    assert shown is not None
    check = next(each for each in shown.verdict.checks if each.check == "scanned-twice")
    which = f"{check.rule}:{check.line_no or ''}"
    for answer in ("bad", "good"):
        assert f"check-{answer}:{which}" in await till.seen()
        await till.press(page, f"check-{answer}:{which}")
    assert till.said == "It was checked."
    noted = [each["detail"] for each in await till.events() if each.get("kind") == "rule_checked"]
    assert [each["outcome"] for each in noted] == ["refused", "confirmed"]
    assert f"check-good:{which}" not in await till.seen(), "it is asked again"


async def test_what_goes_beyond_a_limit_is_said_and_not_sold(
    till: PagedTill, page: OpenPage
) -> None:
    await till.type(page, "1.00/")
    await till.scan(page, "tea")
    assert till.said == "This takes 67 % off, and anna may give 20 %."
    assert (await till.cart()).lines == ()


async def test_who_has_lost_the_seat_is_asked_for_a_card_and_the_cart_stays(
    till: PagedTill, page: OpenPage
) -> None:
    await till.scan(page, "tea")
    books = till.premises.books
    assert books is not None
    await books.run(books.desk.staff.seat.leave)
    await till.scan(page, "tea")
    assert till.stage.scene.view is PageView.START and till.stage.scene.cashier_id == ""
    assert "show a card" in till.said
    await till.scan(page, CARD)
    await till.type(page, PIN)
    assert len((await till.cart()).lines) == 1
    assert till.stage.scene.cashier_id == CASHIER


async def test_a_wrong_pin_at_the_page_is_in_the_journal(till: PagedTill) -> None:
    visitor, _ = await till.stage.begin()
    await till.press(visitor, "take-input")
    await till.scan(visitor, CARD)
    await till.type(visitor, "9999")
    assert [each["kind"] for each in await till.events()] == ["pin_failed"]
    assert "9999" not in repr(await till.events())
