"""Faults of processes and servers. Each is real, and healed as its runbook entry says."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import threading
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from urllib.request import urlopen

import psycopg
from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer
from kafka.protocol.admin.client_quotas import AlterClientQuotasRequest

from connectors.connect.rest import Connect
from connectors.debezium.definition import NAME
from metrics.upkeep import STARTED
from tests.acceptance.desk.boards import one_more_board
from tests.acceptance.desk.operators import Desk, Fault, now
from tests.acceptance.outside.stack import as_owner
from tests.house.checkout import PACKAGES
from tests.integration.process import HOME
from tests.integration.sink_world import Till
from topics.partitioning import partition_of
from topics.registry import INPUTS, PARTITIONS_DEFAULT, TILL_EVENTS

BALLAST_BYTES_MAX = 8 * 1024**3
"""Far more than everything else writes to the disk meanwhile; it is reserved, not written."""

ALL_MAY = "kafka"
"""The broker's own identity: what these faults take, nobody else may do."""

HELD_UP_EVENTS = 6_000

CRASHES_MAX = 8
"""Three within the rule's window are enough. On a slow machine the first has left it by then, and
the board starts faster once the other faults have come."""


def other_version(desk: Desk, folder: Path) -> Fault:
    """A board from a checkout with another edit, as after an upgrade that nobody finished."""
    for package in PACKAGES:
        shutil.copytree(HOME / package, folder / package)
    shutil.copy(HOME / "pyproject.toml", folder)
    (folder / "tillstream" / "__init__.py").write_text('"""Changed."""\n')
    with one_more_board(desk, folder):
        yield [("VersionsDiffer", {})]


def crashes(desk: Desk) -> Fault:
    """A board ends again and again. It is none of the supervisor's, which would wait each time."""
    with one_more_board(desk, HOME) as board:
        labels = {"job": "tillstream-board", "instance": board.address}
        desk.prometheus.reaches(bool, STARTED.name, **labels)
        for _ in range(CRASHES_MAX):
            before = desk.prometheus.value(STARTED.name, **labels)
            board.crash()
            desk.prometheus.reaches(lambda now, old=before: now > old, STARTED.name, **labels)
            if desk.prometheus.firing("ProcessRestartsOften", **labels):
                break
        yield [("ProcessRestartsOften", labels)]


def full_disk(desk: Desk) -> Fault:
    path = desk.stack.home / "ballast"
    with path.open("wb") as file:
        os.posix_fallocate(file.fileno(), 0, ballast_bytes(desk.stack.home))
    yield [("DiskIsNearlyFull", {"volume": "state"})]
    path.unlink()


