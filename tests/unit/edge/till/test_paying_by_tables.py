"""What a customer pays at a till is what the decision tables leave, whichever way it is paid."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from edge.till.checkout.terms import SIMULATED, CheckoutTerms
from tests.unit.edge.till.ruled_tills import cart_of, catalog, put, scan
from tests.unit.edge.till.test_paying import outcome
from tests.unit.edge.till.tills import Program, running


@pytest.fixture
async def program(home: Path) -> AsyncIterator[Program]:
    put(home, catalog())
    async with running(home, checkout=CheckoutTerms(terminal=SIMULATED)) as opened:
        await opened.open_day()
        yield opened


async def fifty(program: Program, **fields: Any) -> str:
    """A cart of 50.00, of which five percent go off."""
    cart = await cart_of(program, "watch", **fields)
    await scan(program, cart, "tea", quantity=5)
    return cart


async def test_a_card_pays_what_is_due_and_not_what_the_lines_come_to(program: Program) -> None:
    cart = await fifty(program)
    too_much = {"amount_minor": 4_751}
    assert await program.refused("POST", f"/carts/{cart}/cards", too_much) == (422, "sums_differ")
    told = await program.post(f"/carts/{cart}/cards")
    assert told["tender"]["amount_minor"] == 4_750
    await outcome(program, cart, told["tender"]["tender_id"])
    body = {"currency": "EUR", "cash_given_minor": 0}
    sold = await program.post(f"/carts/{cart}/complete", body)
    assert (sold["total_minor"], sold["change_minor"]) == (4_750, 0)


async def test_change_is_told_of_what_is_due(program: Program) -> None:
    cart = await fifty(program)
    body = {"currency": "EUR", "cash_given_minor": 5_000}
    sold = await program.post(f"/carts/{cart}/complete", body)
    assert (sold["change_minor"], sold["tenders"][0]["amount_minor"]) == (250, 4_750)


async def test_each_answer_of_the_field_tells_what_is_due(program: Program) -> None:
    cart = await fifty(program)
    for text, due_minor in (("3*", 4_750), ("tea", 5_605), ("/tea", 5_605), ("+", 5_605)):
        told = await program.post(f"/carts/{cart}/input", {"text": text})
        assert told["due_minor"] == due_minor, text


async def test_a_date_of_birth_settles_what_a_table_asks(program: Program) -> None:
    cart = await cart_of(program, "wine")
    assert await program.refused("POST", f"/carts/{cart}/cards") == (409, "check_open")
    child = {"years": 18, "cashier_id": "7", "born_on": "2020-01-01"}
    await program.post(f"/carts/{cart}/age-checks", child)
    assert await program.refused("POST", f"/carts/{cart}/cards") == (409, "check_open")
    await program.post(f"/carts/{cart}/age-checks", child | {"born_on": "1980-01-01"})
    told = await program.post(f"/carts/{cart}/cards")
    assert told["tender"]["amount_minor"] == 700
