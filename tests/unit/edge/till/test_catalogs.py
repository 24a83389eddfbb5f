"""A till sells by its catalog, and each cart by the version that it was opened with."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from http import HTTPStatus
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from edge.bundle.form import sha256_of
from edge.bundle.holding import CatalogHolder
from identity.names import StoreName
from tests.gateways import Fleet, SignedGateway, signed_gateway
from tests.unit.edge.bundle.catalogs import product, table, timed, whole
from tests.unit.edge.journal.tills import TILL
from tests.unit.edge.till.tills import Program, enrolled, paid, running

BANANAS = product("plu-4011", name="Bananas", unit="gram", price_minor=199, gtin="4006381333931")


def bundle(version: int, price_minor: int) -> bytes:
    begun = {"valid_from": datetime(2020, 1, 1, tzinfo=UTC), "valid_to": None}
    recall = timed("recall", "r1", sku="milk", lot="L7", reason="glass", **begun)
    rows = (product(price_minor=price_minor), BANANAS, product("milk"), recall)
    return whole(*rows, version=version, location_id=TILL.location_id)


@pytest.fixture
async def gateway(tmp_path: Path) -> AsyncIterator[SignedGateway]:
    """A gateway with no news but what a test puts into `answer_with`."""
    fleet = Fleet(tmp_path)
    async with signed_gateway(fleet, tmp_path, StoreName(TILL.location_id)) as opened:
        opened.answer_with = lambda: web.Response(status=HTTPStatus.SERVICE_UNAVAILABLE)
        enrolled(fleet, tmp_path / "till", opened.address)
        first = bundle(1, 300)
        holder = CatalogHolder(tmp_path / "till" / "catalog", TILL.location_id)
        holder.take_whole(first, sha256_of(first))
        yield opened


@pytest.fixture
async def program(gateway: SignedGateway, tmp_path: Path) -> AsyncIterator[Program]:
    async with running(tmp_path / "till") as opened:
        await opened.open_day()
        yield opened


async def scan(program: Program, cart_id: str, sku: str, **fields: Any) -> Any:
    return await program.post(f"/carts/{cart_id}/lines", {"sku": sku} | fields)


def news(gateway: SignedGateway, content: bytes) -> None:
    """From now on the gateway tells this bundle."""

    def told() -> web.Response:
        if not gateway.took[-1].target.startswith("/v1/bundle"):
            return web.Response(status=HTTPStatus.SERVICE_UNAVAILABLE)
        return web.Response(body=content, headers={"ETag": f'"{sha256_of(content)}"'})

    gateway.answer_with = told


async def held(program: Program, version: int) -> None:
    """Wait until the till has that version."""
    for _ in range(500):
        if (await program.state())["catalog"]["catalog_version"] == version:
            return
        await asyncio.sleep(0.02)
    raise AssertionError(f"version {version} never came: {await program.state()}")


async def test_a_scan_has_the_catalogs_price_unit_and_sku(program: Program) -> None:
    cart_id = (await program.post("/carts"))["cart_id"]
    assert (await scan(program, cart_id, "tea", quantity=3))["line"]["amount_minor"] == 900
    bananas = (await scan(program, cart_id, "4006381333931", quantity=250))["line"]
    assert (bananas["sku"], bananas["unit"], bananas["amount_minor"]) == ("plu-4011", "gram", 50)
    assert (await scan(program, cart_id, "tea", unit_price_minor=1))["line"]["amount_minor"] == 1
    await program.post(f"/carts/{cart_id}/complete", paid(951))
    sold = (await program.get("/events/1/5"))["event"]
    assert (sold["type"], sold["catalog_version"]) == ("cart_completed", 1)


async def test_a_cart_keeps_the_catalog_that_it_was_opened_with(
    program: Program, gateway: SignedGateway
) -> None:
    cart_id = (await program.post("/carts"))["cart_id"]
    await scan(program, cart_id, "tea")
    news(gateway, bundle(2, 350))
    await held(program, 2)
    again = await scan(program, cart_id, "tea")
    assert again["line"]["amount_minor"] == 300, "the price changed in an open cart"
    later = (await program.post("/carts"))["cart_id"]
    assert (await scan(program, later, "tea"))["line"]["amount_minor"] == 350
    events = [(await program.get(f"/events/1/{number}"))["event"] for number in range(1, 6)]
    assert [each["catalog_version"] for each in events] == [1, 1, 1, 2, 2]


async def test_a_bundle_that_is_not_what_it_says_is_not_sold_by(
    program: Program, gateway: SignedGateway
) -> None:
    broken = bundle(2, 350)
    gateway.answer_with = lambda: web.Response(body=broken, headers={"ETag": '"00"'})
    for _ in range(500):
        if "hash" in (await program.state())["catalog"]["fault"]:  # it may have asked before
            break
        await asyncio.sleep(0.02)
    state = (await program.state())["catalog"]
    assert state["catalog_version"] == 1 and "hash" in state["fault"]


async def test_a_table_in_which_something_is_wrong_keeps_no_price_from_the_till(
    program: Program, gateway: SignedGateway
) -> None:
    unsound = table(2, columns=[{"name": "subtotl_minor", "part": "when", "type": "integer"}])
    rows = (product(price_minor=350), unsound)
    news(gateway, whole(*rows, version=2, location_id=TILL.location_id))
    await held(program, 2)
    cart_id = (await program.post("/carts"))["cart_id"]
    assert (await scan(program, cart_id, "tea"))["line"]["amount_minor"] == 350
    (refused,) = (await program.state())["catalog"]["refused_tables"]
    assert (refused["table"], refused["version"]) == ("discounts", 2)
    assert "column subtotl_minor: unknown attribute" in refused["why"]
    name = "tillstream_till_tables_refused"
    for _ in range(500):
        if program.registry.get_sample_value(name):
            break
        await asyncio.sleep(0.02)
    assert program.registry.get_sample_value(name) == 1, "no figure says so"


async def test_what_is_recalled_is_not_sold(program: Program) -> None:
    cart_id = (await program.post("/carts"))["cart_id"]
    path = f"/carts/{cart_id}/lines"
    assert await program.refused("POST", path, {"sku": "milk", "lot": "L7"}) == (409, "recalled")
    await scan(program, cart_id, "milk", lot="L8")


async def test_what_the_catalog_lacks_needs_a_price(program: Program) -> None:
    cart_id = (await program.post("/carts"))["cart_id"]
    path = f"/carts/{cart_id}/lines"
    assert await program.refused("POST", path, {"sku": "unknown"}) == (422, "no_price")
    await scan(program, cart_id, "unknown", unit_price_minor=5)


async def test_a_page_looks_a_product_up_without_a_gateway(program: Program) -> None:
    told = await program.get("/products/04006381333931")
    assert told["product"]["name"] == "Bananas" and told["price"]["price_minor"] == 199
    assert (told["recall"], told["catalog_version"]) == (None, 1)
    assert await program.refused("GET", "/products/nothing") == (404, "no_such_product")
    assert json.dumps(told)


async def test_a_damaged_catalog_stops_no_sale(gateway: SignedGateway, tmp_path: Path) -> None:
    for file in (tmp_path / "till" / "catalog").glob("*.json"):
        file.write_bytes(b"{}")
    async with running(tmp_path / "till") as program:
        await program.open_day()
        assert (await program.state())["catalog"]["catalog_version"] is None
        await program.sell()
