"""What a till is told of a product over HTTP."""

import json
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from edge.gateway.products import levels
from edge.gateway.products.levels import STALE_AFTER
from tests.unit.edge.bundle.catalogs import HOUR, NOON, offer, price, product
from tests.unit.edge.gateway.catalog.catalog_doors import CatalogDoor, catalog_door, of
from tests.unit.edge.gateway.stores import LOCATION
from tests.unit.edge.gateway.test_calls import device, listed
from topics.wire_derived import WireStockLevel


@pytest.fixture
async def door(tmp_path: Path) -> AsyncIterator[CatalogDoor]:
    async with catalog_door(tmp_path) as opened:
        await opened.desk.take(
            of(
                product("m", style="shirt", size="M", gtin="4006381333931", category="clothes"),
                product("l", style="shirt", size="L", category="clothes"),
                product("tea"),
                price("p", 250, NOON - HOUR, sku="m"),
                price("later", 1, NOON + HOUR, sku="m"),
                offer("o", category="clothes", percent=10, location_id=LOCATION),
            )
        )
        yield opened


def level(location_id: str, sku: str, on_hand: int, version: int = 1) -> WireStockLevel:
    return WireStockLevel(location_id, sku, on_hand, 2, on_hand - 2, version, NOON - HOUR)


async def told(door: CatalogDoor, path: str) -> dict[str, Any]:
    reply = await door.request("GET", f"/v1/products/{path}")
    assert reply.status == 200, reply.body
    return json.loads(reply.body)


async def refused(door: CatalogDoor, path: str) -> tuple[int, int]:
    reply = await door.request("GET", f"/v1/products/{path}")
    return reply.status, json.loads(reply.body)["code"]


async def test_a_product_is_told_with_all_that_is_asked_of_it(door: CatalogDoor) -> None:
    door.levels.hear(level(LOCATION, "m", 7))
    door.levels.hear(level(LOCATION, "l", 4))
    door.levels.is_current()
    here = {"in_carts": 2, "as_of": "2026-11-29T11:00:00.000Z", "stale": False}
    found = await told(door, "04006381333931")
    assert found["product"]["sku"] == "m"
    assert found["price"] == {"price_minor": 250, "currency": "EUR", "price_id": "p"}
    assert [each["offer_id"] for each in found["offers"]] == ["o"]
    assert found["stock"] == {"on_hand": 7, "available": 5, **here}
    (variant,) = found["variants"]
    assert variant["product"]["sku"] == "l"
    assert variant["price"] == {"price_minor": 300, "currency": "EUR"}
    assert variant["stock"] == {"on_hand": 4, "available": 2, **here}
    assert found["catalog_version"] == door.told[-1]
    assert "shops" not in found
    assert (await told(door, "m")) == found


async def test_in_all_shops_each_has_its_time_and_says_whether_it_is_stale(
    door: CatalogDoor,
) -> None:
    for shop, on_hand in (("z", 1), (LOCATION, 2), ("a", -3)):
        door.levels.hear(level(shop, "tea", on_hand))
    door.levels.is_current()
    found = await told(door, "tea?all_shops=true")
    assert [(each["location_id"], each["on_hand"]) for each in found["shops"]] == [
        ("a", -3), (LOCATION, 2), ("z", 1),
    ]  # fmt: skip
    assert (found["as_of"], found["stale"]) == ("2026-11-29T12:00:00.000Z", False)
    door.clock = NOON + STALE_AFTER + timedelta(seconds=1)
    found = await told(door, "tea?all_shops=true")
    assert found["stale"] and all(each["stale"] for each in found["shops"])
    assert len(found["shops"]) == 3, "what was last known is told while the centre is away"
    assert found["stock"]["stale"]


async def test_of_what_nobody_has_said_anything_nothing_is_made_up(door: CatalogDoor) -> None:
    door.levels.hear(level(LOCATION, "tea", 5))
    found = await told(door, "tea?all_shops=true")
    assert (found["shops"], found["as_of"], found["stale"]) == ([], None, True)
    assert found["stock"] is None
    door.levels.is_current()
    assert (await told(door, "m?all_shops=true"))["shops"] == []


async def test_levels_never_go_back_and_leave_when_they_are_gone(door: CatalogDoor) -> None:
    for on_hand, version in ((5, 2), (9, 1)):
        door.levels.hear(level(LOCATION, "tea", on_hand, version))
    door.levels.is_current()
    assert (await told(door, "tea"))["stock"]["on_hand"] == 5
    door.levels.gone(LOCATION, "tea")
    door.levels.gone("nowhere", "nothing")
    assert (await told(door, "tea"))["stock"] is None
    assert door.levels.count == 0


async def test_other_shops_levels_leave_room_for_those_here(
    door: CatalogDoor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(levels, "LEVELS_MAX", 2)
    for shop in ("a", "b", "c", LOCATION):
        door.levels.hear(level(shop, "tea", 1))
    door.levels.hear(level("a", "tea", 8, version=2))
    door.levels.is_current()
    found = await told(door, "tea?all_shops=true")
    assert [each["location_id"] for each in found["shops"]] == sorted(["a", "b", LOCATION])
    assert found["shops"][0]["on_hand"] == 8, "what is kept no longer moves"


async def test_what_nobody_knows_is_not_found(door: CatalogDoor) -> None:
    for path in ("coffee", "%00", "%3Cb%3E", "0" * 14, "9" * 5_000):
        assert await refused(door, path) == (404, 200), path
    assert await refused(door, "tea?all_shops=1") == (400, 200)
    assert await refused(door, "a/b") == (404, 200)


async def test_who_is_revoked_and_who_comes_before_the_first_catalog_is_refused(
    door: CatalogDoor, tmp_path: Path
) -> None:
    door.devices.learn(listed(1, device(door.own, "revoked")))
    assert await refused(door, "tea") == (403, 100)
    (tmp_path / "new").mkdir()
    async with catalog_door(tmp_path / "new") as without:
        assert await refused(without, "tea") == (503, 300)
