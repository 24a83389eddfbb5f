"""Operators at their desk: a whole stack, a Prometheus that watches it, and what they do there."""

from __future__ import annotations

import os
import re
import signal
import threading
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
from kafka import KafkaProducer

from edge.producer import TillProducer
from local import control
from local.home import StackHome
from tests.acceptance.desk.prometheus import PATIENCE_SECONDS, Prometheus
from tests.acceptance.outside.stack import as_owner
from tests.acceptance.stacks import Stack
from tests.integration.process import HOME
from tests.integration.sink_world import Message, Till, line
from tests.links import Link, access, connect, link
from topics.partitioning import partition_of

Alert = tuple[str, dict[str, str]]
"""Its name, and labels that tell it from others of the name."""

Fault = Generator[list[Alert], None, None]
"""Breaks something, yields the alerts that must fire, then does what their runbook says."""


def now(**shift: float) -> str:
    """This moment as events tell it, moved by ``shift``."""
    return (datetime.now(UTC) + timedelta(**shift)).isoformat()


class Desk:
    """Short words for what operators see and do."""

    def __init__(self, stack: Stack, prometheus: Prometheus, addresses: dict[str, Any]) -> None:
        self.stack = stack
        self.prometheus = prometheus
        self.kafka = access(addresses)
        self._addresses = addresses
        self.postgres: str = addresses["postgres"]
        self.connect = connect(addresses)
        self.board: str = addresses["dashboard"]
        self.store: str = addresses["stores"][0]["location_id"]
        self.relay: str = addresses["stores"][0]["registration"]
        self.authorities: str = addresses["ca_file"]

    def link(self, service: str) -> Link:
        """How ``service`` comes to Kafka, for kafka-python."""
        return link(self._addresses, service)

    def sql(self, statement: str, *values: object) -> list[tuple[Any, ...]]:
        """What the database answers."""
        return _answer(self.postgres, statement, values)

    def as_owner(self, statement: str, *values: object) -> list[tuple[Any, ...]]:
        """What the server answers the database's owner, who is connected to another."""
        return _answer(as_owner(self.postgres, "postgres"), statement, values)

    def by_mistake(self, statement: str, *values: object) -> list[tuple[Any, ...]]:
        """What only the owner of the tables may do, and should not have; what it is answered."""
        return _answer(as_owner(self.postgres), statement, values)

    def open_shop(self, location_id: str) -> None:
        """Register a location."""
        row = (
            "INSERT INTO locations VALUES (%s, 'A shop', 'shop', 'UTC', NULL)"
            " ON CONFLICT DO NOTHING"
        )
        self.sql(row, location_id)

    def from_runbook(self, alert: str) -> list[tuple[Any, ...]]:
        """The answer to the query in the alert's section."""
        rest = (HOME / "docs" / "runbook.md").read_text().split(f"\n### {alert}\n")[1]
        query = re.findall(r"(?:`|```sql\n)(SELECT [^`]*)`", rest.split("\n### ")[0])[0]
        return _answer(as_owner(self.postgres), query, ())

    def say(self, *messages: Message) -> None:
        """Send as a till does."""
        with TillProducer(self.kafka) as producer:
            for _, key, value, _ in messages:
                producer.publish(key, value or b"")
            producer.flush()

    def intrude(self, topic: str, key: str, value: bytes | None) -> None:
        """Write into a topic that is none of the writer's."""
        producer = KafkaProducer(**self.link("operator"))
        try:
            place = partition_of(key.partition("/")[0], len(producer.partitions_for(topic) or ()))
            sent = producer.send(topic, value, key.encode(), partition=place)
            sent.get(PATIENCE_SECONDS)
        finally:
            producer.close()

    def pid(self, name: str, after: int | None = None) -> int:
        """Of a process of the stack, once it runs: another one than ``after``, which has ended."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            noted = control.status(StackHome(self.stack.home)).record
            found = {each.name: each for each in noted.processes}[name] if noted else None
            if found and found.pid not in (None, after) and found.state == "running":
                return found.pid
            assert time.monotonic() < deadline, f"{name} did not come back: {found}"
            time.sleep(0.1)

    def kill(self, name: str) -> int:
        """End a process by force; the pid that it had."""
        pid = self.pid(name)
        os.kill(pid, signal.SIGKILL)
        return pid

    def suspend(self, name: str) -> int:
        """Make a process one that is there and does not answer; its pid."""
        pid = self.pid(name)
        os.kill(pid, signal.SIGSTOP)
        return pid

    def run(self, *arguments: str) -> str:
        """A command of the runbook, which must succeed."""
        done = self.stack.python("tillstream", *arguments)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout


def _answer(dsn: str, statement: str, values: Sequence[object]) -> list[tuple[Any, ...]]:
    with psycopg.connect(dsn, autocommit=True) as connection:
        done = connection.execute(statement.encode(), values or None)
        return done.fetchall() if done.description else []


def suffer(desk: Desk, *faults: Fault) -> set[str]:
    """Let all faults come, see their alerts fire, heal them, see them rest; the alerts' names.

    All come at the same time, and so are they healed.
    """
    began = time.monotonic()
    with ThreadPoolExecutor(len(faults)) as hands:
        begun = [hands.submit(next, fault) for fault in faults]
        try:
            alerts = [alert for each in begun for alert in each.result()]
            for name, labels in alerts:
                desk.prometheus.fires(name, began, **labels)
        finally:
            wait(begun)  # also where Ctrl-C came: what has begun must be healed
            healed = [hands.submit(next, fault, None) for fault in faults]
            for each in healed:
                each.result()
    for name, labels in alerts:
        desk.prometheus.rests(name, **labels)
    return {name for name, _ in alerts}


@contextmanager
def beating(beat: Callable[[], object]) -> Iterator[None]:
    """``beat`` three times a second, for the length of a block."""
    stop = threading.Event()

    def go_on() -> None:
        while not stop.wait(0.3):
            beat()

    thread = threading.Thread(target=go_on)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


@contextmanager
def pulse(desk: Desk, shop: str, **shift: float) -> Iterator[None]:
    """``shop`` sells all the time, by a clock that is off by ``shift``."""
    # An epoch of its own, or a second pulse of a shop would be nothing but duplicates.
    till = Till(shop, f"{shop}-1", epoch=int(time.time()))
    with TillProducer(desk.kafka) as producer:

        def sell() -> None:
            _, key, value, _ = till.sale(line(1, "tea", 1), occurred_at=now(**shift))
            producer.publish(key, value or b"")

        with beating(sell):
            yield
