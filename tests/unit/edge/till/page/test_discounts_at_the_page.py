"""Discounts by hand at the page: on a line or the whole cart, with a reason, and taken back."""

from pathlib import Path

import pytest

from edge.till.page.open_pages import OpenPage
from edge.till.page.scene import PageView
from tests.till_pages import MILK, TEA, PagedTill, paged


async def discount(till: PagedTill, page: OpenPage, how: str, of: str = "cart") -> None:
    for press in ("discount", f"discount-of:{of}", "discount-why:Damaged", how):
        await till.press(page, press)


async def test_a_discount_is_shown_and_stands_on_the_receipt_and_in_the_event(
    till: PagedTill, page: OpenPage
) -> None:
    await till.scan(page, TEA, MILK)
    await discount(till, page, "discount-percent:10")
    assert till.said == "0.41 off: Damaged."
    await discount(till, page, "discount-amount:0.10", "2")
    seen = await till.seen()
    assert "Discount: Damaged" in seen and "-0.51" in seen and "3.68 EUR" in seen
    await till.press(page, "cash")
    (sale,) = await till.sales()
    assert sale["discounts"] == [{"rule": "Discount: Damaged", "amount_minor": -51}]
    assert (sale["total_minor"], sale["taxes"][0]["amount_minor"]) == (368, 24)
    assert "Discount: Damaged" in await till.seen(), "the receipt does not name it"


async def test_it_is_taken_back_before_payment(till: PagedTill, page: OpenPage) -> None:
    await till.scan(page, TEA)
    await discount(till, page, "discount-percent:20", "1")
    await till.press(page, "discount")
    seen = await till.seen()
    assert "Damaged: 20 % off line 1" in seen and "discount-back:1" in seen
    await till.press(page, "discount-back:1")
    assert "discount-back" not in await till.seen()
    await till.press(page, "cart")
    await discount(till, page, "discount-percent:10")
    await till.press(page, "voucher:1")
    await till.press(page, "discount-back:2")
    assert "before the first payment" in till.said
    await till.press(page, "cash")
    (sale,) = await till.sales()
    assert sale["discounts"] == [{"rule": "Discount: Damaged", "amount_minor": -30}]


@pytest.mark.parametrize(
    ("press", "words"),
    [
        ("discount-percent:", "Type whole percent"),
        ("discount-percent:0", "Type whole percent"),
        ("discount-percent:101", "Type whole percent"),
        ("discount-percent:2.5", "Type whole percent"),
        ("discount-amount:", "Type the amount first"),
        ("discount-amount:abc", "is no amount"),
        ("discount-amount:0", "above 0"),
        ("discount-amount:9.99", "No more than"),
        ("discount-back:", "no such discount"),
        ("discount-back:x", "no such discount"),
        ("discount-why:Because", "Choose one of the reasons"),
    ],
)
async def test_what_is_no_discount_is_said(
    till: PagedTill, page: OpenPage, press: str, words: str
) -> None:
    await till.scan(page, TEA)
    await discount(till, page, press)
    assert words in till.said and till.stage.scene.said.tone == "bad"
    assert (await till.cart()).given == ()


async def test_a_reason_is_needed_and_a_number_alone_could_be_either(
    till: PagedTill, page: OpenPage
) -> None:
    await till.press(page, "discount")
    assert "No cart is open" in till.said
    await till.press(page, "discount-percent:10")
    assert "Press “Discount” first" in till.said
    await till.scan(page, TEA)
    await till.press(page, "discount")
    await till.press(page, "discount-percent:10")
    assert "Say why first" in till.said
    await till.press(page, "discount-why:Goodwill")
    await till.type(page, "10")
    assert "Is 10 percent or EUR?" in till.said
    await till.type(page, "10%")
    assert till.said == "0.30 off: Goodwill." and till.stage.scene.view is PageView.CART


async def test_a_scan_is_a_line_also_while_a_discount_is_given(
    till: PagedTill, page: OpenPage
) -> None:
    await till.scan(page, TEA)
    await till.press(page, "discount")
    await till.scan(page, MILK)
    assert [each.sku for each in (await till.cart()).lines] == ["tea", "milk"]


async def test_it_is_there_after_a_power_cut(home: Path) -> None:
    async with paged(home) as till:
        page = await till.sign_in()
        await till.scan(page, TEA)
        await discount(till, page, "discount-percent:20")
    async with paged(home) as till:
        page = await till.sign_in()
        assert "2.40 EUR" in await till.seen()
        await till.press(page, "cash")
        assert [each["total_minor"] for each in await till.sales()] == [240]
