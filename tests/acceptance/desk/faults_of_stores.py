"""A store with a stack of its own: its line, its mirrors, its servers, and what the centre admits.

Each is real, and healed as its runbook entry says.
"""

from __future__ import annotations

import json
import os
import signal
import time
import uuid
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer
from kafka.admin import (
    ACLFilter,
    ACLOperation,
    ACLPermissionType,
    ACLResourcePatternType,
    ResourcePatternFilter,
    ResourceType,
)
from kafka.protocol.admin.client_quotas import AlterClientQuotasRequest
from kafka.structs import TopicPartition

from clients.connect import ConnectAccess
from connectors.connect.rest import Connect
from connectors.mirrormaker.definition import DOWN, UP
from local.home import StackHome
from tests.acceptance.desk.operators import Desk, Fault, beating
from tests.acceptance.desk.prometheus import PATIENCE_SECONDS
from tests.acceptance.store_side import Seller, StoreSide
from tests.links import Link, access, link
from topics.registry import TILL_EVENTS

BROKER = "kafka"
"""The identity of a broker: what these faults do, nobody else may."""

BACKLOG = 6_000
"""Messages; one transaction of the admission moves 2,000."""

BYTES_PER_SECOND = 100_000.0
"""One such transaction takes some seconds, and well less than Kafka gives it up after."""


@dataclass(frozen=True)
class StoreDesk:
    """Operators at a centre with one such store: ``desk`` is theirs at the centre."""

    desk: Desk
    side: StoreSide
    seller: Seller

    def topic(self, what: str) -> str:
        """One that the store writes."""
        return f"up.{self.side.location_id}.{what}"

    def link(self, service: str) -> Link:
        """How a service comes to the store's own Kafka."""
        return link(self.side.told, service)

    def connect(self, mirror: str) -> Connect:
        """A mirror in the store's own Connect, as its operator has it."""
        home = StackHome(self.desk.stack.home).store(self.side.location_id)
        noted = json.loads(home.addresses.read_text())
        tls = access(self.side.told, "operator").tls
        return Connect(ConnectAccess(noted["connect"], tls), mirror)

    def pid(self, name: str) -> int:
        """Of a process in the store."""
        return self.desk.pid(f"{name}@{self.side.location_id}")

    def kill(self, name: str) -> None:
        """End a process in the store and wait until it is there again."""
        self.desk.pid(f"{name}@{self.side.location_id}", after=self._end(name))

    def _end(self, name: str) -> int:
        pid = self.pid(name)
        os.kill(pid, signal.SIGKILL)
        return pid


def heartbeat(location_id: str, sequence: int = 1, till_id: str = "") -> bytes:
    """Of a till that has no journal and no name that anybody knows."""
    now = datetime.now(UTC)
    event = {
        "type": "till_heartbeat",
        "event_id": str(uuid.uuid4()),
        "location_id": location_id,
        "till_id": till_id or f"made-up-{uuid.uuid4().hex[:6]}",
        "epoch": 1,
        "sequence": sequence,
        "occurred_at": now.isoformat(),
        "business_date": now.date().isoformat(),
    }
    return json.dumps(event).encode()


def foreign(at: StoreDesk) -> Fault:
    """A program in the store says something for another location."""
    _say(at.link("client"), at.topic("till-events"), [heartbeat("somewhere-else")])
    yield [("StoreIsRefused", {"reason": "foreign_location"})]


def changed_by_hand(at: StoreDesk) -> Fault:
    """Somebody wants the feed to be faster, and reads what was aborted."""
    connect = at.connect(DOWN)
    connect.put_config({**(connect.config() or {}), "consumer.isolation.level": "read_uncommitted"})
    yield [("MirrorDiffers", {"mirror": DOWN})]
    at.side.run("mirrors", "apply")


def revoked(at: StoreDesk) -> Fault:
    """The centre takes back what the store may write, while it sells."""
    topic, location = at.topic("till-events"), at.side.location_id
    revoke(at.desk.link(BROKER), topic, f"User:store:{location}", ACLOperation.WRITE)
    with beating(at.seller.sell):
        at.desk.prometheus.fires("MirrorDoesNotRun", time.monotonic(), mirror=UP)
    yield [
        ("MirrorIsRestartedOften", {"mirror": UP}),
        ("MirrorFallsBehind", {"mirror": UP}),
        ("MirrorDoesNotRun", {"mirror": UP}),
    ]
    at.desk.run("topics", "sync", "--mirrored", location)


