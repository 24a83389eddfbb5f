"""What a store books and offers goes from its database to its own Kafka, and to its tills."""

import asyncio
import contextlib
import json
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest
import structlog
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import NewTopic

from clients.kafka import KafkaAccess
from clients.postgres import PostgresAccess
from connectors.admission.judging import SentUp, judge
from edge.bundle.form import BundleRows
from edge.gateway.office.offers import OwnOffers
from edge.gateway.office.sending import OfficeOutbox
from following.outage import Outage
from tests.integration.office_world import Office, furnish, lines, rows
from tests.integration.topic_admin import topic_admin
from topics.changes import StockMovement
from topics.mirrored import REPORTS_UP, STOCK_MOVEMENTS_UP, up_topic
from topics.pricing import Offer

pytestmark = pytest.mark.timeout(180)

PATIENCE_SECONDS = 60.0


class Switch:
    """A gauge that nobody reads."""

    def set(self, value: float) -> None:
        self.value = value


class Store:
    """A store with its database, its topics, and who keeps its tills' catalog."""

    def __init__(self, dsn: str, kafka: str, shop: str) -> None:
        self.dsn, self.kafka, self.shop = dsn, kafka, shop
        self.office = Office(dsn)
        self.catalog: list[BundleRows] = []
        self.offers = OwnOffers(self._take, self._take)

    async def _take(self, rows: BundleRows, version: int | None) -> bool:
        self.catalog.append(rows)
        return True

    @contextlib.asynccontextmanager
    async def sending(self) -> AsyncIterator[None]:
        """The gateway's part, for the length of a block."""
        outbox = OfficeOutbox(
            KafkaAccess(self.kafka),
            PostgresAccess(self.dsn),
            self.shop,
            self.offers,
            Outage("office", Switch(), structlog.get_logger()),
        )
        task = asyncio.create_task(outbox.run())
        try:
            yield
        finally:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task

    async def emptied(self) -> None:
        """Until nothing waits any more."""
        ends = time.monotonic() + PATIENCE_SECONDS
        while rows(self.dsn, "SELECT FROM outbox LIMIT 1"):
            assert time.monotonic() < ends, "the outbox stays full"
            await asyncio.sleep(0.05)

    async def told(self, what: str) -> list[Any]:
        """All that a topic has."""
        topic: Any = TopicPartition(up_topic(self.shop, what), 0)
        consumer: Any = AIOKafkaConsumer(bootstrap_servers=self.kafka)
        await consumer.start()
        try:
            consumer.assign([topic])
            await consumer.seek_to_beginning(topic)
            end = (await consumer.end_offsets([topic]))[topic]
            found: list[Any] = []
            while await consumer.position(topic) < end:
                found += (await consumer.getmany(topic, timeout_ms=1000)).get(topic, [])
            return found
        finally:
            await consumer.stop()

    def execute(self, order: str, *values: object) -> None:
        """As the business, or the board's pages, do."""
        with psycopg.connect(self.dsn, autocommit=True) as connection:
            connection.execute(order, values)  # type: ignore[arg-type]

    def offer(self, offer_id: str, percent: int = 20, **valid: datetime) -> None:
        """An offer of the store's own on milk."""
        now = datetime.now(UTC)
        begin, end = valid.get("begin", now), valid.get("end", now + timedelta(days=1))
        self.execute(
            "INSERT INTO offers (offer_id, location_id, sku, percent, valid_from, valid_to) "
            "VALUES (%s, %s, 'milk', %s, %s, %s)",
            *(offer_id, self.shop, percent, begin, end),
        )


@pytest.fixture
async def store(fresh_postgres: str, kafka: str, shop: str) -> Store:
    """A store that has booked something before anybody called it one."""
    furnish(fresh_postgres, shop)
    made = Store(fresh_postgres, kafka, shop)
    await made.office.open("delivery", shop, lines=lines(milk=20, bread=5))
    async with topic_admin(kafka) as admin:
        topics = [up_topic(shop, what) for what in (STOCK_MOVEMENTS_UP, REPORTS_UP)]
        await admin.create_topics([NewTopic(topic, 1, 1) for topic in topics])
    assert rows(fresh_postgres, "SELECT FROM outbox") == []
    made.execute("INSERT INTO stores (location_id, here) VALUES (%s, true)", shop)
    return made


