"""A till and its store's whole gateway: employees, customers and the screen come through it, and go
on without it."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from prometheus_client import CollectorRegistry

from edge.gateway.catalog.own_rows import CARDS, SCREEN
from edge.gateway.gateway import Gateway
from edge.gateway.served import ServedCall
from sealing.cards import card_hash
from tests.gateways import Fleet
from tests.unit.edge.bundle.catalogs import product
from tests.unit.edge.gateway.receipts.test_receipt_calls import event, keep
from tests.unit.edge.journal.tills import TILL
from tests.unit.edge.till.employees.crews import (
    ANNA,
    BEN,
    KEY,
    PINS,
    employee,
    events,
    seated,
    sign_in,
)
from tests.unit.edge.till.shops import Shop, shop
from tests.unit.edge.till.tills import Program, enrolled, paid, running
from tillstream import gateway_catalog
from tillstream.gateway_catalog import StoreCatalogParts
from tillstream.settings import load_settings

FLEETS = "ab" * 32
"""Of a card, under the fleet's key: what the centre's rows have."""

LOYAL = "loyal-0815"


@dataclass
class Store:
    """A till, and the gateway that tells it of the store."""

    program: Program
    shop: Shop
    parts: StoreCatalogParts
    own: Path

    async def becomes(self, holds: Callable[[], Awaitable[bool]]) -> None:
        for _ in range(500):
            if await holds():
                return
            await asyncio.sleep(0.02)
        raise AssertionError(f"it never came to be so: {await self.program.state()}")

    async def has(self, *crew: Any) -> None:
        """The centre tells of these employees, and the till has heard of it."""
        version = self.parts.desk.catalog and self.parts.desk.catalog.name.catalog_version
        assert await self.parts.own.take(dict((product(price_minor=300), *crew)))
        newest = self.parts.desk.catalog and self.parts.desk.catalog.name.catalog_version
        assert newest != version

        async def is_told() -> bool:
            return (await self.program.state())["catalog"]["catalog_version"] == newest

        await self.becomes(is_told)


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[Store]:
    fleet, own = Fleet(tmp_path), tmp_path / "own"
    own.mkdir()
    cards = {name: card_hash(KEY, "employee", f"card-{name}") for name in PINS}
    (own / CARDS).write_text(json.dumps({"version": 1, "key": KEY.hex(), "cards": cards}))
    made: list[StoreCatalogParts] = []
    with ExitStack() as stack:

        def more(gateway: Gateway) -> tuple[ServedCall, ...]:
            opened = gateway_catalog.opened(gateway, tmp_path, CollectorRegistry(), load_settings())
            made.append(stack.enter_context(opened))
            return tuple(made[-1].calls())

        async with shop(fleet, tmp_path / "gateway", more=more) as opened:
            enrolled(fleet, tmp_path / "till", opened.address)
            async with running(tmp_path / "till") as program:
                await program.open_day()
                found = Store(program, opened, made[-1], own)
                await found.has(employee("anna", card_hash=FLEETS), BEN)
                yield found
                made[-1].desk.close()


async def test_the_list_comes_by_the_gateway_under_the_stores_own_key(store: Store) -> None:
    _, told = await sign_in(store.program, "anna")
    assert (told["mode"], told["gateway"]) == ("online", "")
    await store.program.cart()
    auth = (await events(store.program))[-1]["auth"]
    assert auth["mode"] == "online" and auth["age_seconds"] < 60


async def test_a_customer_is_put_to_a_cart_and_a_return_begins_at_their_receipts(
    store: Store,
) -> None:
    row = {
        "customer_id": "c-17", "card_hash": card_hash(KEY, "customer", LOYAL), "sealed": "{}",
        "consents": '{"receipts": true}',
    }  # fmt: skip
    store.parts.customers.hear("c-17", json.dumps(row).encode())
    bought = event(customer_id="c-17", location_id=TILL.location_id, receipt_no="r-1")
    keep(store.parts.shelf, bought)
    program = store.program
    await seated(program, "anna")
    cart_id = await program.cart()
    told = await program.post(f"/carts/{cart_id}/customer-card", {"card": LOYAL})
    assert told["customer"] == {"customer_id": "c-17", "consents": {"receipts": True}, "name": None}
    assert [each["receipt_no"] for each in told["receipts"]] == ["r-1"]
    wanted = {"return_id": "x", "lines": [{"line_no": 1, "quantity": 1}]}
    async with program.session.post("/v1/receipts/r-1/returns", json=wanted) as answer:
        assert (answer.status, (await answer.json())["refund_minor"]) == (200, 300)
    await program.post(f"/carts/{cart_id}/complete", paid(398))
    assert (await events(program))[-1]["customer_id"] == "c-17"


async def test_a_return_asks_the_store_in_the_name_of_who_is_signed_in(store: Store) -> None:
    sale = event(customer_id="c-17", location_id=TILL.location_id, receipt_no="r-1")
    keep(store.parts.shelf, sale)
    await store.has(employee("anna", "manager"), BEN)
    lines = [{"line_no": 1, "quantity": 1}]
    body = {"lines": lines, "restock": True, "cashier_id": "anna"}
    path = "/receipts/r-1/returns"
    assert await store.program.refused("POST", path, body) == (404, "no_such_receipt")
    await seated(store.program, "anna")
    told = await store.program.post(path, body)
    assert (told["verified"], told["refund_minor"]) == ("store", 300)


async def test_somebody_dismissed_at_the_centre_is_out_at_the_till(store: Store) -> None:
    await seated(store.program, "anna")
    cart_id = await store.program.cart()
    await store.has(BEN)
    path = f"/carts/{cart_id}/complete"
    assert await store.program.refused("POST", path, paid(398)) == (403, "employee_gone")
    assert (await sign_in(store.program, "anna"))[1]["reason"] == "unknown_card"
    await seated(store.program, "ben")
    await store.program.post(path, paid(398))


async def test_the_screens_words_come_to_every_till(store: Store) -> None:
    said = {"announcement_id": "a", "text": "Tea", "valid_from": "2020-01-01T00:00:00Z"}
    (store.own / SCREEN).write_text(json.dumps({"announcements": [said]}))
    await store.has(ANNA, BEN)
    told = await store.program.get("/screen")
    assert told["announcements"] == [{"announcement_id": "a", "text": "Tea"}]
