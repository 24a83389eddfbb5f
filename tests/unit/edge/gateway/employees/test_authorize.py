"""Who is authorized by card and PIN, for what and for how long, and how guessing ends."""

import asyncio
import json
from collections.abc import AsyncIterator
from http import HTTPStatus
from pathlib import Path
from typing import Any

import pytest

from edge.bundle.form import RowKey, canonical_row
from edge.gateway.employees import pins
from edge.gateway.employees.authorizations import GOOD_SECONDS, PER_TILL_MAX
from edge.gateway.employees.pins import LOCKED_SECONDS, WRONG_MAX
from identity.names import TillName
from sealing.cards import card_hash, pin_hash
from tests.unit.edge.gateway.catalog.catalog_doors import CatalogDoor, catalog_door, of
from tests.unit.edge.gateway.stores import LOCATION
from tests.unit.edge.gateway.test_calls import certificate

CARD, PIN = "card-17", "1234"
HASH = card_hash(b"k" * 32, "employee", CARD)
PIN_HASH = pin_hash(CARD, PIN)
"""Made once: it takes some 50 ms."""


def employee(employee_id: str = "e-1", **fields: Any) -> tuple[RowKey, bytes]:
    row = {"employee_id": employee_id, "card_hash": HASH, "pin_hash": PIN_HASH, "role": "cashier"}
    return ("employee", employee_id), canonical_row(
        {**row, "limits": {"refund_minor": 9}, **fields}
    )


@pytest.fixture
async def door(tmp_path: Path) -> AsyncIterator[CatalogDoor]:
    async with catalog_door(tmp_path) as opened:
        await opened.desk.take(of(employee()))
        yield opened


async def shown(door: CatalogDoor, till: bytes | None = None, **fields: Any) -> tuple[int, Any]:
    body = json.dumps({"card_hash": HASH, "card": CARD, "pin": PIN, **fields}).encode()
    reply = await door.request("POST", "/v1/employees/authorize", body, till)
    return reply.status, json.loads(reply.body)


async def asked(door: CatalogDoor, authorization: str, till: bytes | None = None) -> int:
    target = f"/v1/asked?authorization={authorization}"
    return (await door.request("GET", target, b"", till)).status


async def test_card_and_pin_let_somebody_in_for_some_minutes(door: CatalogDoor) -> None:
    status, told = await shown(door)
    assert status == 200
    token = told.pop("authorization")
    assert told == {
        "employee_id": "e-1", "role": "cashier", "limits": {"refund_minor": 9},
        "good_seconds": GOOD_SECONDS, "server_time": "2026-11-29T12:00:00.000Z",
        "catalog_version": door.told[-1],
    }  # fmt: skip
    assert await asked(door, token) == 200
    door.seconds += GOOD_SECONDS - 1
    assert await asked(door, token) == 200
    door.seconds += 1
    assert await asked(door, token) == 403


async def test_an_authorization_is_one_tills_and_no_other_text_is_one(door: CatalogDoor) -> None:
    other = certificate(TillName(LOCATION, "till-9"))
    token = (await shown(door))[1]["authorization"]
    assert await asked(door, token, other) == 403
    for text in ("", token[:-1], token + "x", "%C3%A9", "%00"):
        assert await asked(door, text) == 403, text
    assert (await door.request("GET", "/v1/asked")).status == 403
    own = (await shown(door, other))[1]["authorization"]
    assert await asked(door, own, other) == 200


async def test_who_is_dismissed_may_ask_no_more(door: CatalogDoor) -> None:
    token = (await shown(door))[1]["authorization"]
    await door.desk.take(of())
    assert await asked(door, token) == 403
    status, told = await shown(door)
    assert (status, told["code"], told["catalog_version"]) == (404, 200, door.told[-1])
    await door.desk.take(of(employee("e-2")))
    assert await asked(door, token) == 403, "the card is somebody else's now"


async def test_of_one_till_the_newest_authorizations_are_good(door: CatalogDoor) -> None:
    catalog = door.desk.view
    found = catalog and catalog.employee(HASH)
    assert found
    tokens = [door.authorizations.give("till-3", found).token for _ in range(PER_TILL_MAX + 1)]
    assert len(set(tokens)) == len(tokens)
    till = certificate(TillName(LOCATION, "till-3"))
    assert await asked(door, tokens[0], till) == 403
    assert await asked(door, tokens[1], till) == 200


async def test_wrong_pins_lock_the_card_for_a_while(
    door: CatalogDoor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pins, "_is_right", lambda _, card, pin: pin == PIN)
    for _ in range(WRONG_MAX):
        status, told = await shown(door, pin="9999")
        assert (status, told["code"]) == (403, 200)
    other = certificate(TillName(LOCATION, "till-9"))
    for till in (None, other):
        status, told = await shown(door, till)
        assert (status, told["code"]) == (429, 202), "the right PIN opens a locked card"
    door.seconds += LOCKED_SECONDS + 1
    assert (await shown(door, pin="9999"))[0] == 403
    assert (await shown(door))[0] == 200, "one wrong PIN after the lock locks again"
    for _ in range(WRONG_MAX - 1):
        assert (await shown(door, pin="9999"))[0] == 403
    assert (await shown(door))[0] == 200, "the right PIN did not forgive those before"


async def test_guesses_that_come_together_are_no_more_than_those_one_by_one(
    door: CatalogDoor, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[str] = []

    def is_right(_: object, card: str, pin: str) -> bool:
        tried.append(pin)
        return False

    monkeypatch.setattr(pins, "_is_right", is_right)
    replies = await asyncio.gather(*(shown(door, pin=f"{n:04}") for n in range(40)))
    assert {status for status, _ in replies} == {403, 429}
    assert len(tried) <= WRONG_MAX + pins.AT_ONCE_MAX - 1


@pytest.mark.parametrize(
    "fields",
    [{"card_hash": "x"}, {"card": ""}, {"card": "x" * 65}, {"pin": "12a4"}, {"pin": 1234},
     {"pin": "1" * 13}, {"card": None}],
)  # fmt: skip
async def test_what_is_no_card_is_a_bad_request_and_is_not_repeated(
    door: CatalogDoor, fields: dict[str, Any]
) -> None:
    status, told = await shown(door, **fields)
    assert (status, told["code"]) == (HTTPStatus.BAD_REQUEST, 200)
    assert all(str(each) not in told["detail"] for each in (PIN, "12a4", "1" * 13))
    assert (await door.request("POST", "/v1/employees/authorize", b"[" * 9_999)).status == 400


async def test_a_card_id_that_is_none_and_a_hash_that_is_none_of_ours_let_nobody_in(
    door: CatalogDoor,
) -> None:
    assert (await shown(door, card="käse"))[0] == 403
    await door.desk.take(of(employee(pin_hash="scrypt$1$2$3")))
    assert (await shown(door))[0] == 403