async def test_what_is_booked_goes_up_once_and_as_the_contract_has_it(store: Store) -> None:
    async with store.sending():
        await store.emptied()
        await store.office.open("adjustment", store.shop, why="damaged", lines=lines(milk=2))
        await store.emptied()
    found = await store.told(STOCK_MOVEMENTS_UP)
    assert {each.key for each in found} == {store.shop.encode()}
    movements = [StockMovement.model_validate_json(each.value) for each in found]
    told = [(each.sku, each.quantity, each.reason, each.number) for each in movements]
    assert sorted(told) == sorted(
        (each["sku"], each["quantity"], each["reason"], each["number"])
        for each in rows(store.dsn, "SELECT sku, quantity, reason, number FROM stock_movements")
    )
    assert len(told) == 3


async def test_who_is_killed_before_the_entry_is_gone_says_the_same_again(store: Store) -> None:
    store.execute(
        "CREATE FUNCTION dies() RETURNS trigger LANGUAGE plpgsql AS "
        "'BEGIN RAISE EXCEPTION ''killed''; END'"
    )
    store.execute(
        "CREATE TRIGGER dies BEFORE DELETE ON outbox FOR EACH STATEMENT EXECUTE FUNCTION dies()"
    )
    async with store.sending():
        ends = time.monotonic() + PATIENCE_SECONDS
        while len(await store.told(STOCK_MOVEMENTS_UP)) < 4:
            assert time.monotonic() < ends, "it gives up"
        store.execute("DROP TRIGGER dies ON outbox")
        await store.emptied()
    numbers = [json.loads(each.value)["number"] for each in await store.told(STOCK_MOVEMENTS_UP)]
    assert len(numbers) >= 4
    assert set(numbers) == {1, 2}, "a repeat has another number"


async def test_of_two_gateways_one_sends(store: Store) -> None:
    async with store.sending(), store.sending():
        for number in range(20):
            told = {"code": "milk", "quantity": number + 1}
            await store.office.open("delivery", store.shop, lines=[told])
        await store.emptied()
    told = [json.loads(each.value) for each in await store.told(STOCK_MOVEMENTS_UP)]
    # Who becomes a store begins another origin.
    names = [(each["origin"], each["number"]) for each in told]
    assert len(names) == len(set(names)) == 22


async def test_an_own_offer_is_at_the_tills_within_five_seconds_and_at_the_centre_as_one(
    store: Store,
) -> None:
    product = {("product", "milk"): b"{}", ("offer", "of-the-centre"): b"{}"}
    await store.offers.take(product)
    async with store.sending():
        await store.emptied()
        began = time.monotonic()
        store.offer("o1")
        while ("offer", "o1") not in store.catalog[-1]:
            assert time.monotonic() - began < 5, "the tills do not have it"
            await asyncio.sleep(0.02)
        # The centre sends it down again as it was, and then as it is no more: not here.
        echo = {**product, ("offer", "o1"): b'{"percent":5}'}
        await store.offers.take(echo)
        assert json.loads(store.catalog[-1]["offer", "o1"])["percent"] == 20
        store.execute("UPDATE offers SET percent = 30 WHERE offer_id = 'o1'")
        store.execute("DELETE FROM offers WHERE offer_id = 'o1'")
        while ("offer", "o1") in store.catalog[-1]:
            assert time.monotonic() - began < PATIENCE_SECONDS
            await asyncio.sleep(0.02)
        await store.offers.take(echo)
        assert set(store.catalog[-1]) == product.keys()
        await store.emptied()
    found = await store.told(REPORTS_UP)
    offers = [Offer.model_validate_json(each.value) for each in found]
    assert [(each.percent, each.deleted) for each in offers] == [
        (20, "false"),
        (30, "false"),
        (30, "true"),
    ]
    changed = [each.changed_ms or 0 for each in offers]
    assert changed == sorted(changed)
    for each in found:
        sent = SentUp(
            store.shop, REPORTS_UP, each.topic, 0, each.offset, each.timestamp, each.key,
            each.value, each.headers,
        )  # fmt: skip
        assert judge(sent).topic == "cdc.offers"


async def test_an_offer_beyond_the_centres_limit_is_refused(store: Store) -> None:
    with pytest.raises(psycopg.errors.CheckViolation, match="at the most"):
        store.offer("o2", percent=51)
    assert rows(store.dsn, "SELECT FROM outbox WHERE what = 'offer'") == []
