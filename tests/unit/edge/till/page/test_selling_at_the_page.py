"""What a cashier does at the page is in the journal, and what cannot be is said."""

import asyncio
from pathlib import Path

import pytest

from edge.till.ages import AgeCheck
from edge.till.checkout.terms import SIMULATED
from edge.till.page.open_pages import OpenPage
from edge.till.page.scene import PageView
from tests.till_pages import MILK, TEA, PagedTill, paged


async def test_a_scan_is_a_line_with_the_catalogs_price(till: PagedTill, page: OpenPage) -> None:
    await till.scan(page, TEA, MILK)
    lines = (await till.cart()).lines
    assert [(each.sku, each.amount_minor) for each in lines] == [("tea", 300), ("milk", 119)]
    assert till.said == "Whole milk 1 l 1.19"


async def test_a_quantity_and_a_price_are_of_the_next_scan_alone(
    till: PagedTill, page: OpenPage
) -> None:
    await till.type(page, "3*")
    await till.type(page, "2.50/")
    await till.scan(page, TEA, TEA)
    lines = (await till.cart()).lines
    assert [(each.quantity, each.amount_minor) for each in lines] == [(3, 750), (1, 300)]


async def test_what_is_weighed_takes_its_grams(till: PagedTill, page: OpenPage) -> None:
    await till.scan(page, "plu-4011")
    assert "sold by weight" in till.said, "it was sold without a weight"
    await till.type(page, "250*plu-4011")
    (line,) = (await till.cart()).lines
    assert (line.quantity, line.unit, line.amount_minor) == (250, "gram", 50)


async def test_a_scanner_gives_no_commands(till: PagedTill, page: OpenPage) -> None:
    await till.scan(page, TEA)
    for label in ("0.01/", "3*", "-1", "+", "**", f"9*{TEA}"):
        await till.scan(page, label)
        assert till.stage.scene.said.tone == "bad", f"the label {label} was obeyed"
    assert len((await till.cart()).lines) == 1
    assert await till.sales() == []


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("4006381333932", "check digit"),
        ("5012345678900", "Nothing is known by the code"),
        ("nosuch", "Nothing is known by the code"),
        ("]C10104012345000009" + "10L7", "glass in it"),
        ("]C10104006381333931" + "17200101", "Its last day was 2020-01-01"),
    ],
)
async def test_what_cannot_be_sold_is_said_and_the_next_scan_works(
    till: PagedTill, page: OpenPage, code: str, words: str
) -> None:
    await till.scan(page, MILK)
    page.take()
    await till.scan(page, code)
    assert words in till.said and till.stage.scene.said.tone == "bad"
    assert "sound bad" in (page.take() or []), "it was not heard"
    await till.scan(page, TEA)
    assert [each.sku for each in (await till.cart()).lines] == ["milk", "tea"]


async def test_what_joins_no_cart_begins_none(till: PagedTill, page: OpenPage) -> None:
    for code in ("5012345678900", "4006381333932", "nosuch", f"/{TEA}"):
        await till.type(page, code)
    assert await till.actions.carts() == []
    assert till.said == "Tea: 3.00 EUR It was not added."


async def test_lines_are_taken_out_by_number_or_the_last(till: PagedTill, page: OpenPage) -> None:
    await till.scan(page, TEA, MILK, TEA)
    await till.type(page, "-1")
    await till.press(page, "void-last")
    assert [each.line_no for each in (await till.cart()).lines] == [2]
    await till.press(page, "void:2")
    await till.type(page, "-")
    assert till.said == "The cart has no line to void."


async def test_a_cart_waits_and_goes_on_or_is_left(till: PagedTill, page: OpenPage) -> None:
    await till.scan(page, TEA)
    first = (await till.cart()).cart_id
    await till.type(page, "**")
    await till.scan(page, MILK)
    await till.press(page, f"resume:{first}")
    assert "A cart is open" in till.said
    await till.press(page, "leave")
    await till.press(page, "abandon")
    await till.press(page, "waiting")
    assert first in await till.seen()
    await till.press(page, f"resume:{first}")
    assert (await till.cart()).cart_id == first
    assert till.stage.scene.view is PageView.CART


async def test_cash_is_given_and_change_is_told(till: PagedTill, page: OpenPage) -> None:
    await till.scan(page, TEA, MILK)
    await till.type(page, "+20")
    assert till.said == "Sold: 4.19 Change 15.81"
    (sale,) = await till.sales()
    assert sale["tenders"] == [{"kind": "cash", "amount_minor": 419}]
    assert (sale["cashier_id"], sale["taxes"]) == (
        "anna", [{"rate_basis_points": 700, "amount_minor": 27}],
    )  # fmt: skip
    seen = await till.seen()
    assert "Change 15.81" in seen and sale["receipt_no"] in seen and "<svg" in seen
    await till.scan(page, TEA)
    assert till.stage.scene.view is PageView.CART, "the next customer waits for the receipt"