def ballast_bytes(home: Path) -> int:
    """How much is put on the disk with ``home``."""
    return min(BALLAST_BYTES_MAX, shutil.disk_usage(home).free // 4)


def stopped_connector(desk: Desk) -> Fault:
    Connect(desk.connect, NAME).stop()
    for _ in range(4):
        desk.as_owner("SELECT pg_logical_emit_message(false, 'desk', repeat('x', 16777216))")
    yield [("ConnectorIsDown", {}), ("SlotIsUnread", {}), ("SlotHoldsWal", {})]
    desk.run("connectors", "apply")


def held_up(desk: Desk, shop: str) -> Fault:
    """Somebody writes to the input in a transaction and does not end it; shops go on selling."""
    producer: Any = KafkaProducer(**desk.link(ALL_MAY), transactional_id=f"{shop}-careless")
    producer.init_transactions()
    producer.begin_transaction()
    till, careless = Till(shop, f"{shop}-1"), Till(shop, f"{shop}-2")
    _, key, value, _ = careless.event("till_heartbeat", occurred_at=now())
    number = partition_of(shop, PARTITIONS_DEFAULT)
    producer.send(TILL_EVENTS.name, value, key.encode(), partition=number).get(timeout=30)
    desk.say(*(till.event("till_heartbeat", occurred_at=now()) for _ in range(HELD_UP_EVENTS)))
    yield [("PartitionIsHeldUp", {"partition": str(number)}), ("WorkersFallBehind", {})]
    producer.abort_transaction()
    producer.close()


def closed_database(desk: Desk) -> Fault:
    name = urlsplit(desk.postgres).path.lstrip("/")
    desk.as_owner(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")
    desk.as_owner(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE datname = %s AND pg_has_role(usesysid, 'USAGE')",
        name,
    )
    yield [("DatabaseIsAway", {"job": "tillstream-sink"})]
    desk.as_owner(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")


def locked(desk: Desk) -> Fault:
    session = psycopg.connect(as_owner(desk.postgres))
    try:
        session.execute("LOCK TABLE till_status IN ACCESS EXCLUSIVE MODE")
        desk.prometheus.until(
            lambda: session.info.backend_pid in _blockers(desk),
            "the runbook's query does not name who blocks",
        )
    except BaseException:
        session.close()  # or whatever comes after it would wait for the lock
        raise
    yield [("SinkIsHeldUp", {})]
    desk.as_owner("SELECT pg_terminate_backend(%s)", session.info.backend_pid)
    session.close()


def _blockers(desk: Desk) -> set[int]:
    return {pid for row in desk.from_runbook("SinkIsHeldUp") for pid in row[1]}


def stranger(desk: Desk) -> Fault:
    """Somebody reads with the workers' group id."""
    topics = [spec.name for spec in INPUTS]
    consumer: Any = KafkaConsumer(
        *topics,
        **desk.link("operator"),
        group_id="tillstream",
        client_id="a-stranger",
        enable_auto_commit=False,
    )
    left = threading.Event()

    def read() -> None:
        while not left.is_set():
            consumer.poll(timeout_ms=200)
        consumer.close()

    thread = threading.Thread(target=read)
    thread.start()
    yield [("PartitionsAreUnheld", {})]
    told = json.loads(desk.stack.python("tillstream", "status", "--json").stdout)
    names = [member["name"] for member in told["kafka"]["members"]]
    left.set()
    thread.join()
    assert "a-stranger" in names, f"status names only {names}"


def throttled(desk: Desk, shop: str) -> Fault:
    """A quota of the cluster lets the shop's partition write a byte a second."""
    number = partition_of(shop, PARTITIONS_DEFAULT)
    _set_quota(desk, f"tillstream-{number}", remove=False)
    yield [("PartitionMakesNoProgress", {"partition": str(number)})]
    _set_quota(desk, f"tillstream-{number}", remove=True)
    os.kill(desk.pid("worker-1"), signal.SIGKILL)


def _set_quota(desk: Desk, client_id: str, *, remove: bool) -> None:
    Entry: Any = AlterClientQuotasRequest.EntryData
    entity = [Entry.EntityData(entity_type="client-id", entity_name=client_id)]
    change = [Entry.OpData(key="producer_byte_rate", value=1.0, remove=remove)]
    entries = [Entry(entity=entity, ops=change)]
    request = AlterClientQuotasRequest(entries=entries, validate_only=False)
    admin: Any = KafkaAdminClient(**desk.link(ALL_MAY))
    # The client knows the request, but offers no method for it yet.
    manager = vars(admin)["_manager"]
    answer = manager.run(manager.send, request)
    admin.close()
    assert all(each.error_code == 0 for each in answer.entries), answer


def hanging(desk: Desk, name: str, alert: str, **labels: str) -> Fault:
    """A process that is there and does not answer."""
    pid = desk.suspend(name)
    yield [(alert, labels)]
    os.kill(pid, signal.SIGKILL)
    desk.pid(name)


def viewer(address: str) -> threading.Thread:
    """Somebody who has the board open; it ends with the board's stream."""
    with urlopen(address) as page:
        found = re.search(r"/stream\?viewer=[\w-]+", page.read().decode())
    assert found is not None, "the board's page has no stream"

    def look() -> None:
        try:
            with urlopen(address + found.group(), timeout=120) as stream:
                while stream.readline():
                    pass
        except OSError:
            return

    thread = threading.Thread(target=look, daemon=True)
    thread.start()
    return thread