def hanging(at: StoreDesk, name: str, *alerts: str) -> Fault:
    """A server of the store that is there and does not answer."""
    pid = at.pid(name)
    os.kill(pid, signal.SIGSTOP)
    yield [(alert, {}) for alert in alerts]
    at.kill(name)


def purged(at: StoreDesk) -> Fault:
    """Somebody deletes what the mirror, which stands still, has yet to carry."""
    place = TopicPartition(at.topic("reports"), 0)
    at.connect(UP).stop()
    _say(at.link("gateway"), place.topic, [b"{}"] * 5)
    with _admin(at.link(BROKER)) as admin:
        admin.delete_records({place: _end(at.link(BROKER), place)})
    yield [("MirrorSkippedRecords", {"topic": place.topic})]
    at.side.run("mirrors", "apply")


def of_another_time(at: StoreDesk) -> Fault:
    """The log of the reports is made anew, and the mirror's position is not."""
    place = TopicPartition(at.topic("reports"), 0)
    _say(at.link("gateway"), place.topic, [b"{}"] * 5)
    unread = {"mirror": UP, "topic": place.topic}
    at.desk.prometheus.reaches(lambda left: left == 0, "tillstream_mirror_unread_records", **unread)
    at.connect(UP).stop()
    with _admin(at.link(BROKER)) as admin:
        admin.delete_topics([place.topic])
    at.side.run("topics", "sync", "--own", at.side.location_id)
    yield [("MirrorIsAheadOfItsLog", {"topic": place.topic})]
    at.side.run("mirrors", "guard")
    at.kill("connect")
    at.side.run("mirrors", "apply")


def not_admitted(at: StoreDesk) -> Fault:
    """The admission may not write the input any more, and a store says something."""
    rule = TILL_EVENTS.name, "User:service:admission", ACLOperation.WRITE
    revoke(at.desk.link(BROKER), *rule)
    _say(at.desk.link("operator"), at.topic("till-events"), [heartbeat(at.side.location_id)])
    yield [("AdmissionIsAway", {})]
    at.desk.run("topics", "sync")


def flooded(at: StoreDesk) -> Fault:
    """A quota of the cluster holds the admission up, and a day of a store comes at once."""
    till, location_id = f"made-up-{uuid.uuid4().hex[:6]}", at.side.location_id
    _set_quota(at.desk.link(BROKER), "service:admission", remove=False)
    values = [heartbeat(location_id, number + 1, till) for number in range(BACKLOG)]
    _say(at.desk.link("operator"), at.topic("till-events"), values)
    yield [("AdmissionFallsBehind", {})]
    _set_quota(at.desk.link(BROKER), "service:admission", remove=True)


@contextmanager
def busy(at: StoreDesk) -> Iterator[None]:
    """A store sells all the time."""
    with beating(at.seller.sell):
        yield


def _say(there: Link, topic: str, values: Sequence[bytes]) -> None:
    producer = KafkaProducer(**there)
    try:
        for value in values:
            producer.send(topic, value, b"made-up", partition=0)
        producer.flush(timeout=PATIENCE_SECONDS)
    finally:
        producer.close()


@contextmanager
def _admin(there: Link) -> Iterator[Any]:
    untyped: Any = KafkaAdminClient(**there)
    with closing(untyped) as admin:
        yield admin


def revoke(there: Link, topic: str, principal: str, operation: ACLOperation) -> None:
    """Take a right away, as somebody who may do anything."""
    resource = ResourcePatternFilter(ResourceType.TOPIC, topic, ACLResourcePatternType.LITERAL)
    rule = ACLFilter(principal, "*", operation, ACLPermissionType.ALLOW, resource)
    with _admin(there) as admin:
        (answer,) = admin.delete_acls([rule])
    assert answer[1], f"{principal} had no such right on {topic}"


def _end(there: Link, place: TopicPartition) -> int:
    untyped: Any = KafkaConsumer(**there)
    with closing(untyped) as consumer:
        return consumer.end_offsets([place])[place]


def _set_quota(there: Link, user: str, *, remove: bool) -> None:
    Entry: Any = AlterClientQuotasRequest.EntryData
    entity = [Entry.EntityData(entity_type="user", entity_name=user)]
    change = [Entry.OpData(key="producer_byte_rate", value=BYTES_PER_SECOND, remove=remove)]
    request = AlterClientQuotasRequest(
        entries=[Entry(entity=entity, ops=change)], validate_only=False
    )
    with _admin(there) as admin:
        # The client knows the request, but offers no method for it yet.
        manager = vars(admin)["_manager"]
        answer = manager.run(manager.send, request)
    assert all(each.error_code == 0 for each in answer.entries), answer
