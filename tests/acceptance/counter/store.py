"""The store of the stack's own till: opened, looked at on the board, and struck by misfortune."""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import time
from collections import Counter
from collections.abc import Generator, Iterable
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import urlencode
from urllib.request import urlopen

import psycopg
from aiohttp import ClientSession, UnixConnector

from local import cashier
from local.home import StackHome
from tests.acceptance.counter.books import Goods
from tests.acceptance.stacks import Stack

PATIENCE_SECONDS = 90.0

SIGNS_IN = re.compile(r"signs in with\s+card\s+([0-9]+)\s+and\s+PIN\s+([0-9]+)")
"""What `tillstream local status` shows people, who alone are told."""

FURNISH = ("simulate", "--events", "2", "--locations", "1", "--rate", "100", "--steady")
"""The simulated company: its catalog, prices, tables and stock, and two events. More would still be
selling where the test looks."""

TABLES = {"id-check", "off5", "scanned-twice", "serial-loyalty", "weight-check"}

STOCKED = """
WITH delivered AS (
    SELECT count(*) AS rows FROM stock_movements
    WHERE location_id = %(at)s AND sku = ANY(%(skus)s)
), ledger AS (
    SELECT count(movement_id) AS rows, sum(quantity) AS quantity FROM stock_ledger
    WHERE location_id = %(at)s AND sku = ANY(%(skus)s)
), level AS (
    SELECT sum(on_hand) AS quantity FROM stock_levels
    WHERE location_id = %(at)s AND sku = ANY(%(skus)s)
)
SELECT delivered.rows = ledger.rows AND ledger.quantity = level.quantity
FROM delivered, ledger, level
"""
"""Whether all that was delivered is on the board."""


@dataclass(frozen=True)
class Store:
    """A store with one till that people sell at."""

    stack: Stack
    location_id: str
    till_id: str
    page: str
    board: str
    card: str
    pin: str

    SUMMED: ClassVar = (
        "receipts", "returns", "units", "weight_grams", "returned_units", "returned_weight_grams",
        "gross_minor", "discount_minor", "refund_minor", "net_sales_minor", "open_carts",
        "discrepancies",
    )  # fmt: skip

    def asked(self, path: str, **wanted: str) -> Any:
        """What the board's API answers."""
        with urlopen(f"{self.board}/api/v1/{path}?{urlencode(wanted)}") as answer:
            return json.load(answer)

    def totals(self, *, of_till: bool) -> Counter[str]:
        """Of the till, or of the whole location, over all days, as the board has them."""
        wanted = {"rows": "tills", "till_id": self.till_id} if of_till else {"rows": "locations"}
        found: Counter[str] = Counter()
        for day in self.asked("totals", location_id=self.location_id, **wanted)["items"]:
            found.update({name: day[name] for name in self.SUMMED})
            found.update(day["tenders"])
        return found

    def on_shelf(self, goods: Iterable[Goods]) -> Counter[str]:
        """On hand by SKU, as the board has it; what lies in carts is nowhere."""
        found: Counter[str] = Counter()
        for each in goods:
            level = self.asked(f"levels/{self.location_id}/{each.sku}")
            found[each.sku] = level["on_hand"]
            found["in_carts"] += level["in_carts"]
        return found

    def process(self, name: str) -> dict[str, Any]:
        """One of the stack's, as status shows it."""
        return next(each for each in self.stack.status()["processes"] if each["name"] == name)

    @property
    def till_process(self) -> str:
        return f"till-{self.till_id}"

    @property
    def gateway_process(self) -> str:
        return f"gateway-{self.location_id}"

    def kill(self, name: str) -> int:
        """End a process by force, as a lost plug does; how often it was started again before."""
        found = self.process(name)
        os.kill(found["pid"], signal.SIGKILL)
        return found["restarts"]

    def comes_back(self, name: str, restarts: int) -> None:
        """Wait until a process that was killed runs again."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while (now := self.process(name))["state"] != "running" or now["restarts"] == restarts:
            assert time.monotonic() < deadline, f"{name} does not come back: {now}"
            time.sleep(0.2)

    @contextmanager
    def plug_pulled(self) -> Generator[None]:
        """The store's server stands still for the length of a block, as README says."""
        pid = self.process(self.gateway_process)["pid"]
        os.kill(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            os.kill(pid, signal.SIGCONT)


def opened(stack: Stack) -> Store:
    """The store once its till knows what it sells, by which tables, and who may.

    The company and its cashier come in as in a stack whose simulated tills sell, which this one
    has not.
    """
    status = stack.status()
    told = status["stores"][0]
    (till,) = told["tills"]
    location_id, till_id = told["location_id"], till["till_id"]
    furnished = stack.python("tillstream", *FURNISH)
    assert furnished.returncode == 0, furnished.stderr
    cashier.let_in(StackHome(stack.home), location_id)
    shown = SIGNS_IN.search(stack.python("tillstream", "local", "status").stdout)
    assert shown, "status shows nobody who may sign in"
    store = Store(stack, location_id, till_id, till["page"], status["dashboard"], *shown.groups())
    asyncio.run(_knows_its_store(door_of(store), store.card))
    return store


def door_of(store: Store) -> Path:
    """The socket at which programs ask the till."""
    return store.stack.home / "counters" / store.till_id / "till" / "till.sock"


async def _knows_its_store(door: Path, card: str) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    async with ClientSession("http://till", connector=UnixConnector(str(door))) as session:
        while lacking := await _lacking(session, card):
            assert time.monotonic() < deadline, f"the till is not told {lacking}"
            await asyncio.sleep(0.5)


async def _lacking(session: ClientSession, card: str) -> str:
    """What the till does not know yet; nothing where it knows all."""
    async with session.post("/till/v1/employees/holder", json={"card": card}) as answer:
        if "employee_id" not in await answer.json():
            return "who may sell"
    async with session.get("/v1/bundle") as answer:
        bundle = await answer.json()
    rows = bundle.get("rows", {})
    if lacking := TABLES - {name.partition("/")[0] for name in rows.get("rule_table", {})}:
        return f"the tables {', '.join(sorted(lacking))}"
    async with session.get("/till/v1/state") as answer:
        has = (await answer.json())["catalog"]["catalog_version"]
    return "" if has == bundle["catalog_version"] else "the newest catalog"


async def goods_of(store: Store, *skus: str) -> list[Goods]:
    """Products as the till's catalog has them, once what was delivered is on the board."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    wanted = {"at": store.location_id, "skus": list(skus)}
    with psycopg.connect(store.stack.status()["postgres"], autocommit=True) as connection:
        while connection.execute(STOCKED, wanted).fetchone() != (True,):
            assert time.monotonic() < deadline, "deliveries do not come to the board"
            await asyncio.sleep(0.5)
    found: list[Goods] = []
    connector = UnixConnector(str(door_of(store)))
    async with ClientSession("http://till", connector=connector) as session:
        for sku in skus:
            async with session.get(f"/till/v1/products/{sku}") as answer:
                told = await answer.json()
            product = told["product"]
            price_minor, is_weighed = told["price"]["price_minor"], product["unit"] == "gram"
            name, gtin = product["name"], product["gtin"]
            found.append(Goods(sku, name, gtin, price_minor, is_weighed))
    return found
