"""A cart is paid at a till: by card at its terminal, in cash with change, by voucher, and mixed."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from edge.till.checkout.terms import SIMULATED, CheckoutTerms
from edge.till.terminals import paying, running
from edge.till.terminals.simulated import Loss, SimulatedTerminal
from tests.unit.edge.till import tills
from tests.unit.edge.till.test_selling import written
from tests.unit.edge.till.tills import Program


@pytest.fixture(autouse=True)
def short_times(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paying, "PAUSE_SECONDS", 0.02)
    monkeypatch.setattr(paying, "ANSWER_SECONDS_MAX", 0.3)
    monkeypatch.setattr(running, "AGAIN_SECONDS", 0.1)


@asynccontextmanager
async def till_at(home: Path, device: SimulatedTerminal, port: int = 0) -> AsyncIterator[Program]:
    """A till with that terminal, at its port or a new one."""
    opened = await device.open(port=port)
    try:
        terms = CheckoutTerms(terminal=f"127.0.0.1:{opened}")
        async with tills.running(home, checkout=terms) as program:
            await program.open_day()
            yield program
    finally:
        await device.close()


@pytest.fixture
async def program(home: Path) -> AsyncIterator[Program]:
    async with tills.running(home, checkout=CheckoutTerms(terminal=SIMULATED)) as opened:
        await opened.open_day()
        yield opened


async def outcome(program: Program, cart: str, tender: str, wanted: str = "captured") -> None:
    """Wait until the payment ended so."""
    found = None
    for _ in range(400):
        found = (await program.get(f"/carts/{cart}"))["tenders"][tender]["outcome"]
        if found == wanted:
            return
        await asyncio.sleep(0.02)
    raise AssertionError(f"the payment is {found}, not {wanted}")


async def card(program: Program, cart: str, **fields: Any) -> str:
    told = await program.post(f"/carts/{cart}/cards", fields)
    return told["tender"]["tender_id"]


async def paid_by(program: Program, cart: str, **fields: Any) -> Any:
    return await program.post(f"/carts/{cart}/complete", {"currency": "EUR"} | fields)


async def steps(program: Program) -> list[Any]:
    events = await written(program)
    return [(e["type"], e.get("outcome")) for e in events if e["type"].startswith("tender")]


async def test_a_card_pays_and_the_page_says_no_tenders(program: Program) -> None:
    cart = await program.cart()
    await outcome(program, cart, await card(program, cart))
    sold = await paid_by(program, cart, cash_given_minor=0)
    assert sold["tenders"] == [{"kind": "card", "amount_minor": 398}]
    assert (sold["change_minor"], sold["total_minor"]) == (0, 398)
    assert await steps(program) == [("tender_requested", None), ("tender_settled", "captured")]


async def test_cash_has_its_change(program: Program) -> None:
    cart = await program.cart()
    sold = await paid_by(program, cart, cash_given_minor=1_000)
    assert sold["tenders"] == [{"kind": "cash", "amount_minor": 398}]
    assert sold["change_minor"] == 602
    event = (await written(program))[-1]
    assert event["tenders"] == sold["tenders"], "the change is no part of what was taken"


async def test_card_voucher_and_cash_together(program: Program) -> None:
    cart = await program.cart()
    await outcome(program, cart, await card(program, cart, amount_minor=100))
    voucher = [{"kind": "voucher", "amount_minor": 200}]
    sold = await paid_by(program, cart, cash_given_minor=100, tenders=voucher)
    kinds = {each["kind"]: each["amount_minor"] for each in sold["tenders"]}
    assert kinds == {"card": 100, "voucher": 200, "cash": 98} and sold["change_minor"] == 2


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"cash_given_minor": 397}, "too_little"),
        ({"cash_given_minor": -1}, "not_in_contract"),
        (
            {"cash_given_minor": 0, "tenders": [{"kind": "voucher", "amount_minor": 399}]},
            "sums_differ",
        ),
        (
            {"cash_given_minor": 398, "tenders": [{"kind": "cash", "amount_minor": 398}]},
            "sums_differ",
        ),
        ({}, "sums_differ"),
    ],
)
async def test_what_does_not_pay_sells_nothing(
    program: Program, fields: dict[str, Any], reason: str
) -> None:
    cart = await program.cart()
    body = {"currency": "EUR"} | fields
    assert await program.refused("POST", f"/carts/{cart}/complete", body) == (422, reason)
    await paid_by(program, cart, cash_given_minor=398)


async def test_a_line_that_the_card_has_paid_for_is_paid_back_in_cash(program: Program) -> None:
    cart = await program.cart()
    await program.post(f"/carts/{cart}/lines", tills.LINE)
    await outcome(program, cart, await card(program, cart))
    await program.post(f"/carts/{cart}/voids", {"line_no": 1})
    sold = await paid_by(program, cart, cash_given_minor=0)
    kinds = {each["kind"]: each["amount_minor"] for each in sold["tenders"]}
    assert kinds == {"card": 796, "cash": -398} and sold["change_minor"] == 398


@pytest.mark.parametrize("amount_minor", [0, -1, 399, 10**12])
async def test_a_card_pays_no_more_than_is_due(program: Program, amount_minor: int) -> None:
    cart = await program.cart()
    body = {"amount_minor": amount_minor}
    assert await program.refused("POST", f"/carts/{cart}/cards", body) == (422, "sums_differ")


async def test_a_till_without_a_terminal_says_so(home: Path) -> None:
    async with tills.running(home) as program:
        await program.open_day()
        cart = await program.cart()
        assert await program.refused("POST", f"/carts/{cart}/cards") == (409, "no_terminal")


async def test_training_asks_no_terminal(home: Path) -> None:
    device = SimulatedTerminal()
    async with till_at(home, device) as program:
        cart = await program.cart(training=True)
        await outcome(program, cart, await card(program, cart))
        await paid_by(program, cart, cash_given_minor=0)
        assert device.payments == {}, "a real card was charged in training"
        assert all(each["training"] for each in await written(program))


async def test_a_declined_card_leaves_the_cart(home: Path) -> None:
    device = SimulatedTerminal(approve=lambda _: False)
    async with till_at(home, device) as program:
        cart = await program.cart()
        await outcome(program, cart, await card(program, cart), "declined")
        sold = await paid_by(program, cart, cash_given_minor=400)
        assert sold["tenders"] == [{"kind": "cash", "amount_minor": 398}]


@pytest.mark.parametrize(
    "losses", [[Loss.REPLY], [Loss.REPLY] * 3, [Loss.REPLY] * 9, [Loss.REPLY, Loss.REQUEST] * 2]
)
async def test_a_lost_reply_is_asked_about_until_it_is_known(
    home: Path, losses: list[Loss]
) -> None:
    left = iter(losses)
    device = SimulatedTerminal(lose=lambda: next(left, Loss.NOTHING))
    async with till_at(home, device) as program:
        cart = await program.cart()
        await outcome(program, cart, await card(program, cart))
        assert len(device.captures) == 1, "the card was charged twice"
        assert (await steps(program))[-1] == ("tender_settled", "captured")


async def test_a_lost_request_is_declined_once_it_cannot_be_alive(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("edge.till.terminals.rule.REQUEST_LIFE_SECONDS", 0.2)
    left = iter([Loss.REQUEST])
    device = SimulatedTerminal(lose=lambda: next(left, Loss.NOTHING))
    async with till_at(home, device) as program:
        cart = await program.cart()
        await outcome(program, cart, await card(program, cart), "declined")
        assert device.captures == []
        await outcome(program, cart, await card(program, cart))
        assert len(device.captures) == 1


async def test_after_a_restart_the_status_is_asked_first(home: Path) -> None:
    deaf = iter([Loss.REPLY] * 500)
    device = SimulatedTerminal(lose=lambda: next(deaf, Loss.NOTHING))
    async with till_at(home, device) as program:
        cart = await program.cart()
        tender = await card(program, cart)
        await outcome(program, cart, tender, "unknown")
        for path, body in (("cards", {}), ("complete", tills.paid(398)), ("abandon", {})):
            assert await program.refused("POST", f"/carts/{cart}/{path}", body) == (
                409,
                "tender_unsettled",
            )
    for _ in deaf:
        pass
    async with till_at(home, device) as program:
        await outcome(program, cart, tender)
        assert len(device.captures) == 1, "the restart charged the card again"
        await paid_by(program, cart, cash_given_minor=0)


async def test_a_terminal_that_is_away_is_asked_again_by_itself(home: Path) -> None:
    first = SimulatedTerminal()
    port = await first.open()
    terms = CheckoutTerms(terminal=f"127.0.0.1:{port}")
    async with tills.running(home, checkout=terms) as program:
        await program.open_day()
        cart = await program.cart()
        await first.close()
        tender = await card(program, cart)
        await outcome(program, cart, tender, "unknown")
        first.payments[tender] = 398  # a person took it there by hand
        await first.open(port=port)
        await outcome(program, cart, tender)
        await first.close()


async def test_the_same_request_asks_the_terminal_once(home: Path) -> None:
    device = SimulatedTerminal()
    async with till_at(home, device) as program:
        cart = await program.cart()
        told = await asyncio.gather(
            *(program.post(f"/carts/{cart}/cards", {}, key="pay") for _ in range(4))
        )
        assert all(each == told[0] for each in told)
        await outcome(program, cart, told[0]["tender"]["tender_id"])
        assert len(device.payments) == 1


async def test_of_two_pages_one_reaches_the_terminal(home: Path) -> None:
    device = SimulatedTerminal()
    async with till_at(home, device) as program:
        cart = await program.cart()
        ends = await asyncio.gather(
            *(program.ask("POST", f"/carts/{cart}/cards", {}) for _ in range(4))
        )
        taken = [told for status, told in ends if status == 201]
        assert len(taken) == 1, "two pages were told that the terminal is asked"
        await outcome(program, cart, taken[0]["tender"]["tender_id"])
        await asyncio.sleep(0.3)
        assert sum(amount for _, amount in device.captures) == 398, "the cart was paid twice"


async def test_a_cart_that_was_suspended_in_doubt_is_settled_when_it_goes_on(home: Path) -> None:
    gate = asyncio.Event()
    device = SimulatedTerminal(lose=lambda: Loss.NOTHING if gate.is_set() else Loss.REPLY)
    async with till_at(home, device) as program:
        cart = await program.cart()
        tender = await card(program, cart)
        await program.post(f"/carts/{cart}/suspend")
        gate.set()
        await asyncio.sleep(0.3)
        await program.post(f"/carts/{cart}/resume")
        await outcome(program, cart, tender)
        assert len(device.captures) == 1


async def test_nobody_settles_by_hand_what_the_till_is_asking_about(home: Path) -> None:
    device = SimulatedTerminal(lose=lambda: Loss.REPLY)
    async with till_at(home, device) as program:
        cart = await program.cart()
        tender = await card(program, cart)
        by_hand = {"tender_id": tender, "outcome": "declined"}
        assert await program.refused("POST", f"/carts/{cart}/settlements", by_hand) == (
            409,
            "tender_unsettled",
        ), "a card that is being charged was called declined"
        await outcome(program, cart, tender, "unknown")
        looked_at = {"tender_id": tender, "outcome": "captured"}
        await program.post(f"/carts/{cart}/settlements", looked_at)
        await paid_by(program, cart, cash_given_minor=0)
