"""Training: chosen and left by the employee alone, and unmistakable wherever it is on."""

from pathlib import Path

from edge.till import asked, selling
from edge.till.page.open_pages import OpenPage
from edge.till.page.scene import PageView
from tests.till_pages import CARD, PIN, TEA, PagedTill, employee, paged, stocked


async def is_shown(till: PagedTill) -> bool:
    seen = await till.seen()
    signs = ("data-training", "<h1>Training</h1>", "No sale counts now")
    found = [each in seen for each in signs]
    assert all(found) or not any(found), "training is shown by half"
    return all(found)


async def test_every_screen_shows_it_until_the_employee_ends_it(
    till: PagedTill, page: OpenPage
) -> None:
    await till.press(page, "training")
    for press in ("drawer", "waiting", "return", "cart"):
        await till.press(page, press)
        assert await is_shown(till), press
    await till.scan(page, TEA)
    await till.press(page, "discount")
    assert await is_shown(till)
    await till.press(page, "cart")
    await till.press(page, "cash")
    assert await is_shown(till) and till.said == "Training, not sold: 3.00"
    seen = await till.seen()
    assert "this was no sale" in seen and "Next training cart" in seen
    assert 'data-do="training">End training' in seen
    await till.press(page, "training")
    assert till.said == "Training has ended: from now on every sale counts."
    assert not await is_shown(till) and till.stage.scene.view is PageView.CART
    await till.scan(page, TEA)
    assert not (await till.cart()).training


async def test_it_ends_with_the_sign_out(till: PagedTill, page: OpenPage) -> None:
    await till.press(page, "training")
    await till.press(page, "sign-out")
    assert not await is_shown(till)
    await till.scan(page, CARD)
    await till.type(page, PIN)
    await till.scan(page, TEA)
    assert not (await till.cart()).training


async def test_a_receipt_that_was_looked_up_is_no_sale_of_now(
    till: PagedTill, page: OpenPage
) -> None:
    await till.scan(page, TEA)
    await till.press(page, "cash")
    scene = till.stage.scene
    sold, scene.view = scene.receipt, PageView.CART
    await till.press(page, "training")
    assert sold is not None
    scene.view, scene.receipt = PageView.RECEIPT, sold._replace(receipt_no="of another day")
    assert await is_shown(till), "the next scan is training, and the page does not say so"


async def test_it_ends_where_somebody_else_takes_the_seat(tmp_path: Path) -> None:
    async with paged(stocked(tmp_path, employee("mia", "3456"))) as till:
        page = await till.sign_in()
        await till.press(page, "training")
        await till.scan(page, "card-mia")
        await till.type(page, "3456")
        assert till.stage.scene.cashier_id == "mia" and not await is_shown(till)


async def test_a_training_cart_that_waited_makes_no_training_of_the_next_customer(
    till: PagedTill, page: OpenPage
) -> None:
    await till.press(page, "training")
    await till.scan(page, TEA)
    waiting = (await till.cart()).cart_id
    await till.press(page, "suspend")
    await till.press(page, "training")
    assert not await is_shown(till)
    await till.press(page, f"resume:{waiting}")
    assert await is_shown(till)
    await till.press(page, "cash")
    assert await is_shown(till), "the receipt does not say that it was training"
    await till.press(page, "cart")
    assert not await is_shown(till)
    await till.scan(page, TEA)
    assert not (await till.cart()).training, "the next customer's sale is silently training"
    await till.press(page, "cash")
    assert [bool(each.get("training")) for each in await till.sales()] == [True, False]


async def test_a_sale_that_waited_is_a_sale_and_training_goes_on_after_it(
    till: PagedTill, page: OpenPage
) -> None:
    await till.scan(page, TEA)
    waiting = (await till.cart()).cart_id
    await till.press(page, "suspend")
    await till.press(page, "training")
    await till.press(page, f"resume:{waiting}")
    assert not await is_shown(till)
    await till.press(page, "cash")
    assert not await is_shown(till) and till.said == "Sold: 3.00"
    await till.press(page, "cart")
    assert await is_shown(till)


async def test_a_training_cart_of_another_program_makes_no_training_of_the_next(
    till: PagedTill, page: OpenPage
) -> None:
    told = await till.actions.open_cart("program", "", training=True)
    await till.actions.add_line("program 2", told["cart_id"], asked.AskedLine(sku="tea"))
    await till.press(page, "cart")
    assert await is_shown(till)
    await till.actions.step("program 3", told["cart_id"], selling.abandon)
    await till.press(page, "cart")
    assert not await is_shown(till)
    await till.scan(page, TEA)
    assert not (await till.cart()).training