async def test_a_sale_is_paid_in_parts(till: PagedTill, page: OpenPage) -> None:
    await till.scan(page, TEA, TEA)
    await till.press(page, "voucher:2.50")
    assert till.said == "3.50 is still due."
    await till.type(page, "+1")
    await till.press(page, "card")
    (tender_id,) = (await till.cart()).unsettled
    await till.press(page, "cash")
    assert "what became of the payment" in till.said, "it was paid twice"
    await till.press(page, f"taken:{tender_id}")
    (sale,) = await till.sales()
    paid = [(each["kind"], each["amount_minor"]) for each in sale["tenders"]]
    assert paid == [("voucher", 250), ("cash", 100), ("card", 250)]


async def test_a_card_that_is_declined_pays_nothing(till: PagedTill, page: OpenPage) -> None:
    await till.scan(page, TEA)
    await till.press(page, "card")
    (tender_id,) = (await till.cart()).unsettled
    await till.press(page, f"declined:{tender_id}")
    assert till.stage.scene.said.tone == "bad" and await till.sales() == []
    await till.press(page, "cash")
    assert [each["tenders"][0]["kind"] for each in await till.sales()] == ["cash"]


async def test_a_card_payment_is_asked_for_again_after_a_restart(home: Path) -> None:
    async with paged(home) as till:
        page = await till.sign_in()
        await till.scan(page, TEA)
        await till.press(page, "card")
        (tender_id,) = (await till.cart()).unsettled
    async with paged(home) as till:
        page = await till.sign_in()
        assert f"taken:{tender_id}" in await till.seen()
        await till.press(page, f"taken:{tender_id}")
        assert len(await till.sales()) == 1


@pytest.mark.parametrize("amount", ["0", "-5", "abc", "99999999", "1.234"])
async def test_what_is_no_amount_pays_nothing(till: PagedTill, page: OpenPage, amount: str) -> None:
    await till.scan(page, TEA)
    for button in ("cash", "card", "voucher"):
        await till.press(page, f"{button}:{amount}")
        assert till.stage.scene.said.tone == "bad", f"{button} took {amount}"
    assert await till.sales() == [] and (await till.cart()).tenders == {}


async def test_nothing_is_paid_where_nothing_is_in_the_cart(
    till: PagedTill, page: OpenPage
) -> None:
    for button in ("cash", "card", "voucher", "suspend", "leave", "abandon", "void-last"):
        await till.press(page, button)
        assert till.stage.scene.said.tone == "bad", button
    await till.type(page, "+")
    assert await till.sales() == []


async def test_training_is_in_no_total_and_a_cart_keeps_what_it_is(
    till: PagedTill, page: OpenPage
) -> None:
    await till.press(page, "training")
    await till.scan(page, TEA)
    await till.press(page, "training")
    assert "End the cart first" in till.said
    assert "data-training" in await till.seen()
    await till.press(page, "cash")
    (sale,) = await till.sales()
    assert sale["training"] is True
    assert "TRAINING - NOT A SALE" in await till.seen()
    await till.press(page, "training")
    await till.scan(page, TEA)
    assert not (await till.cart()).training


async def test_before_the_day_is_open_nothing_is_sold(till: PagedTill) -> None:
    page = await till.sign_in()
    await till.press(page, "day")
    assert "is open" in till.said


async def test_a_cart_is_found_again_by_a_name(till: PagedTill, page: OpenPage) -> None:
    await till.type(page, "shirt")
    assert "add:shirt-m" in await till.seen()
    await till.press(page, "add:shirt-m")
    assert [each.sku for each in (await till.cart()).lines] == ["shirt-m"]


async def test_an_age_is_checked_by_date_of_birth_which_nobody_keeps(
    till: PagedTill, page: OpenPage
) -> None:
    await till.scan(page, TEA)
    await till.press(page, "age:18")
    born_by = AgeCheck(18, till.actions.today()).born_by
    assert f"{born_by}</p>" in await till.seen()
    await till.type(page, "1 January")
    assert "20081231" in till.said and (await till.cart()).aged_years == 0
    await till.type(page, "10081231")
    assert "Nobody alive" in till.said and (await till.cart()).aged_years == 0, "a child passed"
    await till.type(page, "19700102")
    assert (await till.cart()).aged_years == 18
    assert "1970" not in await till.seen()
    await till.press(page, "age:18")
    await till.press(page, "refuse")
    assert till.stage.scene.said.tone == "bad" and len((await till.cart()).lines) == 1
    events = [each for each in await till.events() if each["type"] == "age_checked"]
    assert [each["outcome"] for each in events] == ["admitted", "refused"]
    assert "1970" not in str([each["reason"] for each in events])


@pytest.mark.parametrize(
    "typed", ["1970W011", "1970-W01-1", "1970-0102", "19700230", "\uff119700102"]
)
async def test_only_a_day_of_the_calendar_is_a_date_of_birth(
    till: PagedTill, page: OpenPage, typed: str
) -> None:
    await till.scan(page, TEA)
    await till.press(page, "age:18")
    await till.type(page, typed)
    assert "20081231" in till.said and (await till.cart()).aged_years == 0
    for plain in ("19700102", "1970-01-02", "1970.01.02"):
        await till.press(page, "age:18")
        await till.type(page, plain)
        assert till.said == "Old enough for 18.", plain


