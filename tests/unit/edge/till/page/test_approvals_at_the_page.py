"""What goes beyond the cashier's limits: somebody else agrees by card and PIN, to that alone."""

from pathlib import Path

import pytest

from edge.till import asked
from edge.till.employees.attempts import WRONG_MAX
from edge.till.page.open_pages import OpenPage
from edge.till.page.scene import PageView
from tests.till_pages import CARD, CASHIER, PIN, TEA, PagedTill, employee, stocked

MIA, MIA_PIN = "card-mia", "3456"
BEN, BEN_PIN = "card-ben", "2345"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    mia, ben = employee("mia", MIA_PIN, role="manager"), employee("ben", BEN_PIN)
    return stocked(tmp_path, mia, ben)


async def approve(till: PagedTill, page: OpenPage, card: str = MIA, pin: str = MIA_PIN) -> None:
    await till.scan(page, card)
    await till.type(page, pin)


async def half_price(till: PagedTill, page: OpenPage) -> None:
    """A discount that the cashier may not give alone."""
    await till.scan(page, TEA)
    await till.press(page, "discount")
    await till.press(page, "discount-why:Damaged")
    await till.press(page, "discount-percent:50")


async def test_who_may_agrees_and_what_was_refused_is_done(till: PagedTill, page: OpenPage) -> None:
    await half_price(till, page)
    assert till.stage.scene.view is PageView.APPROVAL
    seen = await till.seen()
    assert "Somebody else must approve" in seen and "50 % off, and anna may give 20 %" in seen
    await till.scan(page, MIA)
    seen = await till.seen()
    assert "data-secret" in seen and "mia: type your PIN" in seen
    await till.type(page, MIA_PIN)
    assert till.said == "1.50 off: Damaged."
    assert till.stage.scene.view is PageView.CART
    assert till.stage.scene.cashier_id == CASHIER, "who has agreed has taken the seat"
    await till.press(page, "cash")
    (sale,) = await till.sales()
    assert sale["discounts"] == [{"rule": "Discount: Damaged", "amount_minor": -150}]
    noted = next(each for each in await till.events() if each.get("kind") == "discount")
    assert (noted["cashier_id"], noted["auth"]["approver"]) == (CASHIER, "mia")


async def test_an_approval_is_for_one_request(till: PagedTill, page: OpenPage) -> None:
    await half_price(till, page)
    await approve(till, page)
    await till.press(page, "discount")
    await till.press(page, "discount-why:Damaged")
    await till.press(page, "discount-percent:10")
    assert till.stage.scene.view is PageView.APPROVAL


async def test_a_price_below_the_shelf_is_approved_where_it_was_scanned(
    till: PagedTill, page: OpenPage
) -> None:
    await till.type(page, "1.00/")
    await till.scan(page, TEA)
    await approve(till, page)
    (line,) = (await till.cart()).lines
    assert line.amount_minor == 100


async def test_a_refund_within_a_sale_is_approved_after_everything_was_paid(
    till: PagedTill, page: OpenPage
) -> None:
    await till.type(page, f"900*{TEA}")
    await till.scan(page, TEA)
    await till.press(page, "card")
    (tender_id,) = (await till.cart()).unsettled
    await till.press(page, "void:1")
    await till.press(page, f"taken:{tender_id}")
    assert till.stage.scene.view is PageView.APPROVAL
    assert "pays 2700.00 EUR out" in await till.seen()
    await approve(till, page)
    assert till.stage.scene.view is PageView.RECEIPT
    assert till.said == "Sold: 3.00 Change 2700.00"
    assert len(await till.sales()) == 1


async def test_nobody_approves_for_themselves_or_beyond_their_own_limits(
    till: PagedTill, page: OpenPage
) -> None:
    await half_price(till, page)
    await till.scan(page, CARD)
    assert "your own card" in till.said
    await till.type(page, PIN)
    await till.scan(page, TEA)
    assert "no employee's card" in till.said, "a scan was lost without a word"
    await approve(till, page, BEN, BEN_PIN)
    assert till.stage.scene.view is PageView.APPROVAL
    assert "50 % off" in till.said and (await till.cart()).given == ()
    await approve(till, page)
    assert len((await till.cart()).given) == 1


