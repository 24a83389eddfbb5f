"""A shop with a stack of its own, furnished from the centre: its goods, and who may sell there."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

import psycopg
from aiohttp import ClientSession, UnixConnector

from local import cashier
from local.cashier import StackCashier
from local.home import StackHome
from tests.acceptance.store_side import StoreSide

SKU = "oolong-tea"
PRICE_MINOR = 450

PATIENCE_SECONDS = 90.0

FURNISH = (
    "INSERT INTO locations (location_id, name, kind, time_zone)"
    " VALUES (%(at)s, 'Köln, Ehrenfeld', 'shop', 'Europe/Berlin') ON CONFLICT DO NOTHING",
    "INSERT INTO products (sku, name, category, unit, price_minor, currency, tax_basis_points)"
    " VALUES (%(sku)s, 'Oolong tea', 'tea', 'each', %(price)s, 'EUR', 700) ON CONFLICT DO NOTHING",
    "INSERT INTO assortment (location_id, sku) VALUES (%(at)s, %(sku)s) ON CONFLICT DO NOTHING",
)

DELIVER = (
    "INSERT INTO stock_movements (movement_id, location_id, sku, quantity, reason)"
    " VALUES ('first-delivery', %(at)s, %(sku)s, 100, 'delivery') ON CONFLICT DO NOTHING"
)


@dataclass(frozen=True)
class OwnShop:
    """Where people sell in the store, and who is let in."""

    side: StoreSide
    page: str
    board: str
    centre: str
    cashier: StackCashier


async def furnished(side: StoreSide) -> OwnShop:
    """Tell the centre of the shop, and wait until its first till has heard of all of it."""
    home = StackHome(side.stack.home)
    own = home.store(side.location_id)
    told = {"at": side.location_id, "sku": SKU, "price": PRICE_MINOR}
    status = side.stack.status()
    with psycopg.connect(status["postgres"]) as connection:
        for statement in FURNISH:
            connection.execute(statement.encode(), told)
    with psycopg.connect(side.told["postgres"]) as connection:
        connection.execute(DELIVER, told)
    cashier.let_in(home, side.location_id, own)
    who = cashier.known(own)
    assert who is not None
    till = side.told["tills"][0]
    await _hears(own.folder / "counters" / till["till_id"] / "till", who.card)
    return OwnShop(side, till["page"], side.told["dashboard"], status["dashboard"], who)


async def _hears(till: Path, card: str) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    connector = UnixConnector(str(till / "till.sock"))
    async with ClientSession("http://till", connector=connector) as session:
        while not await _knows(session, card):
            assert time.monotonic() < deadline, "the till is told nothing by its store"


async def _knows(session: ClientSession, card: str) -> bool:
    async with session.post("/till/v1/employees/holder", json={"card": card}) as answer:
        knows_card = "employee_id" in await answer.json()
    async with session.get(f"/till/v1/products/{SKU}") as answer:
        return knows_card and answer.status == 200
