"""Goods come back by receipt at a till: never more than was bought, nor money than was paid."""

import asyncio
import json
from collections.abc import AsyncIterator
from http import HTTPStatus
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from identity.names import StoreName
from tests.gateways import Fleet, SignedGateway, signed_gateway
from tests.unit.edge.journal.tills import TILL
from tests.unit.edge.till.test_selling import written
from tests.unit.edge.till.tills import Program, enrolled, paid, running


def back(quantity: int, line_no: int = 1, **fields: Any) -> dict[str, Any]:
    lines = [{"line_no": line_no, "quantity": quantity}]
    return {"lines": lines, "restock": True, "cashier_id": "7"} | fields


async def sold(program: Program, **fields: Any) -> str:
    """A receipt of two for 398, and three for 300 less 10."""
    cart = await program.cart(**fields)
    three = {"sku": "tea", "quantity": 3, "unit_price_minor": 100}
    await program.post(f"/carts/{cart}/lines", three)
    sale = paid(688, discounts=[{"rule": "a/1", "amount_minor": -10}])
    return (await program.post(f"/carts/{cart}/complete", sale))["receipt_no"]


async def returned(program: Program, receipt_no: str, body: Any, key: str = "") -> Any:
    return await program.post(f"/receipts/{receipt_no}/returns", body, key)


async def refused(program: Program, receipt_no: str, body: Any) -> Any:
    return await program.refused("POST", f"/receipts/{receipt_no}/returns", body)


async def test_the_paid_share_comes_back_and_no_more_than_was_bought(program: Program) -> None:
    receipt_no = await sold(program)
    told = [await returned(program, receipt_no, back(1, line_no)) for line_no in (1, 1, 2, 2, 2)]
    assert sum(each["refund_minor"] for each in told) == 688, "more or less than was paid"
    assert all(0 <= each["refund_minor"] <= 199 for each in told)
    for line_no in (1, 2, 3):
        assert await refused(program, receipt_no, back(1, line_no)) == (409, "beyond_purchase")
    shown = await program.get(f"/receipts/{receipt_no}")
    assert shown["returned"] == {"1": 2, "2": 3}


async def test_the_event_names_receipt_lines_and_who_verified(program: Program) -> None:
    receipt_no = await sold(program)
    told = await returned(program, receipt_no, back(2))
    event = (await written(program))[-1]
    assert (event["type"], event["receipt_no"]) == ("goods_returned", receipt_no)
    assert event["lines"] == told["lines"]
    assert (event["verified"], told["verified"], event["restock"]) == ("till", "till", True)
    assert event["refund_minor"] == told["refund_minor"] == 392
    assert (await program.get(f"/receipts/{told['return_id']}"))["event"] == event


async def test_of_two_pages_that_take_the_same_back_one_does(program: Program) -> None:
    receipt_no = await sold(program)
    ends = await asyncio.gather(
        *(program.ask("POST", f"/receipts/{receipt_no}/returns", back(2)) for _ in range(4))
    )
    assert sorted(status for status, _ in ends) == [201, 409, 409, 409]


async def test_the_same_request_pays_once(program: Program) -> None:
    receipt_no = await sold(program)
    first, again = [await returned(program, receipt_no, back(1), key="r-1") for _ in range(2)]
    assert first == again
    assert (await program.get(f"/receipts/{receipt_no}"))["returned"]["1"] == 1


async def test_what_came_back_is_known_after_a_restart(home: Path) -> None:
    async with running(home) as program:
        await program.open_day()
        receipt_no = await sold(program)
        await returned(program, receipt_no, back(2))
    async with running(home) as program:
        assert await refused(program, receipt_no, back(1)) == (409, "beyond_purchase")


async def test_training_takes_back_its_own_and_counts_nowhere(program: Program) -> None:
    trained, real = await sold(program, training=True), await sold(program)
    await returned(program, trained, back(2))
    await returned(program, real, back(2, training=True))
    events = [each for each in await written(program) if each["type"] == "goods_returned"]
    assert all(each["training"] for each in events)
    assert (await program.get("/shifts/x"))["returns"] == 0
    await returned(program, real, back(2))


@pytest.mark.parametrize(
    ("body", "found"),
    [
        (back(0), (422, "not_in_contract")),
        (back(-1), (422, "not_in_contract")),
        (back(10**12), (409, "beyond_purchase")),
        (back(1, line_no=9), (409, "beyond_purchase")),
        (back(1) | {"lines": []}, (422, "not_in_contract")),
        (back(1) | {"lines": [{"line_no": 1, "quantity": 1}] * 2}, (422, "not_in_contract")),
        (back(1, refund_minor=10_000), (422, "not_in_contract")),
    ],
)
async def test_what_cannot_come_back_changes_nothing(
    program: Program, body: Any, found: Any
) -> None:
    receipt_no = await sold(program)
    before = (await program.state())["sequence"]
    assert await refused(program, receipt_no, body) == found
    assert (await program.state())["sequence"] == before


