"""A till that takes cards only has no drawer, whatever call is tried."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.unit.edge.till.tills import Program, paid, running


@pytest.fixture
async def carried(home: Path) -> AsyncIterator[Program]:
    async with running(home, kind="cards_only") as opened:
        await opened.open_day()
        yield opened


async def test_it_sells_by_card_and_takes_nothing_else(carried: Program) -> None:
    cart_id = await carried.cart()
    path = f"/carts/{cart_id}"
    by_card = [{"kind": "card", "amount_minor": 398}]
    mixed = [{"kind": "card", "amount_minor": 400}, {"kind": "cash", "amount_minor": -2}]
    for tenders in (paid(398)["tenders"], mixed, [{"kind": "voucher", "amount_minor": 398}]):
        body = paid(398) | {"tenders": tenders}
        assert await carried.refused("POST", f"{path}/complete", body) == (409, "cards_only")
    asked = {"tender_id": "t", "kind": "cash", "amount_minor": 398}
    assert await carried.refused("POST", f"{path}/tenders", asked) == (409, "cards_only")
    await carried.post(f"{path}/tenders", asked | {"kind": "card"})
    await carried.post(f"{path}/settlements", {"tender_id": "t", "outcome": "captured"})
    await carried.post(f"{path}/complete", paid(398) | {"tenders": by_card})
    assert (await carried.state())["kind"] == "cards_only"


@pytest.mark.parametrize(
    "event",
    [
        {"type": "drawer_opened", "reason": "change", "cashier_id": "7"},
        {"type": "cash_moved", "shift_id": "s", "cashier_id": "7", "amount_minor": 5},
        {"type": "shift_counted", "shift_id": "s", "cashier_id": "7", "counted": {"100": 1}},
        {"type": "shift_opened", "shift_id": "s", "cashier_id": "7", "float_minor": 100},
    ],
)
async def test_it_has_no_drawer(carried: Program, event: dict[str, Any]) -> None:
    assert await carried.refused("POST", "/events", event) == (409, "cards_only")


async def test_a_shift_without_a_drawer_begins_and_ends(carried: Program) -> None:
    shift = {"shift_id": "s", "cashier_id": "7"}
    await carried.post("/events", shift | {"type": "shift_opened", "float_minor": 0})
    await carried.post("/events", shift | {"type": "shift_closed"})


async def test_a_shift_ends_uncounted_where_there_is_nothing_to_count(carried: Program) -> None:
    await carried.post("/shifts", {"cashier_id": "7", "float_minor": 0})
    told = await carried.post("/shifts/close", {"cashier_id": "7"})
    assert (told["expected_minor"], told["over_short_minor"]) == (0, 0)


async def test_goods_that_come_back_are_paid_for_at_a_till_with_a_drawer(carried: Program) -> None:
    line = {
        "line_no": 1, "sku": "tea", "quantity": 1, "unit": "each",
        "unit_price_minor": 300, "amount_minor": 300,
    }  # fmt: skip
    back = {"receipt_no": "1", "lines": [line], "refund_minor": 300, "restock": True}
    assert await carried.refused("POST", "/returns", back) == (409, "cards_only")
    await carried.post("/returns", back | {"refund_minor": 0})


async def test_a_till_at_a_counter_takes_both(program: Program) -> None:
    await program.sell()
    assert (await program.state())["kind"] == "counter"
