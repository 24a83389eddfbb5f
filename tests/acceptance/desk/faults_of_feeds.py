"""What stores of their own are told, and what they make of it. Healed as the runbook says."""

from __future__ import annotations

import json
import os
import signal
import time
import uuid
from contextlib import closing
from typing import Any

from kafka import KafkaConsumer, KafkaProducer
from kafka.admin import ACLOperation
from kafka.structs import TopicPartition

from tests.acceptance.desk.faults_of_stores import BROKER, StoreDesk, revoke
from tests.acceptance.desk.operators import Fault
from tests.acceptance.desk.prometheus import PATIENCE_SECONDS
from tests.acceptance.store_side import eventually

HEAD = b"head"

PRODUCT = (
    "INSERT INTO products (sku, name, category, unit, price_minor, currency, tax_basis_points)"
    " VALUES (%s, 'Tea', 'drinks', 'each', 199, 'EUR', 700)"
)

LISTED = "INSERT INTO assortment (location_id, sku) VALUES (%s, %s)"

ANOTHER_LIST = (
    "WITH list AS (UPDATE device_lists SET number = number + 1 WHERE location_id = %s"
    " RETURNING location_id, number)"
    " UPDATE devices SET list_number = list.number FROM list"
    " WHERE devices.location_id = list.location_id"
)


def news(at: StoreDesk) -> str:
    """Something else that the store sells from now on; what it is called."""
    sku = f"desk-{uuid.uuid4().hex[:6]}"
    at.desk.sql(PRODUCT, sku)
    at.desk.sql(LISTED, at.side.location_id, sku)
    return sku


def behind(at: StoreDesk) -> Fault:
    """The line is cut, and then there is news."""
    at.side.link("cut")
    news(at)
    yield [("StoreIsCutOff", {}), ("StoreIsBehindItsFeed", {})]
    at.side.link("heal")


def told_nothing(at: StoreDesk) -> Fault:
    """Who tells stores may not write to their feeds any more, and there is news."""
    feed = f"down.{at.side.location_id}"
    revoke(at.desk.link(BROKER), feed, "User:service:feeds", ACLOperation.WRITE)
    news(at)
    yield [("StoresAreToldNothing", {})]
    at.desk.run("topics", "sync")


def no_row(at: StoreDesk) -> Fault:
    """Somebody writes what nobody can read where recalls are told."""
    at.desk.intrude("cdc.recalls", "nobody", b"{")
    yield [("RowsTellNoStore", {"topic": "cdc.recalls"})]


def no_lists(at: StoreDesk) -> Fault:
    """The registration hangs, and a list of devices has another number."""
    pid = at.desk.suspend("registration")
    at.desk.by_mistake(ANOTHER_LIST, at.side.location_id)
    yield [("DeviceListsDoNotComeDown", {})]
    os.kill(pid, signal.SIGKILL)
    at.desk.pid("registration", after=pid)


def false_head(at: StoreDesk) -> Fault:
    """Somebody in the store writes a head that no store could have all of."""
    head = _newest_head(at)
    head["rows"] = {**head["rows"], "product": head["rows"].get("product", 0) + 1}
    _intrude(at, HEAD, json.dumps(head).encode())
    told = {"location_id": at.side.location_id}
    yield [("ReplicationDiffers", {}), ("StoreHasSomethingElse", told)]
    news(at)  # whose head is the centre's own


def another_feed(at: StoreDesk) -> Fault:
    """Somebody in the store writes the head of a feed that nobody has begun."""
    _intrude(at, HEAD, json.dumps({**_newest_head(at), "feed": uuid.uuid4().hex}).encode())
    yield [("FeedBeganAnew", {"reason": "another_feed"})]
    news(at)


def spoilt(at: StoreDesk) -> Fault:
    """Somebody in the store writes what is no row, and again once that was seen."""
    counted = "tillstream_replication_records_total"
    for number in (1, 2):
        _intrude(at, b"product/nothing", b"{")
        at.desk.prometheus.reaches(
            lambda now, wanted=number: now >= wanted, counted, outcome="malformed"
        )
    yield [("ReplicationSetsRowsAside", {})]


def _newest_head(at: StoreDesk) -> dict[str, Any]:
    """What the store's feed says that it holds, once there is news."""
    news(at)
    eventually(lambda: _head_now(at), "the feed does not come down")
    return _head_now(at)


def _head_now(at: StoreDesk) -> dict[str, Any]:
    """The same; nothing where nothing has come."""
    place = TopicPartition(f"down.{at.side.location_id}", 0)
    untyped: Any = KafkaConsumer(**at.link("client"), auto_offset_reset="earliest")
    with closing(untyped) as consumer:
        consumer.assign([place])
        end, found = consumer.end_offsets([place])[place], dict[str, Any]()
        deadline = time.monotonic() + PATIENCE_SECONDS
        while consumer.position(place) < end:
            assert time.monotonic() < deadline, "the feed cannot be read"
            for record in consumer.poll(500).get(place, ()):
                found = json.loads(record.value) if record.key == HEAD else found
        return found


def _intrude(at: StoreDesk, key: bytes, value: bytes) -> None:
    """Write into the store's own feed, as its operator."""
    producer = KafkaProducer(**at.link("operator"))
    try:
        sent = producer.send(f"down.{at.side.location_id}", value, key, partition=0)
        sent.get(PATIENCE_SECONDS)
    finally:
        producer.close()
