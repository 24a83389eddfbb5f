"""Discounts by hand: given with a reason, on a line or the cart, judged, and on the sale."""

from pathlib import Path
from typing import Any

import pytest

from tests.unit.edge.till.employees.crews import (
    ANNA,
    BEN,
    MIA,
    approved,
    bundle,
    events,
    now_by,
    seated,
)
from tests.unit.edge.till.employees.test_limits import over_limit, two_teas
from tests.unit.edge.till.ruled_tills import packed, table_of
from tests.unit.edge.till.tills import Program, paid

DAMAGED = {"reason": "damaged"}


async def give(program: Program, cart: str, **fields: Any) -> Any:
    """What is told of a discount on a cart of two teas, 600."""
    return await program.post(f"{cart}/discounts", DAMAGED | fields)


async def test_a_discount_is_in_what_is_due_in_the_cart_and_in_the_sale(manned: Program) -> None:
    await seated(manned, "mia")
    cart = await two_teas(manned)
    assert (await give(manned, cart, percent=25))["due_minor"] == 450
    told = await give(manned, cart, line_no=1, amount_minor=50)
    assert told["due_minor"] == 400
    assert told["discount"] == {
        "discount_no": 2, "reason": "damaged", "off_minor": 50, "line_no": 1, "counts": True,
    }  # fmt: skip
    shown = await manned.get(cart)
    assert [each["discount_no"] for each in shown["given"]] == [1, 2]
    await manned.post(f"{cart}/complete", paid(400))
    sold = (await events(manned))[-1]
    assert sold["discounts"] == [{"rule": "Discount: damaged", "amount_minor": -200}]


async def test_it_is_taken_back_before_anything_is_paid(manned: Program) -> None:
    await seated(manned, "mia")
    cart = await two_teas(manned)
    await give(manned, cart, percent=50)
    back = f"{cart}/discounts/voids"
    assert (await manned.post(back, {"discount_no": 1}))["due_minor"] == 600
    assert await manned.refused("POST", back, {"discount_no": 1}) == (404, "no_such_discount")
    await give(manned, cart, percent=10)
    tender = {"tender_id": "t", "kind": "card", "amount_minor": 540}
    await manned.post(f"{cart}/tenders", tender)
    for outcome, why in (("unknown", "tender_unsettled"), ("captured", "money_was_taken")):
        await manned.post(f"{cart}/settlements", {"tender_id": "t", "outcome": outcome})
        assert await manned.refused("POST", back, {"discount_no": 2}) == (409, why)
        more = DAMAGED | {"percent": 1}
        assert await manned.refused("POST", f"{cart}/discounts", more) == (409, why)
    steps = [each["detail"]["step"] for each in await events(manned) if each["type"] == "noted"]
    assert steps == ["given", "taken_back", "given"]


async def test_a_line_that_is_voided_takes_its_discount_along(manned: Program) -> None:
    await seated(manned, "mia")
    cart = await two_teas(manned)
    await manned.post(f"{cart}/lines", {"sku": "tea"})
    await give(manned, cart, line_no=1, percent=100)
    told = await manned.post(f"{cart}/voids", {"line_no": 1})
    assert told["due_minor"] == 300
    assert (await manned.get(cart))["given"] == []


async def test_no_cart_comes_to_less_than_nothing(manned: Program) -> None:
    await seated(manned, "mia")
    cart = await two_teas(manned)
    wrong = {"amount_minor": 601}
    assert await manned.refused("POST", f"{cart}/discounts", DAMAGED | wrong) == (
        422, "sums_differ",
    )  # fmt: skip
    await manned.post(f"{cart}/lines", {"sku": "tea"})
    await give(manned, cart, amount_minor=900)
    assert await manned.refused("POST", f"{cart}/discounts", DAMAGED | {"percent": 1}) == (
        422, "sums_differ",
    )  # fmt: skip
    assert (await manned.post(f"{cart}/voids", {"line_no": 1}))["due_minor"] == 0


@pytest.mark.parametrize(
    "wrong",
    [
        {"percent": 10, "amount_minor": 10},
        {},
        {"percent": 0},
        {"percent": 101},
        {"amount_minor": -5},
        {"amount_minor": 5, "reason": ""},
        {"amount_minor": 5, "reason": "  "},
        {"amount_minor": 5, "reason": "off5/off5"},
        {"amount_minor": 5, "reason": "r" * 65},
    ],
)
async def test_what_is_no_discount_is_refused(manned: Program, wrong: dict[str, Any]) -> None:
    await seated(manned, "mia")
    cart = await two_teas(manned)
    status, _ = await manned.refused("POST", f"{cart}/discounts", DAMAGED | wrong)
    assert status == 422
    no_line = DAMAGED | {"percent": 5, "line_no": 9}
    assert await manned.refused("POST", f"{cart}/discounts", no_line) == (404, "no_such_line")


