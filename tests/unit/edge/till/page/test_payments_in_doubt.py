"""Payments of which the till does not know whether they were made: the cashier looks, and says."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from edge.till import asked, tendering
from edge.till.carts import TillCart
from edge.till.checkout.terms import SIMULATED
from edge.till.page.open_pages import OpenPage
from edge.till.page.scene import PageView
from edge.till.terminals import paying
from tests.till_pages import TEA, PagedTill, paged
from topics.scalars import TenderKind

SILENT = "127.0.0.1:1"
"""Where no terminal listens."""


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """A till that gives a silent terminal up at once."""
    monkeypatch.setattr(paying, "PAUSE_SECONDS", 0.01)


async def until(holds: Callable[[], Awaitable[bool]]) -> None:
    for _ in range(500):
        if await holds():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("it never came to be")


async def in_doubt(till: PagedTill, page: OpenPage) -> str:
    """A payment of 300 by card of which nobody knows."""
    await till.scan(page, TEA)
    await till.press(page, "card")
    (tender_id,) = (await till.cart()).unsettled
    await until(lambda: _is_unknown(till, tender_id))
    return tender_id


async def _is_unknown(till: PagedTill, tender_id: str) -> bool:
    return (await till.cart()).tenders[tender_id].outcome == "unknown"


async def test_while_the_terminal_is_asked_nobody_else_is(home: Path) -> None:
    async with paged(home, terminal=SILENT) as till:
        page = await till.sign_in()
        await till.scan(page, TEA)
        await till.press(page, "card")
        (tender_id,) = (await till.cart()).unsettled
        seen = await till.seen()
        assert "The terminal is being asked" in seen and f"taken:{tender_id}" not in seen


@pytest.mark.usefixtures("hasty")
async def test_of_a_terminal_that_stays_silent_the_cashier_says_that_it_took_the_money(
    home: Path,
) -> None:
    async with paged(home, terminal=SILENT) as till:
        page = await till.sign_in()
        tender_id = await in_doubt(till, page)
        await till.press(page, "stay")

        async def is_said() -> bool:
            return "The terminal does not answer" in till.said

        await until(is_said)
        assert "sound bad" in (page.take() or []), "it was not heard"
        seen = await till.seen()
        assert "Look at its display" in seen and f"declined:{tender_id}" in seen
        await till.press(page, f"taken:{tender_id}")
        (sale,) = await till.sales()
        assert sale["tenders"] == [{"kind": "card", "amount_minor": 300}]


@pytest.mark.usefixtures("hasty")
async def test_or_that_it_took_nothing_and_the_customer_pays_otherwise(home: Path) -> None:
    async with paged(home, terminal=SILENT) as till:
        page = await till.sign_in()
        tender_id = await in_doubt(till, page)
        await till.press(page, f"declined:{tender_id}")
        assert till.stage.scene.said.tone == "bad"
        await till.press(page, "cash")
        (sale,) = await till.sales()
        assert [each["kind"] for each in sale["tenders"]] == ["cash"]


@pytest.mark.usefixtures("hasty")
async def test_after_a_restart_too(home: Path) -> None:
    async with paged(home, terminal=SILENT) as till:
        tender_id = await in_doubt(till, await till.sign_in())
    async with paged(home, terminal=SILENT) as till:
        page = await till.sign_in()
        assert f"taken:{tender_id}" in await till.seen()
        await till.press(page, f"taken:{tender_id}")
        assert len(await till.sales()) == 1


async def test_a_terminal_that_was_taken_away_leaves_the_word_to_the_cashier(home: Path) -> None:
    async with paged(home, terminal=SILENT) as till:
        page = await till.sign_in()
        await till.scan(page, TEA)
        await till.press(page, "card")
        (tender_id,) = (await till.cart()).unsettled
    async with paged(home) as till:
        page = await till.sign_in()
        await until(lambda: _is_unknown(till, tender_id))
        await till.press(page, f"taken:{tender_id}")
        assert len(await till.sales()) == 1


@pytest.mark.parametrize("kind", ["voucher", "cash"])
@pytest.mark.parametrize("is_taken", [True, False])
async def test_a_payment_that_was_interrupted_between_its_two_notes_is_settled(
    home: Path, kind: TenderKind, is_taken: bool
) -> None:
    async with paged(home, terminal=SIMULATED) as till:
        page = await till.sign_in()
        await till.scan(page, TEA)
        want = asked.AskedTender(tender_id="cut-off", kind=kind, amount_minor=100)
        cart_id = (await till.cart()).cart_id
        await till.actions.cart_step("k", cart_id, want, tendering.request_tender)
    async with paged(home, terminal=SIMULATED) as till:
        page = await till.sign_in()
        seen = await till.seen()
        assert "The till was interrupted" in seen and f"{kind.capitalize()}: 1.00 EUR" in seen
        await till.press(page, f"{'taken' if is_taken else 'declined'}:cut-off")
        assert (await till.cart()).captured_minor == (100 if is_taken else 0)
        assert "Card" not in till.said
        await till.press(page, "cash")
        (sale,) = await till.sales()
        assert sum(each["amount_minor"] for each in sale["tenders"]) == 300


async def goes_no_further(*_: TillCart) -> None:
    """The page that the power leaves before it ends a sale that is paid."""
    await asyncio.Event().wait()


async def test_what_was_paid_whole_before_a_power_cut_is_finished(home: Path) -> None:
    async with paged(home) as till:
        page = await till.sign_in()
        await till.scan(page, TEA)
        want = asked.AskedTender(tender_id="cut-off", kind="card", amount_minor=300)
        cart_id = (await till.cart()).cart_id
        await till.actions.cart_step("k1", cart_id, want, tendering.request_tender)
        till.stage.follow = goes_no_further
        paid = asked.AskedSettlement(tender_id="cut-off", outcome="captured")
        await till.actions.cart_step("k2", cart_id, paid, tendering.settle_by_hand)
    async with paged(home) as till:
        page = await till.sign_in()
        seen = await till.seen()
        assert "Everything is paid" in seen and 'data-do="cash"' not in seen
        await till.press(page, "finish")
        assert till.stage.scene.view is PageView.RECEIPT
        assert len(await till.sales()) == 1


async def test_nothing_is_finished_before_it_is_paid(till: PagedTill, page: OpenPage) -> None:
    await till.press(page, "finish")
    assert "No cart is open" in till.said
    await till.scan(page, TEA)
    await till.press(page, "finish")
    assert till.said == "3.00 is still due." and await till.sales() == []


async def test_a_line_that_is_taken_out_after_the_card_has_paid_is_given_back_in_cash(
    till: PagedTill, page: OpenPage
) -> None:
    await till.scan(page, TEA, TEA)
    await till.press(page, "voucher:3")
    await till.press(page, "card:2")
    (tender_id,) = (await till.cart()).unsettled
    await till.press(page, f"taken:{tender_id}")
    await till.press(page, "void:2")
    assert "2.00 EUR too much is paid" in await till.seen()
    await till.press(page, "finish")
    assert till.said == "Sold: 3.00 Change 2.00"
