"""A till of the tests with its page: a catalog of its own, a cashier, and no gateway."""

import asyncio
import socket
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

from prometheus_client import CollectorRegistry

from dashboards.board import vendor
from edge.bundle.form import RowKey, canonical_row, sha256_of
from edge.bundle.holding import CatalogHolder
from edge.proxy.metrics import proxy_metrics
from edge.till.carts import TillCart
from edge.till.checkout.terms import CheckoutTerms
from edge.till.clock import TillClock
from edge.till.counter import TillCounter
from edge.till.kinds import TillKind
from edge.till.metrics import till_metrics
from edge.till.page.actions import TillActions
from edge.till.page.drawing import whole
from edge.till.page.open_pages import OpenPage
from edge.till.page.opening import PageTerms, page_open
from edge.till.page.stage import PageStage
from edge.till.premises import TillPremises, TillTerms
from sealing.cards import card_hash, pin_hash
from tests.gateways import Fleet
from tests.unit.edge.bundle import catalogs
from tests.unit.edge.bundle.catalogs import product, timed
from tests.unit.edge.journal.tills import TILL
from tests.unit.edge.till.tills import enrolled

KEY = b"k" * 32
CARD = "card-7"
PIN = "1234"
CASHIER = "anna"

TEA = "4006381333931"
MILK = "96385074"
HOSTILE = "<img src=x onerror=alert(1)> & <b>Söhne</b>"

_EVER = {"valid_from": datetime(2020, 1, 1, tzinfo=UTC), "valid_to": None}


def rows() -> list[tuple[RowKey, bytes]]:
    """What the shop sells, and who in it."""
    employee = {
        "employee_id": CASHIER, "card_hash": card_hash(KEY, "employee", CARD),
        "pin_hash": pin_hash(CARD, PIN), "role": "cashier",
        "limits": {"discount_percent": 20, "refund_minor": 100_000, "drawer": 1},
    }  # fmt: skip
    location = {
        "location_id": TILL.location_id, "name": "Ehrenfeld", "kind": "shop",
        "time_zone": "Europe/Berlin",
    }  # fmt: skip
    shirt = {"style": "shirt", "category": "clothes", "price_minor": 1990, "colour": "blue"}
    offer = {"percent": 10, "category": "clothes", "location_id": TILL.location_id}
    until = {"valid_from": _EVER["valid_from"], "valid_to": datetime(2099, 1, 1, tzinfo=UTC)}
    return [
        product("tea", gtin=TEA),
        product("milk", name="Whole milk 1 l", gtin=MILK, price_minor=119),
        product("plu-4011", name="Bananas", unit="gram", price_minor=199),
        product("odd", name=HOSTILE, price_minor=100),
        product("shirt-s", name="Shirt S", size="S", **shirt),
        product("shirt-m", name="Shirt M", size="M", **shirt),
        product("cheese", name="Cheese", gtin="4012345000009", price_minor=450),
        timed("recall", "r1", sku="cheese", lot="L7", reason="glass in it", **_EVER),
        timed("offer", "o1", **offer, **until),
        (("employee", CASHIER), canonical_row(employee)),
        (("card_key", "store"), canonical_row({"version": 1, "key": KEY.hex()})),
        (("location", TILL.location_id), canonical_row(location)),
    ]


def employee(name: str, pin: str, **fields: Any) -> tuple[RowKey, bytes]:
    """Somebody whose card is ``card-NAME``; a cashier without limits."""
    card = f"card-{name}"
    row = {
        "employee_id": name, "card_hash": card_hash(KEY, "employee", card),
        "pin_hash": pin_hash(card, pin), "role": "cashier", "limits": {},
    }  # fmt: skip
    return ("employee", name), canonical_row(row | fields)


def stocked(folder: Path, *more: tuple[RowKey, bytes]) -> Path:
    """A till's home as an enrolment and a first catalog leave it."""
    home = folder / "till"
    enrolled(Fleet(folder), home)
    content = catalogs.whole(*rows(), *more, location_id=TILL.location_id)
    CatalogHolder(home / "catalog", TILL.location_id).take_whole(content, sha256_of(content))
    return home


@dataclass
class PagedTill:
    """A till that shows its page."""

    address: str
    stage: PageStage
    premises: TillPremises

    @property
    def actions(self) -> TillActions:
        return self.stage.actions

    async def open_day(self) -> None:
        await self.actions.open_day("day", self.actions.today())

    async def cart(self) -> TillCart:
        """The cart that is open."""
        return next(each for each in await self.actions.carts() if each.status == "open")

    async def sign_in(self) -> OpenPage:
        """A page at which the cashier sells, in a day that is open."""
        await self.open_day()
        page, _ = await self.stage.begin()
        await self.press(page, "take-input")
        await self.scan(page, CARD)
        await self.type(page, PIN)
        assert self.stage.scene.cashier_id == CASHIER, self.stage.scene.said
        return page

    async def scan(self, page: OpenPage, *codes: str) -> None:
        for code in codes:
            assert await self.stage.hear(page, str(uuid4()), "scan", code)

    async def type(self, page: OpenPage, text: str) -> None:
        assert await self.stage.hear(page, str(uuid4()), "typed", text)

    async def press(self, page: OpenPage, name: str) -> None:
        assert await self.stage.hear(page, str(uuid4()), "button", name)

    @property
    def said(self) -> str:
        """What the page says last."""
        said = self.stage.scene.said
        return f"{said.text} {said.more}".strip()

    async def seen(self) -> str:
        """All that a page shows, as HTML."""
        _, picture = await self.stage.begin()
        return whole(picture)

    async def sales(self) -> list[Any]:
        """All sales of the first epoch, as the journal has them."""
        return [each for each in await self.events() if each["type"] == "cart_completed"]

    async def events(self) -> list[Any]:
        """All that is in the journal."""
        books = self.premises.books
        assert books is not None
        last = (await self.actions.state())["sequence"]
        return [(await self.actions.event(1, each + 1))["event"] for each in range(last)]


@asynccontextmanager
async def paged(
    home: Path,
    port: int = 0,
    terminal: str = "",
    kind: TillKind = "counter",
    printer: str = "",
) -> AsyncGenerator[PagedTill]:
    """The till of a folder with its page, for the length of a block."""
    registry = CollectorRegistry()
    metrics = till_metrics(registry), proxy_metrics(registry)
    checkout = CheckoutTerms(terminal=terminal, printer=printer)
    terms = TillTerms(home, "test", *metrics, TillClock(), checkout, kind)
    premises = TillPremises(terms)
    counter = TillCounter(premises, lambda _: None)
    with socket.socket() as listening:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(("127.0.0.1", port))
        listening.listen()
        address = f"http://127.0.0.1:{listening.getsockname()[1]}"
        page = PageTerms(listening, vendor.FILES)
        async with premises.open(), page_open(premises, counter, page) as stage:
            await asyncio.sleep(0)
            yield PagedTill(address, stage, premises)
