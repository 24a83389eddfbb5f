"""What pages are told: the same to all, no more than has changed, and never markup of a name."""

import asyncio
from html import escape
from pathlib import Path
from uuid import uuid4

from edge.till import asked, selling
from edge.till.page import open_pages
from edge.till.page.open_pages import WAITING_MAX, OpenPage
from tests.till_pages import HOSTILE, MILK, TEA, PagedTill, paged
from tests.unit.edge.till.tills import until

SCAN_BYTES_MAX = 4_096
"""Of what a scan sends, whatever is in the cart: a line, the sum, and the buttons for notes."""


async def test_a_scan_sends_one_line_and_not_the_cart(till: PagedTill, page: OpenPage) -> None:
    for _ in range(100):
        await till.scan(page, TEA)
    page.take()
    await till.scan(page, MILK)
    message = "".join(page.take() or [])
    assert message.count("<li") == 1 and "Whole milk" in message
    assert len(message.encode()) <= SCAN_BYTES_MAX


async def test_a_line_that_is_taken_out_sends_no_line(till: PagedTill, page: OpenPage) -> None:
    await till.scan(page, TEA, MILK)
    page.take()
    await till.press(page, "void:1")
    message = "".join(page.take() or [])
    assert '<hx-partial id="line-1" hx-swap="delete">' in message and "<li" not in message


async def test_two_pages_show_one_cart(till: PagedTill, page: OpenPage) -> None:
    other, _ = await till.stage.begin()
    other.take()
    page.take()
    await till.scan(page, TEA)
    pictures = [[each for each in one.take() or [] if each[0] == "<"] for one in (page, other)]
    assert pictures[0] == pictures[1] != []


async def test_one_page_has_the_input_and_another_takes_it(till: PagedTill, page: OpenPage) -> None:
    other, _ = await till.stage.begin()
    assert not await till.stage.hear(other, str(uuid4()), "scan", TEA)
    assert await till.actions.carts() == [], "a page without the input sold"
    await till.press(other, "take-input")
    await till.scan(other, TEA)
    assert not await till.stage.hear(page, str(uuid4()), "scan", TEA)
    assert len((await till.cart()).lines) == 1


async def test_who_only_looks_at_a_page_takes_no_input(till: PagedTill, page: OpenPage) -> None:
    other, _ = await till.stage.begin()
    await till.press(other, "stay")
    await till.scan(page, TEA)


async def test_the_input_of_a_page_that_is_gone_is_free(till: PagedTill, page: OpenPage) -> None:
    other, _ = await till.stage.begin()
    page.was_here = True  # and its line has ended
    await till.scan(other, TEA)
    assert len((await till.cart()).lines) == 1


async def test_a_page_that_was_only_drawn_keeps_nobody_from_selling(till: PagedTill) -> None:
    """As the stack's supervisor draws one, when it asks whether a till that died is there again."""
    await till.stage.begin()
    here, _ = await till.stage.begin()
    assert not await till.stage.hear(here, str(uuid4()), "typed", "milk")
    till.stage.pages.connected(here, 1)
    assert await till.stage.hear(here, str(uuid4()), "typed", "milk"), "a cashier's input is lost"


async def test_500_scans_of_two_pages_are_500_lines(till: PagedTill, page: OpenPage) -> None:
    other, _ = await till.stage.begin()

    async def scan_at(one: OpenPage) -> int:
        taken = 0
        while taken < 250:
            await till.press(one, "take-input")
            taken += await till.stage.hear(one, str(uuid4()), "scan", TEA)
        return taken

    await asyncio.gather(scan_at(page), scan_at(other))
    lines = [each.line_no for each in (await till.cart()).lines]
    assert lines == list(range(1, 501)), "a line is lost, or there twice"


async def test_an_input_that_comes_again_is_not_done_again(till: PagedTill, page: OpenPage) -> None:
    for _ in range(3):
        assert await till.stage.hear(page, "0123abcd", "scan", TEA)
    assert len((await till.cart()).lines) == 1


async def test_an_input_that_comes_again_after_a_crash_is_not_done_again(home: Path) -> None:
    async with paged(home) as till:
        page = await till.sign_in()
        await till.scan(page, MILK)
        await till.stage.hear(page, "0123abcd", "scan", TEA)
    async with paged(home) as till:
        page = await till.sign_in()
        await till.stage.hear(page, "0123abcd", "scan", TEA)
        assert [each.sku for each in (await till.cart()).lines] == ["milk", "tea"]


async def test_a_page_that_does_not_read_costs_no_memory_and_is_drawn_anew(
    till: PagedTill, page: OpenPage
) -> None:
    await till.scan(page, *[TEA] * (WAITING_MAX + 10))
    assert page.take() is None
    again = await till.stage.again(page)
    assert again.count("<li") == WAITING_MAX + 10
    assert page.take() == []


async def test_pages_that_are_reloaded_for_ever_are_forgotten(till: PagedTill) -> None:
    first, _ = await till.stage.begin()
    for _ in range(3 * open_pages.PAGES_MAX):
        await till.stage.begin()
    again = till.stage.pages.known(first.token)
    assert again is not None and again is not first
    assert till.stage.pages.known("<script>") is None


async def test_what_another_program_sells_is_shown(till: PagedTill, page: OpenPage) -> None:
    await till.scan(page, TEA)
    cart = await till.cart()
    page.take()
    await till.actions.add_line("program", cart.cart_id, asked.AskedLine(sku="milk"))

    async def is_shown() -> bool:
        return "Whole milk" in "".join(page.take() or [])

    async def is_gone() -> bool:
        return "Whole milk" not in await till.seen()

    await until(is_shown, "the page never showed it")
    await till.actions.step("program 2", cart.cart_id, selling.abandon)
    await until(is_gone, "the page shows a cart that was left")


async def test_a_cart_is_there_after_a_power_cut(home: Path) -> None:
    async with paged(home) as till:
        page = await till.sign_in()
        await till.scan(page, TEA, MILK)
        before = await till.cart()
    async with paged(home) as till:
        assert "Whole milk" not in await till.seen(), "nobody is signed in"
        await till.sign_in()
        assert await till.cart() == before
        assert "Whole milk" in await till.seen()


async def test_markup_in_a_name_stays_text_in_every_view(till: PagedTill) -> None:
    page, _ = await till.stage.begin()
    await till.type(page, "Söhne")
    assert till.stage.scene.product is not None
    await _shows_text(till)
    page = await till.sign_in()
    await till.type(page, "img")
    await _shows_text(till)
    await till.press(page, "add:odd")
    await _shows_text(till)
    await till.press(page, "cash")
    await _shows_text(till)
    await till.press(page, "sign-out")
    await till.type(page, HOSTILE)
    assert "<img" not in await till.seen()


async def _shows_text(till: PagedTill) -> None:
    seen = await till.seen()
    assert escape("<img src=x onerror=alert(1)>") in seen, till.stage.scene.view
    assert "<img" not in seen and "<b>S" not in seen
