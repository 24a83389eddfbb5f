"""A store's catalog of the centre's topics: all of it at the start, and then each change."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

import structlog
from aiokafka.admin import NewTopic

from clients.kafka import KafkaAccess
from edge.bundle.form import BundleRows
from edge.gateway.catalog.centre_rows import CATALOG_TOPICS
from edge.gateway.feeds.catalog_topics import CatalogTopics
from edge.gateway.feeds.level_topic import LevelTopic
from edge.gateway.feeds.receipt_topic import ReceiptTopic
from edge.gateway.products.levels import HeardLevels
from edge.gateway.receipts.shelf import ReceiptShelf
from following.outage import Outage
from tests.integration.process import PATIENCE_SECONDS
from tests.integration.sink_world import (
    PARTITIONS,
    Message,
    make_topics,
    message,
    send,
    send_one,
    until,
    width,
)
from tests.integration.topic_admin import topic_admin
from tests.unit.edge.gateway.catalog.catalog_doors import HeardCatalog
from topics.partitioning import partition_of
from topics.registry import RECEIPTS


@dataclass
class HeardRows:
    """Keeps what it is told; ``refuses`` so many times before it takes something."""

    told: list[BundleRows] = field(default_factory=list[BundleRows])
    refuses: int = 0

    async def take(self, rows: BundleRows) -> bool:
        self.told.append(rows)
        self.refuses -= 1
        return self.refuses < 0

    async def until(
        self, holds: Callable[[BundleRows], bool], seconds: float = PATIENCE_SECONDS
    ) -> BundleRows:
        ends = time.monotonic() + seconds
        while not self.told or not holds(self.told[-1]):
            assert time.monotonic() < ends, f"heard only {self.told[-1:]}"
            await asyncio.sleep(0.02)
        return self.told[-1]


class Unseen:
    def set(self, value: float) -> None: ...


@contextlib.asynccontextmanager
async def following(kafka: str, shop: str, heard: HeardRows) -> AsyncIterator[HeardCatalog]:
    """The topics are followed for the length of a block."""
    reports = HeardCatalog()
    outage = Outage("kafka", Unseen(), structlog.get_logger())
    source = CatalogTopics(KafkaAccess(kafka), shop, heard.take, reports, outage)
    task = asyncio.create_task(source.run())
    try:
        yield reports
    finally:
        assert not task.done(), "it does not run for ever"
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def make_catalog_topics(kafka: str) -> None:
    async with topic_admin(kafka) as admin:
        names = (*CATALOG_TOPICS, RECEIPTS.name)
        await admin.create_topics([NewTopic(name, PARTITIONS, 1) for name in names])


def product(sku: str, price_minor: int) -> Any:
    row = {
        "sku": sku, "name": "Tea", "category": "drinks", "unit": "each", "currency": "EUR",
        "price_minor": price_minor, "tax_basis_points": 700,
    }  # fmt: skip
    return message("cdc.products", sku, row)


def listed(shop: str, sku: str, deleted: str = "false") -> Any:
    row = {"location_id": shop, "sku": sku, "listed": True, "reorder_point": 1, "order_up_to": 2}
    return message("cdc.assortment", shop, {**row, "__deleted": deleted})


def of_shop(rows: BundleRows, shop: str) -> list[tuple[str, str]]:
    """The keys that a test's own shop has made: other tests' tables are of everybody."""
    return [key for key in rows if shop in key[1]]


async def test_all_that_concerns_the_store_comes_at_once_and_then_each_change(
    kafka: str, shop: str
) -> None:
    await make_catalog_topics(kafka)
    tea, soap = f"{shop}-tea", f"{shop}-soap"
    key = ("product", tea)
    await send(kafka, [product(tea, price) for price in range(1, 300)])
    await send(kafka, [product(soap, 1), listed(shop, tea), message("cdc.products", tea, b"{")])
    heard = HeardRows(refuses=1)
    async with following(kafka, shop, heard) as reports:
        rows = await heard.until(lambda rows: key in rows)
        assert b'"price_minor":299' in rows[key], "something was told that had been overtaken"
        assert of_shop(rows, shop) == [key]
        assert any(each.startswith("cdc.products-") for each in reports.troubles)
        await heard.until(lambda _: len(heard.told) >= 2)
        assert heard.told[0] == heard.told[1], "what was not taken is not told again"
        await send(kafka, [product(tea, 5)])
        await heard.until(lambda rows: b'"price_minor":5,' in rows[key])
        await send(kafka, [listed(shop, soap), listed(shop, tea, "true")])
        await heard.until(lambda rows: of_shop(rows, shop) == [("product", soap)])


async def test_the_levels_of_all_shops_are_heard_and_one_that_is_gone_leaves(
    kafka: str, shop: str
) -> None:
    await make_topics(kafka)
    sku, other = f"{shop}-tea", f"{shop}-other"
    levels = HeardLevels(shop, lambda: datetime.now(UTC))
    refused: list[str] = []
    outage = Outage("kafka", Unseen(), structlog.get_logger())
    source = LevelTopic(KafkaAccess(kafka), levels, lambda *told: refused.append(told[0]), outage)

    async def known(wanted: dict[str, int]) -> None:
        async with asyncio.timeout(PATIENCE_SECONDS):
            while True:
                found = await levels.in_shops(sku)
                if {at: each.on_hand for at, each in found.by_location.items()} == wanted:
                    assert not found.is_stale
                    return
                await asyncio.sleep(0.02)

    bad = message("stock.levels", shop, b"{", f"{shop}/bad")
    await send(kafka, [level(shop, sku, 5, 1), level(shop, sku, 4, 2), level(other, sku, 9, 1)])
    place = f"{bad[0]}-{bad[3]}-{await send_one(kafka, bad)}"
    task = asyncio.create_task(source.run())
    await known({shop: 4, other: 9})
    await until(lambda: place in refused, "what nobody can read is told")
    assert refused.count(place) == 1
    await send(kafka, [message("stock.levels", other, None, f"{other}/{sku}")])
    await known({shop: 4})
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_receipts_of_the_store_are_kept_and_read_on_where_they_were_left(
    kafka: str, shop: str, tmp_path: Path
) -> None:
    await make_catalog_topics(kafka)
    partitions = await width(kafka, RECEIPTS.name)
    own = partition_of(shop, partitions)
    other = next(each for n in count() if partition_of(each := f"{shop}-{n}", partitions) == own)
    path, troubles = tmp_path / "receipts.sqlite", list[str]()

    @contextlib.asynccontextmanager
    async def shelf() -> AsyncIterator[ReceiptShelf]:
        outage = Outage("kafka", Unseen(), structlog.get_logger())
        with contextlib.closing(ReceiptShelf(path)) as opened:
            access, note = KafkaAccess(kafka), lambda *told: troubles.append(told[0])
            task = asyncio.create_task(ReceiptTopic(access, shop, opened, note, outage).run())
            yield opened
            assert not task.done(), "it does not run for ever"
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def until(opened: ReceiptShelf, receipt_no: str) -> None:
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not opened.sales(receipt_no):  # noqa: ASYNC110
                await asyncio.sleep(0.02)

    bad = RECEIPTS.name, f"{shop}/1/1/9", b"{", own
    await send(kafka, [receipt(own, other, 1, "theirs"), bad, receipt(own, shop, 1, "a")])
    async with shelf() as opened:
        await until(opened, "a")
        assert not opened.sales("theirs")
    await send(kafka, [receipt(own, shop, 2, "b")])
    async with shelf() as opened:
        await until(opened, "b")
    assert len(troubles) == 1, "what was read before is read again"


def receipt(partition: int, location_id: str, sequence: int, receipt_no: str) -> Message:
    """A sale, in the partition that its location has: others may have made the topic."""
    row = {
        "type": "cart_completed", "location_id": location_id, "till_id": "1", "epoch": 1,
        "sequence": sequence, "receipt_no": receipt_no, "business_date": "2026-11-29",
        "lines": [], "total_minor": 0,
    }  # fmt: skip
    topic, key, value, _ = message(RECEIPTS.name, location_id, row, f"{location_id}/1/1/{sequence}")
    return topic, key, value, partition


def level(location_id: str, sku: str, on_hand: int, version: int) -> Any:
    row = {
        "location_id": location_id, "sku": sku, "on_hand": on_hand, "in_carts": 0,
        "available": on_hand, "version": version, "as_of": "2026-11-29T12:00:00Z",
    }  # fmt: skip
    return message("stock.levels", location_id, row, f"{location_id}/{sku}")


async def test_a_kafka_that_is_away_is_waited_for(shop: str) -> None:
    heard = HeardRows()
    async with following("127.0.0.1:9", shop, heard):
        await asyncio.sleep(0.3)
    assert heard.told == []
