"""Payments by a terminal at a till: one in doubt at a time, and what is known stays known."""

from typing import Any

import pytest

from tests.unit.edge.till.tills import Program, paid

TENDER = {"tender_id": "t-1", "kind": "card", "amount_minor": 398}


async def asked_of(program: Program, outcome: str | None = None) -> str:
    """A cart with a payment of 398 that ended so."""
    cart_id = await program.cart()
    await program.post(f"/carts/{cart_id}/tenders", TENDER)
    if outcome is not None:
        await settle(program, cart_id, outcome)
    return cart_id


async def settle(program: Program, cart_id: str, outcome: str) -> Any:
    said = {"tender_id": "t-1", "outcome": outcome}
    return await program.post(f"/carts/{cart_id}/settlements", said)


@pytest.mark.parametrize("outcome", ["captured", "declined"])
@pytest.mark.parametrize("later", ["captured", "declined", "unknown"])
async def test_what_a_terminal_has_said_for_good_stays(
    program: Program, outcome: str, later: str
) -> None:
    cart_id = await asked_of(program, outcome)
    before = (await program.state())["sequence"]
    if later == outcome:
        told = await settle(program, cart_id, later)
        assert told["tender"]["outcome"] == outcome
    else:
        said = {"tender_id": "t-1", "outcome": later}
        assert await program.refused("POST", f"/carts/{cart_id}/settlements", said) == (
            409,
            "tender_settled",
        )
    assert (await program.state())["sequence"] == before, "the journal says it twice"
    assert (await program.get(f"/carts/{cart_id}"))["tenders"]["t-1"]["outcome"] == outcome


@pytest.mark.parametrize("outcome", [None, "unknown"])
async def test_one_payment_of_a_cart_is_in_doubt_at_a_time(
    program: Program, outcome: str | None
) -> None:
    cart_id = await asked_of(program, outcome)
    second = TENDER | {"tender_id": "t-2"}
    assert await program.refused("POST", f"/carts/{cart_id}/tenders", second) == (
        409,
        "tender_unsettled",
    )
    await settle(program, cart_id, "declined")
    await program.post(f"/carts/{cart_id}/tenders", second)


async def test_a_payment_that_ended_is_not_asked_for_again(program: Program) -> None:
    cart_id = await asked_of(program, "declined")
    assert await program.refused("POST", f"/carts/{cart_id}/tenders", TENDER) == (
        409,
        "tender_settled",
    )


async def test_a_cart_that_money_was_taken_for_is_not_abandoned(program: Program) -> None:
    cart_id = await asked_of(program, "captured")
    assert await program.refused("POST", f"/carts/{cart_id}/abandon") == (409, "money_was_taken")
    tenders = [{"kind": "card", "amount_minor": 398}]
    await program.post(f"/carts/{cart_id}/complete", {"currency": "EUR", "tenders": tenders})


async def test_no_answer_before_a_count_says_what_was_sold_in_all(program: Program) -> None:
    cart_id = await program.cart()
    told = [
        await program.post(f"/carts/{cart_id}/complete", paid(398), key="pay"),
        await program.state(),
    ]
    assert not [each for each in told if "grand_total" in str(each)]
