"""A store's gateway and its own Kafka: catalog, customers, devices and words come by the feed."""

import asyncio
import contextlib
import json
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any

import msgspec
import structlog

from clients.kafka import KafkaAccess
from edge.bundle.form import BundleRows
from edge.gateway.customers.known import HeardCustomers
from edge.gateway.feeds.down_topic import DownTopic, FeedReaders
from edge.gateway.feeds.news import News, NewsKind
from edge.gateway.feeds.status_topic import StatusTopic
from following.outage import Outage
from tests.integration.process import PATIENCE_SECONDS
from tests.integration.replication_world import Feed, make_store_topics
from tests.integration.sink_world import send
from tests.unit.edge.gateway.catalog.catalog_doors import HeardCatalog
from tests.unit.edge.gateway.stores import status
from topics.mirrored import down_topics


class Lamp:
    """Shows whether a service is up."""

    def set(self, value: float) -> None: ...


@dataclass
class FedGateway:
    """Keeps what the feed brings."""

    told: list[tuple[BundleRows, int | None]] = field(
        default_factory=list[tuple[BundleRows, int | None]]
    )
    news: list[News] = field(default_factory=list[News])
    lived: int = 0
    """How often something had just come down."""
    customers: HeardCustomers = field(default_factory=HeardCustomers)
    reports: HeardCatalog = field(default_factory=HeardCatalog)

    async def take(self, rows: BundleRows, version: int | None) -> bool:
        self.told.append((rows, version))
        return True

    def is_current(self) -> None:
        self.lived += 1

    async def hear(self, news: Any) -> None:
        self.news += news

    async def until(self, holds: Callable[[], bool], seconds: float = PATIENCE_SECONDS) -> None:
        ends = time.monotonic() + seconds
        while not holds():
            assert time.monotonic() < ends, f"heard only {self.told[-1:]}, {self.news[-1:]}"
            await asyncio.sleep(0.02)

    def keys(self) -> set[tuple[str, str]]:
        return set(self.told[-1][0]) if self.told else set()

    @property
    def version(self) -> int | None:
        return self.told[-1][1] if self.told else None


@contextlib.asynccontextmanager
async def running(source: DownTopic | StatusTopic) -> AsyncIterator[None]:
    """The source runs for the length of a block."""
    task = asyncio.create_task(source.run())
    try:
        yield
    finally:
        assert not task.done(), "it does not run for ever"
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def outage() -> Outage:
    return Outage("kafka", Lamp(), structlog.get_logger())


def fed(kafka: str, shop: str, gateway: FedGateway) -> DownTopic:
    readers = FeedReaders(
        gateway.take, gateway.customers, gateway.hear, gateway.reports, gateway.is_current
    )
    return DownTopic(KafkaAccess(kafka), shop, readers, outage())


async def test_what_the_store_sells_by_is_called_by_the_version_of_its_newest_row(
    kafka: str, shop: str
) -> None:
    await make_store_topics(kafka, shop)
    feed, gateway = Feed(shop, version=700), FedGateway()
    async with running(fed(kafka, shop, gateway)):
        await asyncio.sleep(0.5)
        assert gateway.told == [], "a catalog of nothing is told"
        feed.price("p-1", "tea")
        feed.product("tea", name="Tea <script>")
        feed.product("soap")  # which moved here once, and is not sold
        feed.assortment("tea")
        feed.employee("e-1", "a")
        feed.head()
        newest = feed.version
        await feed.send(kafka)
        wanted = {("product", "tea"), ("price", "p-1"), ("employee", "e-1")}
        await gateway.until(lambda: gateway.keys() == wanted)
        assert gateway.version == newest
        feed.row("customer", "c-1", {"customer_id": "c-1", "card_hash": "b" * 64, "sealed": "{}",
                 "consents": '{"news": true}'})  # fmt: skip
        feed.row("device_list", shop, {"location_id": shop, "number": 4})
        feed.head()
        await feed.send(kafka)
        await gateway.until(lambda: bool(gateway.news))
        assert [(each.kind, each.id) for each in gateway.news] == [(NewsKind.DEVICE_LIST, shop)]
        assert json.loads(gateway.news[0].value or b"")["number"] == 4
        known = gateway.customers.find("b" * 64)
        assert known and known.consents == {"news": True}
        assert gateway.version == newest, "customers and devices are no part of the catalog"
        feed.gone("assortment", "tea")
        feed.gone("customer", "c-1")
        feed.head()
        await feed.send(kafka)
        await gateway.until(lambda: gateway.keys() == {("employee", "e-1")})
        assert gateway.version == feed.version - 1
        assert gateway.customers.find("c-1") is None


async def test_a_gateway_that_starts_reads_all_before_it_tells_and_passes_over_what_it_knows_not(
    kafka: str, shop: str
) -> None:
    await make_store_topics(kafka, shop)
    feed, gateway = Feed(shop), FedGateway()
    for number in range(1_500):
        feed.product(f"sku-{number}")
        feed.assortment(f"sku-{number}")
    feed.row("loyalty_tier", "gold", {"tier": "gold"})
    feed.product("odd", unit="bushel", name="Nobody may read this")
    feed.assortment("odd")
    feed.records.append(("a key of another form", b"{}"))
    feed.head()
    await feed.send(kafka)
    async with running(fed(kafka, shop, gateway)):
        await gateway.until(lambda: bool(gateway.told))
        assert len(gateway.told[0][0]) == 1_500, "a part of the feed was told"
        assert any("product/odd" in each for each in gateway.reports.troubles)
        assert not any("Nobody" in each for each in gateway.reports.troubles)
        assert not gateway.lived, "what lay there is taken for news of the centre"
        feed.product("sku-1", name="Now")
        feed.head()
        await feed.send(kafka)
        await gateway.until(lambda: gateway.lived > 0)


async def test_another_feed_is_read_anew_and_takes_the_place_of_the_one_before(
    kafka: str, shop: str
) -> None:
    await make_store_topics(kafka, shop)
    old, gateway = Feed(shop, "feed-1", version=900), FedGateway()
    for number in range(20):
        old.product(f"old-{number}")
        old.assortment(f"old-{number}")
    old.head()
    await old.send(kafka)
    async with running(fed(kafka, shop, gateway)):
        await gateway.until(lambda: len(gateway.keys()) == 20)
        new = Feed(shop, "feed-2", version=3)
        new.product("new")
        new.assortment("new")
        new.head()
        await new.send(kafka)
        await gateway.until(lambda: gateway.keys() == {("product", "new")})


async def test_the_centres_words_on_the_stores_tills_come_by_ack(kafka: str, shop: str) -> None:
    await make_store_topics(kafka, shop)
    gateway, ack = FedGateway(), down_topics(shop)[1]
    source = StatusTopic(
        KafkaAccess(kafka), shop, gateway.hear, outage(), is_own=True, current=gateway.is_current
    )
    async with running(source):
        for version in (5, 6):  # the first may have been there before the gateway
            word = status(7, version=version, location_id=shop, till_id="till-9")
            await send(kafka, [(ack, "till-9", msgspec.json.encode(word), 0)])
            await gateway.until(lambda count=version - 4: len(gateway.news) == count)
        assert {each[:2] for each in gateway.news} == {(NewsKind.TILL_STATUS, "till-9")}
        await gateway.until(lambda: gateway.lived > 0)