async def test_it_goes_as_far_as_the_limit_with_all_that_were_given_before(
    manned: Program,
) -> None:
    await seated(manned, "anna")
    cart = await two_teas(manned)
    await manned.post(f"{cart}/lines", {"sku": "tea"})
    discounts = f"{cart}/discounts"
    on_line = DAMAGED | {"line_no": 2}
    refused = await over_limit(manned, discounts, on_line | {"amount_minor": 31})
    assert refused == ("discount_percent", 11, 10), "a line is no cheaper than by its price"
    await give(manned, cart, line_no=2, amount_minor=30)
    assert (await over_limit(manned, discounts, DAMAGED | {"percent": 7}))[1] == 11
    await give(manned, cart, percent=6)
    refused = await over_limit(manned, discounts, DAMAGED | {"amount_minor": 20})
    assert refused == ("discount_percent", 12, 10), "it is given bit by bit"
    await manned.post(f"{cart}/complete", paid(816))


async def test_half_a_cent_stops_nobody_who_may(manned: Program) -> None:
    await seated(manned, "anna")
    cart_id = (await manned.post("/carts", {}))["cart_id"]
    await manned.post(f"/carts/{cart_id}/lines", {"sku": "bag", "unit_price_minor": 419})
    told = await give(manned, f"/carts/{cart_id}", percent=10)
    assert told["due_minor"] == 419 - 41


async def test_what_somebody_has_approved_is_not_approved_again_to_pay(manned: Program) -> None:
    await seated(manned, "anna")
    cart = await two_teas(manned)
    headers = await approved(manned, "mia")
    half = DAMAGED | {"percent": 50}
    status, told = await manned.ask("POST", f"{cart}/discounts", half, headers=headers)
    assert status == 201, told
    noted = (await events(manned))[-1]
    assert (noted["cashier_id"], noted["auth"]["approver"]) == ("anna", "mia")
    assert (await over_limit(manned, f"{cart}/discounts", DAMAGED | {"percent": 1}))[1] == 51
    more = paid(299, discounts=[{"rule": "goodwill", "amount_minor": -1}])
    assert (await over_limit(manned, f"{cart}/complete", more))[0] == "discount_percent"
    await manned.post(f"{cart}/complete", paid(300))


async def test_an_approved_amount_is_no_greater_part_of_a_smaller_cart(manned: Program) -> None:
    await seated(manned, "anna")
    cart = await two_teas(manned)
    await manned.post(f"{cart}/lines", {"sku": "tea"})
    await give(manned, cart, amount_minor=90)
    await manned.post(f"{cart}/voids", {"line_no": 1})
    refused = await over_limit(manned, f"{cart}/complete", paid(210))
    assert refused == ("discount_percent", 30, 10)


async def test_an_exclusive_row_of_a_table_joins_none_and_the_greater_one_counts(
    manned: Program, home: Path
) -> None:
    now_by(manned, home, bundle(8, ANNA, BEN, MIA, packed(table_of("off5"))))
    await seated(manned, "mia")
    cart = await two_teas(manned)
    await manned.post(f"{cart}/lines", {"sku": "tea", "quantity": 18})
    told = await give(manned, cart, amount_minor=200)
    assert (told["due_minor"], told["discount"]["counts"]) == (5_700, False)
    displaced = (await manned.get(cart))["displaced"]
    assert [each["rule"] for each in displaced] == ["Discount: damaged"]
    assert (await give(manned, cart, amount_minor=200))["due_minor"] == 5_600
    await manned.post(f"{cart}/complete", paid(5_600))
    sold = (await events(manned))[-1]
    assert sold["discounts"] == [{"rule": "Discount: damaged", "amount_minor": -400}]


async def test_it_is_there_after_the_cart_has_waited_and_no_program_notes_one_itself(
    manned: Program,
) -> None:
    await seated(manned, "mia")
    cart = await two_teas(manned)
    await give(manned, cart, percent=50)
    await manned.post(f"{cart}/suspend")
    assert (await manned.post(f"{cart}/resume"))["due_minor"] == 300
    noted = {"type": "noted", "kind": "discount", "detail": {"step": "given"}}
    assert await manned.refused("POST", "/events", noted) == (422, "not_taken_here")


async def test_a_cart_has_no_end_of_discounts(
    manned: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("edge.till.discounting.GIVEN_MAX", 2)
    await seated(manned, "mia")
    cart = await two_teas(manned)
    for _ in range(2):
        await give(manned, cart, percent=1)
    one_more = DAMAGED | {"percent": 1}
    refused = await manned.refused("POST", f"{cart}/discounts", one_more)
    assert refused == (409, "too_many_discounts")
