"""A store of the tests: a gateway that knows employees and customers, and tills with pages."""

import json
import time
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, asynccontextmanager, closing, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, cast

from prometheus_client import CollectorRegistry

from edge.bundle.form import RowKey, sha256_of
from edge.bundle.holding import CatalogHolder
from edge.gateway.elsewhere.kept_answers import KeptAnswers
from edge.gateway.elsewhere.questions import AsksCentre, CentreQuestions
from edge.gateway.gateway import Gateway
from edge.gateway.receipts.passing import PassingReceipts
from edge.gateway.served import ServedCall
from edge.problems import Refusal
from edge.till.page.open_pages import OpenPage
from identity.names import TillName
from sealing.cards import card_hash
from tests.gateways import Fleet
from tests.till_pages import KEY, PagedTill, paged, rows
from tests.unit.edge.bundle import catalogs
from tests.unit.edge.journal.tills import TILL
from tests.unit.edge.till.shops import Shop, shop
from tests.unit.edge.till.tills import enrolled, until
from tillstream import gateway_catalog
from tillstream.gateway_catalog import StoreCatalogParts
from tillstream.gateway_store_api import StoreApiParts
from tillstream.settings import load_settings

CUSTOMERS_CARD = "loyal-0815"
CUSTOMER = "c-17"


@dataclass
class PageStore:
    """A store; its gateway goes on where it was after `dark`."""

    folder: Path
    more: tuple[tuple[RowKey, bytes], ...] = ()
    shop: Shop | None = None
    parts: StoreCatalogParts | None = None
    port: int = 0
    stack: AsyncExitStack = field(default_factory=AsyncExitStack)
    centre: AsksCentre | None = None
    """Who says what other stores know; without one nobody is asked."""

    def __post_init__(self) -> None:
        self.fleet = Fleet(self.folder)
        self.rows = [*rows(), *self.more]  # made once: each PIN's hash has a salt of its own

    async def light(self) -> None:
        """The gateway runs."""
        folder = self.folder / "gateway"
        self.shop = await self.stack.enter_async_context(
            shop(self.fleet, folder, self.port, self._calls)
        )
        self.port = self.shop.port
        assert self.parts
        await self.parts.desk.take(dict(self.rows))
        row = {
            "customer_id": CUSTOMER,
            "consents": "{}",
            "card_hash": card_hash(KEY, "customer", CUSTOMERS_CARD),
        }
        self.parts.customers.hear(CUSTOMER, json.dumps(row).encode())

    def _calls(self, gateway: Gateway) -> list[ServedCall]:
        folder = self.folder / "gateway"
        opened = gateway_catalog.opened(gateway, folder, CollectorRegistry(), load_settings())
        self.parts = self.stack.enter_context(opened)
        if self.centre is not None:
            kept = self.stack.enter_context(
                closing(KeptAnswers(folder / "elsewhere.sqlite", time.time))
            )
            questions = CentreQuestions(self.centre, kept, gateway.metrics.asked_centre)
            elsewhere: Any = StoreApiParts(gateway.location_id, cast(Any, self.centre), questions)
            self.parts = replace(self.parts, elsewhere=elsewhere)
        gateway.intake.watchers.append(PassingReceipts(self.parts.shelf).see)
        return list(self.parts.calls())

    async def last_sale(self, till: PagedTill) -> str:
        """The number of a till's last sale, once the gateway has it."""
        receipt_no: str = (await till.sales())[-1]["receipt_no"]

        async def is_there() -> bool:
            assert self.parts
            return bool(self.parts.shelf.sales(receipt_no))

        await until(is_there, "the gateway has not heard of the sale")
        return receipt_no

    async def dark(self) -> None:
        """The gateway is away."""
        assert self.parts
        self.parts.desk.close()
        await self.stack.aclose()
        self.stack = AsyncExitStack()

    @asynccontextmanager
    async def till(self, till_id: str) -> AsyncGenerator[tuple[PagedTill, OpenPage]]:
        """A till at which somebody sells, known to the gateway."""
        async with self.opened(till_id) as till:
            yield till, await till.sign_in()

    @asynccontextmanager
    async def opened(self, till_id: str) -> AsyncGenerator[PagedTill]:
        """A till whose day is open, and at which nobody is."""
        home = self.folder / till_id
        if not home.exists():
            address = f"https://127.0.0.1:{self.port}"
            name = TillName(TILL.location_id, till_id)
            enrolled(self.fleet, home, address, name=name)
            content = catalogs.whole(*self.rows, location_id=TILL.location_id)
            holder = CatalogHolder(home / "catalog", TILL.location_id)
            holder.take_whole(content, sha256_of(content))
        async with paged(home) as opened:
            if self.shop is not None:
                await until(lambda: _has_way(opened), "there is no way to the gateway")
            await opened.open_day()
            yield opened


async def _has_way(till: PagedTill) -> bool:
    with suppress(Refusal):
        return bool(till.premises.way())
    return False


@asynccontextmanager
async def page_store(
    folder: Path, *more: tuple[RowKey, bytes], centre: AsksCentre | None = None
) -> AsyncGenerator[PageStore]:
    """A store whose gateway runs, for the length of a block."""
    store = PageStore(folder, more, centre=centre)
    await store.light()
    try:
        yield store
    finally:
        await store.dark()