async def test_the_tills_own_terminal_ends_the_sale_by_itself(home: Path) -> None:
    async with paged(home, terminal=SIMULATED) as till:
        page = await till.sign_in()
        await till.scan(page, TEA)
        await till.press(page, "card")
        for _ in range(500):
            if till.stage.scene.view is PageView.RECEIPT:
                break
            await asyncio.sleep(0.01)
        (sale,) = await till.sales()
        assert sale["tenders"] == [{"kind": "card", "amount_minor": 300}]


async def test_nobody_says_for_a_terminal_that_money_was_taken(home: Path) -> None:
    async with paged(home, terminal="127.0.0.1:1") as till:
        page = await till.sign_in()
        await till.scan(page, TEA)
        await till.press(page, "card")
        (tender_id,) = (await till.cart()).unsettled
        await till.press(page, f"taken:{tender_id}")
        assert await till.sales() == [] and (await till.cart()).unsettled == [tender_id]


async def test_a_shift_is_counted_blind_and_ends_with_its_report(
    till: PagedTill, page: OpenPage
) -> None:
    await till.press(page, "drawer")
    await till.press(page, "shift-open:50")
    await till.press(page, "cart")
    await till.scan(page, TEA)
    await till.press(page, "cash")
    await till.press(page, "drawer")
    await till.press(page, "take-out:20")
    assert "33.00" not in await till.seen(), "what should be there is told before the count"
    await till.press(page, "shift-close")
    assert "Count the drawer" in till.said
    for pieces in ("2*10", "1*10", "2*1", "nonsense", "1*0.03"):
        await till.type(page, pieces)
    await till.type(page, "0*0.03")
    await till.type(page, "3*10")
    await till.press(page, "counted")
    assert till.said == "Counted 32.00, off by -1.00. It may be counted once more."
    await till.press(page, "counted")
    assert till.said.startswith("Type first"), "a second press counts an empty drawer"
    await till.press(page, "shift-close")
    seen = await till.seen()
    for words in ("Z report", "expected", "33.00", "-1.00", "by cash"):
        assert words in seen, words
    kinds = [each["type"] for each in await till.events()]
    assert kinds[-1] == "shift_closed" and kinds.count("shift_counted") == 1


async def test_a_shift_begins_by_its_float_and_enter(till: PagedTill, page: OpenPage) -> None:
    await till.press(page, "drawer")
    await till.type(page, "nothing")
    assert "is no amount" in till.said
    await till.type(page, "80.50")
    assert till.said == "The shift has begun."
    assert (await till.events())[-1]["float_minor"] == 8_050


async def test_fingers_find_what_has_no_code_by_its_name(till: PagedTill, page: OpenPage) -> None:
    await till.press(page, "search")
    assert 'data-key="Q"' in await till.seen(), "there are no letters to touch"
    await till.type(page, "SHIRT")
    await till.press(page, "add:shirt-m")
    assert [each.sku for each in (await till.cart()).lines] == ["shirt-m"]
    assert till.stage.scene.view is PageView.CART


async def test_what_is_asked_can_be_answered_by_a_key(till: PagedTill, page: OpenPage) -> None:
    await till.scan(page, TEA)
    await till.press(page, "leave")
    assert 'data-do="abandon" data-hotkey="F1"' in await till.seen()
    await till.press(page, "cart")
    await till.press(page, "suspend")
    await till.press(page, "waiting")
    assert 'data-hotkey="F4"' in await till.seen(), "the cart that waits needs a mouse"
    assert "1 line, F4" in await till.seen()


async def test_goods_come_back_by_their_receipt_and_never_more_than_was_bought(
    till: PagedTill, page: OpenPage
) -> None:
    await till.type(page, f"2*{TEA}")
    await till.scan(page, MILK)
    await till.press(page, "return")
    assert "A cart is open" in till.said
    await till.press(page, "cash")
    (sale,) = await till.sales()
    code = (await till.actions.receipt(sale["receipt_no"])).qr
    for wrong in ("nosuch", "{}", code[:-9]):
        await till.press(page, "return")
        await till.scan(page, wrong)
        assert till.stage.scene.said.tone == "bad", wrong
    await till.scan(page, code)
    await till.press(page, "give-back:shelf")
    assert "Press first" in till.said
    await till.press(page, "back:1")
    await till.press(page, "give-back:shelf")
    assert till.said.startswith("Give 3.00 back in cash.")
    await till.press(page, "return")
    await till.type(page, sale["receipt_no"])
    await till.press(page, "back:1")
    await till.press(page, "back:1")
    await till.press(page, "give-back:damaged")
    assert "Press first" in till.said, "more than is left was chosen"
    assert "1 came back before" in await till.seen()
    await till.press(page, "back:1")
    await till.press(page, "give-back:damaged")
    await till.press(page, f"return:{sale['receipt_no']}")
    await till.press(page, "back:1")
    assert till.said == "All of Tea has come back."
    back = [each for each in await till.events() if each["type"] == "goods_returned"]
    assert [(each["refund_minor"], each["restock"]) for each in back] == [
        (300, True), (300, False),
    ]  # fmt: skip
