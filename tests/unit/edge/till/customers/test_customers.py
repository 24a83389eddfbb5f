"""A customer's card joins a cart, with the name and receipts that the gateway tells; without it
the sale goes on."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from edge.till.customers import looking_up
from edge.till.employees import agreeing
from identity.names import StoreName
from sealing.cards import card_hash
from tests.gateways import Fleet, SignedGateway, signed_gateway
from tests.unit.edge.journal.tills import TILL
from tests.unit.edge.till.employees.crews import (
    ANNA,
    BEN,
    KEY,
    MIA,
    bundle,
    events,
    hold,
    seated,
    sign_in,
    texts,
)
from tests.unit.edge.till.tills import LINE, Program, enrolled, paid, running

CARD = "loyal-0815"
HASHED = card_hash(KEY, "customer", CARD)
CUSTOMER = {"customer_id": "c-17", "consents": {"receipts": True}, "name": "Zoë Müller"}
PAST = {"receipts": [{"receipt_no": "till-3-1-1", "lines": [], "returned": {}}]}
AUTHORIZED = {"authorization": "a+/=&b", "employee_id": "anna"}

Answers = dict[str, tuple[int, Any]]


@pytest.fixture
def answers() -> Answers:
    """What the gateway says, by the begin of what it is asked; the last that fits counts."""
    return {
        "/v1/": (503, {}),
        "/v1/employees/authorize": (200, AUTHORIZED),
        f"/v1/customers/{HASHED}?": (200, CUSTOMER),
        "/v1/customers/c-17?": (200, CUSTOMER),
        "/v1/customers/c-17/receipts?": (200, PAST),
    }


@pytest.fixture
async def gateway(tmp_path: Path, answers: Answers) -> AsyncIterator[SignedGateway]:
    fleet = Fleet(tmp_path)
    async with signed_gateway(fleet, tmp_path, StoreName(TILL.location_id)) as opened:

        def told() -> web.Response:
            asked = opened.took[-1].target
            status, body = [each for begin, each in answers.items() if asked.startswith(begin)][-1]
            return web.json_response(body, status=status)

        opened.answer_with = told
        enrolled(fleet, tmp_path / "till", opened.address)
        hold(tmp_path / "till", bundle(7, ANNA, BEN, MIA))
        yield opened


@pytest.fixture
async def program(gateway: SignedGateway, tmp_path: Path) -> AsyncIterator[Program]:
    async with running(tmp_path / "till") as opened:
        await opened.open_day()
        for _ in range(500):
            if (await opened.state())["catalog"]["fault"]:  # it has asked: there is a way
                break
            await asyncio.sleep(0.01)
        yield opened


async def refusal(program: Program, cart_id: str, body: Mapping[str, Any]) -> tuple[int, str]:
    return await program.refused("POST", f"/carts/{cart_id}/customer-card", body)


async def test_the_gateway_agrees_to_who_signs_in_and_events_say_so(program: Program) -> None:
    _, told = await sign_in(program, "anna")
    assert (told["mode"], told["gateway"]) == ("online", "")
    await program.cart()
    assert (await events(program))[-1]["auth"]["mode"] == "online"
    assert AUTHORIZED["authorization"] not in json.dumps(told)


@pytest.mark.parametrize(
    ("said", "mode"),
    [
        ((403, {}), "offline"),
        ((404, {"catalog_version": 7}), "offline"),
        ((404, []), "offline"),
        ((200, {"authorization": 1}), "offline"),
        ((200, {"authorization": "x", "employee_id": "ben"}), "offline"),
        ((404, {"catalog_version": 8}), None),
    ],
)
async def test_only_a_newer_list_keeps_somebody_out_whom_the_till_knows(
    program: Program, answers: Answers, said: tuple[int, Any], mode: str | None
) -> None:
    answers["/v1/employees/authorize"] = said
    status, told = await sign_in(program, "anna")
    assert told.get("mode") == mode, told
    assert (status, told.get("reason")) == ((200, None) if mode else (404, "unknown_card"))


async def test_a_gateway_that_is_slow_keeps_nobody_waiting(
    program: Program, gateway: SignedGateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(agreeing, "AGREE_SECONDS", 0.0)
    _, told = await sign_in(program, "anna")
    assert told["mode"] == "offline" and "did not answer" in told["gateway"]


async def test_a_card_puts_its_customer_to_the_cart_and_into_the_sale(
    program: Program, tmp_path: Path
) -> None:
    await seated(program, "anna")
    cart_id = await program.cart()
    told = await program.post(f"/carts/{cart_id}/customer-card", {"card": CARD}, "k-1")
    assert (told["customer"], told["receipts"]) == (CUSTOMER, PAST["receipts"])
    assert await program.post(f"/carts/{cart_id}/customer-card", {"card": CARD}, "k-1") == told
    assert (await program.get(f"/carts/{cart_id}"))["customer_id"] == "c-17"
    await program.post(f"/carts/{cart_id}/complete", paid(398))
    assert (await events(program))[-1]["customer_id"] == "c-17"
    kept = texts(tmp_path / "till")
    for secret in (CARD, "Zoë", HASHED, AUTHORIZED["authorization"]):
        assert secret.encode() not in kept, f"{secret} lies on the till's disk"


async def test_a_card_that_bears_the_id_itself_is_known_by_that(
    program: Program, answers: Answers
) -> None:
    answers[f"/v1/customers/{card_hash(KEY, 'customer', 'c-17')}?"] = (404, {})
    await seated(program, "anna")
    cart_id = await program.cart()
    for body in ({"card": "c-17"}, {"customer_id": "c-17"}):
        told = await program.post(f"/carts/{cart_id}/customer-card", body)
        assert told["customer_id"] == "c-17"
    await program.post(f"/carts/{cart_id}/complete", paid(398))
    assert (await events(program))[-1]["customer_id"] == "c-17"


async def test_without_the_gateway_the_sale_goes_on_without_the_customer(
    program: Program, answers: Answers, monkeypatch: pytest.MonkeyPatch
) -> None:
    await seated(program, "anna")
    cart_id = await program.cart()
    card = {"card": CARD}
    for said in ((503, {}), (200, {"customer_id": "a b"}), (200, [])):
        answers[f"/v1/customers/{HASHED}?"] = said
        assert await refusal(program, cart_id, card) == (502, "gateway_away"), said
    answers["/v1/customers/"] = (404, {})
    assert await refusal(program, cart_id, card) == (404, "no_such_customer")
    answers["/v1/customers/"] = (403, {})
    assert await refusal(program, cart_id, card) == (403, "authorization_needed")
    with monkeypatch.context() as patched:
        patched.setattr(looking_up, "ANSWER_SECONDS", 0.0)
        assert await refusal(program, cart_id, card) == (502, "gateway_away")
    await program.post(f"/carts/{cart_id}/complete", paid(398))


async def test_receipts_that_are_not_told_keep_no_customer_away(
    program: Program, answers: Answers
) -> None:
    answers["/v1/customers/c-17/receipts?"] = (503, {})
    await seated(program, "anna")
    told = await program.post(f"/carts/{await program.cart()}/customer-card", {"card": CARD})
    assert told["receipts"] is None and "503" in told["why"]


async def test_a_customer_is_shown_to_who_is_signed_in_and_known_to_the_gateway(
    program: Program, answers: Answers, gateway: SignedGateway
) -> None:
    await seated(program, "anna")
    cart_id = await program.cart()
    answers["/v1/employees/authorize"] = (403, {})
    await seated(program, "ben")
    before = len(gateway.took)
    assert await refusal(program, cart_id, {"card": CARD}) == (403, "authorization_needed")
    await program.post("/employees/sign-out")
    assert await refusal(program, cart_id, {"card": CARD}) == (403, "employee_needed")
    asked = [each.target for each in gateway.took[before:]]
    assert not [each for each in asked if each.startswith("/v1/customers")]


@pytest.mark.parametrize("body", [{}, {"card": CARD, "customer_id": "c"}, {"card": "é"}, []])
async def test_a_body_that_names_nobody_is_refused(program: Program, body: Any) -> None:
    await seated(program, "anna")
    assert await refusal(program, await program.cart(), body) == (422, "not_in_contract")


async def test_a_page_asks_for_receipts_in_the_name_of_who_is_signed_in(
    program: Program, gateway: SignedGateway, answers: Answers
) -> None:
    answers["/v1/receipts/"] = (200, {"receipt_no": "till-3-1-1"})

    async def asked(path: str) -> str:
        async with program.session.get(path) as answer:
            assert answer.status == 200
        return [each.target for each in gateway.took if "/v1/receipts" in each.target][-1]

    path = "/v1/receipts/till-3-1-1"
    assert await asked(path) == path
    await seated(program, "anna")
    assert await asked(path) == f"{path}?authorization=a%2B%2F%3D%26b"
    assert await asked(f"{path}?authorization=own") == f"{path}?authorization=own"


async def test_a_customer_stays_with_a_cart_that_waits(
    gateway: SignedGateway, program: Program
) -> None:
    await seated(program, "anna")
    cart_id = await program.cart()
    await program.post(f"/carts/{cart_id}/customer-card", {"card": CARD})
    await program.post(f"/carts/{cart_id}/lines", LINE)
    assert (await program.get(f"/carts/{cart_id}"))["customer_id"] == "c-17"
    await program.post(f"/carts/{cart_id}/suspend")
    await program.post(f"/carts/{cart_id}/resume")
    assert (await program.get(f"/carts/{cart_id}"))["customer_id"] == "c-17"