async def test_a_wrong_pin_approves_nothing_and_is_in_the_journal(
    till: PagedTill, page: OpenPage
) -> None:
    await half_price(till, page)
    for _ in range(WRONG_MAX):
        await approve(till, page, MIA, "9999")
        assert till.stage.scene.view is PageView.APPROVAL
    assert "locked" in till.said and "9999" not in await till.seen()
    await till.scan(page, MIA)
    assert "head office gives a new PIN" in till.said
    assert (await till.cart()).given == ()
    kinds = [each.get("kind") for each in await till.events()]
    assert kinds.count("pin_failed") == WRONG_MAX


@pytest.mark.parametrize("way", ["no-approval", "start"])
async def test_it_is_given_up_and_nothing_was_done(
    till: PagedTill, page: OpenPage, way: str
) -> None:
    await half_price(till, page)
    await till.scan(page, MIA)
    await till.press(page, way)
    assert till.stage.scene.view is PageView.DISCOUNT
    assert not till.stage.scene.takes_pin, "the next code is taken for a PIN"
    assert (await till.cart()).given == ()


async def test_a_cart_that_has_changed_meanwhile_is_not_what_was_approved(
    till: PagedTill, page: OpenPage
) -> None:
    await half_price(till, page)
    await till.scan(page, MIA)
    cart_id = (await till.cart()).cart_id
    await till.actions.add_line("program", cart_id, asked.AskedLine(sku="shirt-s"))
    await till.type(page, MIA_PIN)
    assert "has changed" in till.said and (await till.cart()).given == ()


async def test_a_pin_that_nothing_waits_for_any_more_is_shown_nowhere(
    till: PagedTill, page: OpenPage
) -> None:
    await half_price(till, page)
    await till.scan(page, MIA)
    till.stage.scene.view = PageView.CART  # as when the terminal has ended the sale meanwhile
    await till.type(page, MIA_PIN)
    assert MIA_PIN not in await till.seen() and "Nothing waits" in till.said


async def test_a_locked_card_says_how_that_ends_and_who_may_ends_it(
    till: PagedTill,
) -> None:
    await till.open_day()
    visitor, _ = await till.stage.begin()
    await till.press(visitor, "take-input")
    for _ in range(WRONG_MAX):
        await approve(till, visitor, CARD, "9999")
    assert "Somebody who may unlock cards signs in" in till.said
    await till.scan(visitor, CARD)
    assert "Somebody who may unlock cards signs in" in till.said
    await approve(till, visitor, BEN, BEN_PIN)
    await till.scan(visitor, CARD)
    assert till.stage.scene.view is PageView.LOCKED and "unlock" in await till.seen()
    await till.press(visitor, "unlock")
    assert "may not unlock cards" in till.said
    await approve(till, visitor)
    assert till.said == f"{CASHIER} may sign in again, with the right PIN."
    await approve(till, visitor, CARD, PIN)
    assert till.stage.scene.cashier_id == CASHIER
    unlocked = [each for each in await till.events() if each.get("kind") == "card_locked"][-1]
    assert (unlocked["cashier_id"], unlocked["auth"]["approver"]) == ("ben", "mia")


async def test_the_drawer_opens_for_a_reason_by_who_may(till: PagedTill, page: OpenPage) -> None:
    await till.press(page, "drawer")
    await till.press(page, "drawer-open")
    assert "Why is the drawer opened?" in await till.seen()
    for wrong in ("drawer-for:", "drawer-for:I like it"):
        await till.press(page, wrong)
        assert "Say why" in till.said
    await till.press(page, "drawer-for:Check the drawer")
    opened = [each for each in await till.events() if each["type"] == "drawer_opened"]
    assert [each["reason"] for each in opened] == ["Check the drawer"]
    await till.press(page, "sign-out")
    await approve(till, page, BEN, BEN_PIN)
    await till.press(page, "drawer")
    await till.press(page, "drawer-for:Check the drawer")
    assert till.stage.scene.view is PageView.APPROVAL
    await approve(till, page)
    assert till.stage.scene.view is PageView.DRAWER
    opened = [each for each in await till.events() if each["type"] == "drawer_opened"]
    assert opened[-1]["auth"]["approver"] == "mia"