async def test_without_an_employee_only_what_was_sold_here_comes_back(program: Program) -> None:
    assert await refused(program, "till-9-1-1", back(1)) == (404, "no_such_receipt")
    told = await returned(program, await sold(program), back(1))
    assert await refused(program, told["return_id"], back(1)) == (404, "no_such_receipt")


@pytest.fixture
async def gateway(tmp_path: Path) -> AsyncIterator[SignedGateway]:
    """A gateway that keeps what is asked for, and is away for all else."""
    fleet = Fleet(tmp_path)
    async with signed_gateway(fleet, tmp_path, StoreName(TILL.location_id)) as opened:
        enrolled(fleet, tmp_path / "till", opened.address)
        opened.answer_with = lambda: _kept(opened)
        yield opened


def _kept(gateway: SignedGateway) -> web.Response:
    seen = gateway.took[-1]
    if "/returns" not in seen.target:
        return web.Response(status=HTTPStatus.SERVICE_UNAVAILABLE)
    asked = json.loads(seen.body)
    lines = [
        each | {"sku": "milk", "unit": "each", "refund_minor": 90 * each["quantity"]}
        for each in asked["lines"]
    ]
    told = {"return_id": asked["return_id"], "receipt_no": "x", "lines": lines}
    return web.json_response(told | {"refund_minor": 180, "reserved_seconds": 900})


@pytest.fixture
async def joined(gateway: SignedGateway, tmp_path: Path) -> AsyncIterator[Program]:
    """A till that has its way to that gateway."""
    async with running(tmp_path / "till") as opened:
        await opened.open_day()
        for _ in range(200):
            if gateway.took:
                break
            await asyncio.sleep(0.02)
        yield opened


async def test_another_tills_receipt_comes_back_as_the_gateway_keeps_it(
    joined: Program, gateway: SignedGateway
) -> None:
    told = await returned(joined, "till-9-1-1", back(2, authorization="a&b"))
    assert (told["refund_minor"], told["verified"]) == (180, "store")
    assert told["lines"][0]["unit_price_minor"] == 90
    (seen,) = [each for each in gateway.took if "/returns" in each.target]
    assert seen.target == "/v1/receipts/till-9-1-1/returns?authorization=a%26b"
    kept = json.loads(seen.body)["return_id"]
    assert kept == told["return_id"], "the gateway keeps them on after they have come back"


async def test_what_the_gateway_keeps_for_others_does_not_come_back(
    joined: Program, gateway: SignedGateway
) -> None:
    receipt_no = await sold(joined)
    before = (await joined.state())["sequence"]
    for status, found in (
        (HTTPStatus.CONFLICT, (409, "beyond_purchase")),
        (HTTPStatus.FORBIDDEN, (403, "not_authorized")),
    ):
        gateway.answer_with = lambda status=status: web.json_response(
            {"code": 200, "detail": "No."}, status=status
        )
        assert await refused(joined, receipt_no, back(1, authorization="a")) == found
    assert (await joined.state())["sequence"] == before


@pytest.mark.parametrize(
    ("status", "of_others"),
    [(404, (404, "no_such_receipt")), (500, (502, "gateway_away")), (200, (502, "gateway_away"))],
)
async def test_where_the_gateway_does_not_know_the_till_goes_by_its_own(
    joined: Program, gateway: SignedGateway, status: int, of_others: tuple[int, str]
) -> None:
    receipt_no = await sold(joined)
    gateway.answer_with = lambda: web.Response(status=status, body=b"nonsense")
    told = await returned(joined, receipt_no, back(1, authorization="a"))
    assert told["verified"] == "till"
    assert await refused(joined, "till-9-1-1", back(1, authorization="a")) == of_others


async def test_the_gateway_cannot_give_back_what_this_till_took_back(
    joined: Program, gateway: SignedGateway
) -> None:
    receipt_no = await sold(joined)
    await returned(joined, receipt_no, back(2))
    assert await refused(joined, receipt_no, back(2, authorization="a")) == (
        409,
        "beyond_purchase",
    )


async def test_an_answer_that_was_lost_is_given_again_with_the_gateway_away(
    joined: Program, gateway: SignedGateway
) -> None:
    body = back(2, authorization="a")
    told = await returned(joined, "till-9-1-1", body, key="r-1")
    gateway.answer_with = lambda: web.Response(status=HTTPStatus.SERVICE_UNAVAILABLE)
    assert await returned(joined, "till-9-1-1", body, key="r-1") == told
