"""What a till is told of other stores: fresh, or as the centre said last, with its age."""

import json
import time
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from prometheus_client import CollectorRegistry

from edge.gateway.elsewhere.asking import CentreAnswer, CentreAway
from edge.gateway.elsewhere.kept_answers import KeptAnswers
from edge.gateway.elsewhere.questions import CentreQuestions
from edge.gateway.errors import GatewayUnusable
from edge.gateway.metrics import gateway_metrics
from tests.unit.edge.bundle.catalogs import product
from tests.unit.edge.gateway.catalog.catalog_doors import CatalogDoor, catalog_door, of
from tests.unit.edge.gateway.employees.test_authorize import employee
from tests.unit.edge.gateway.receipts.test_receipt_calls import asked, event, keep, wanted
from tests.unit.edge.gateway.stores import LOCATION

AS_OF = "2026-11-30T09:00:00.000Z"


class SaidCentre:
    """A centre that says what a test put down for a path, or is away."""

    def __init__(self) -> None:
        self.says: dict[str, tuple[int, Any]] = {}
        self.is_away = False
        self.heard: list[tuple[str, str, Any]] = []

    async def ask(self, method: str, path: str, body: bytes | None = None) -> CentreAnswer:
        self.heard.append((method, unquote(path), None if body is None else json.loads(body)))
        if self.is_away:
            raise CentreAway("the line is cut")
        status, said = self.says.get(unquote(path), (404, {"detail": "nothing"}))
        return CentreAnswer(status, said if isinstance(said, bytes) else json.dumps(said).encode())


class World:
    """A gateway's door, and the centre behind it."""

    def __init__(self, door: CatalogDoor, centre: SaidCentre, kept: KeptAnswers) -> None:
        self.door = door
        self.centre = centre
        self.kept = kept

    async def shops(self) -> Any:
        reply = await self.door.request("GET", "/v1/products/tea?all_shops=true")
        assert reply.status == 200, reply.body
        return json.loads(reply.body)


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    centre = SaidCentre()
    with closing(KeptAnswers(tmp_path / "elsewhere.sqlite", time.time)) as kept:
        figures = gateway_metrics(CollectorRegistry())
        questions = CentreQuestions(centre, kept, figures.asked_centre)
        async with catalog_door(tmp_path, centre=questions) as door:
            await door.desk.take(of(product("tea"), employee()))
            yield World(door, centre, kept)


def stock(*shops: tuple[str, int]) -> tuple[int, Any]:
    level = {"in_carts": 0, "as_of": AS_OF, "heard_at": AS_OF}
    told = [
        {"location_id": where, "on_hand": number, "available": number, **level}
        for where, number in shops
    ]
    return 200, {"sku": "tea", "as_of": AS_OF, "shops": told}


def sold(location_id: str, returned: int = 0) -> dict[str, Any]:
    return event(location_id=location_id, occurred_at=AS_OF) | {"returned": {"1": returned}}


def receipts(*sales: dict[str, Any]) -> tuple[int, Any]:
    return 200, {"as_of": AS_OF, "receipts": list(sales)}


async def test_the_last_answer_is_told_with_its_age_while_the_centre_is_away(world: World) -> None:
    world.centre.is_away = True
    never = await world.shops()
    assert (never["shops"], never["as_of"], never["stale"]) == ([], None, True)

    world.centre.is_away = False
    world.centre.says["/v1/stock/tea"] = stock(("shop-b", 4))
    fresh = await world.shops()
    assert [each["on_hand"] for each in fresh["shops"]] == [4] and not fresh["stale"]

    world.centre.is_away = True
    last = await world.shops()
    assert (last["as_of"], last["stale"]) == (AS_OF, True)
    assert last["shops"] == [fresh["shops"][0] | {"stale": True}]


async def test_nobody_asks_the_centre_for_what_the_store_knows(world: World) -> None:
    reply = await world.door.request("GET", "/v1/products/tea")
    assert reply.status == 200 and not world.centre.heard


async def test_an_answer_counts_although_the_disk_takes_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise GatewayUnusable("the disk is full")

    monkeypatch.setattr(world.kept, "keep", full)
    world.centre.says["/v1/stock/tea"] = stock(("shop-b", 4))
    assert [each["location_id"] for each in (await world.shops())["shops"]] == ["shop-b"]


@pytest.mark.parametrize("nonsense", [b"[]", b"\xff", b"[" * 100_000, b'{"as_of": 1}', b""])
async def test_nonsense_is_no_answer_and_takes_no_good_ones_place(
    world: World, nonsense: bytes
) -> None:
    world.centre.says["/v1/stock/tea"] = stock(("shop-b", 4))
    await world.shops()
    world.centre.says["/v1/stock/tea"] = 200, nonsense
    told = await world.shops()
    assert told["stale"] and [each["on_hand"] for each in told["shops"]] == [4]


async def test_a_receipt_of_another_store_is_told_with_its_store_and_its_age(world: World) -> None:
    world.centre.says["/v1/receipts/1-1-1"] = receipts(sold("shop-b", 1))
    status, told = await asked(world.door, "receipts/1-1-1")
    assert status == 200
    assert (told["location_id"], told["returned"]) == ("shop-b", {"1": 1})
    assert (told["as_of"], told["stale"]) == (AS_OF, False)
    world.centre.is_away = True
    status, told = await asked(world.door, "receipts/1-1-1")
    assert status == 200 and told["stale"]
    status, told = await asked(world.door, "receipts/2-2-2")
    assert (status, told["code"]) == (503, 300), "that nobody knows was told as that there is none"


async def test_of_one_receipt_what_came_back_is_the_most_that_either_knows(world: World) -> None:
    keep(world.door.shelf, event())
    world.centre.says["/v1/receipts/1-1-1"] = receipts(sold(LOCATION, 2), sold("shop-b"))
    _, told = await asked(world.door, "receipts/1-1-1")
    assert [(each["location_id"], each["returned"]["1"]) for each in told] == [
        (LOCATION, 2),
        ("shop-b", 0),
    ]


async def test_a_customers_receipts_say_whether_all_stores_were_asked(world: World) -> None:
    keep(world.door.shelf, event(customer_id="c-1"))
    world.centre.says["/v1/customers/c-1/receipts"] = receipts(sold("shop-b"))
    _, told = await asked(world.door, "customers/c-1/receipts")
    assert {each["location_id"] for each in told["receipts"]} == {LOCATION, "shop-b"}
    assert (told["as_of"], told["stale"]) == (AS_OF, False)


async def test_what_this_store_sold_is_refused_without_a_question(world: World) -> None:
    keep(world.door.shelf, event())
    status, _ = await asked(world.door, "receipts/1-1-1/returns", wanted("R-1", 4))
    assert status == 409 and not world.centre.heard


async def test_a_name_that_is_markup_or_a_path_goes_on_as_it_is(world: World) -> None:
    number = "../<b>&1"
    quoted = "%2E%2E%2F%3Cb%3E%261"
    world.centre.says[f"/v1/receipts/{number}"] = receipts(sold("shop-b") | {"receipt_no": number})
    status, told = await asked(world.door, f"receipts/{quoted}")
    assert (status, told["receipt_no"]) == (200, number)
