"""Rules follow what runs: commands given by hand, a rebuild and a shadow, where Kafka asks all.

Everything comes as on a local stack: commands find who they are in what the stack has noted.
"""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from clients import blocking_kafka
from local import kafka_clients, metrics_links
from local.home import StackHome
from operations.kafka.admin import admin
from operations.status.broker import look_live
from operations.topic_sync.access import grant, withdraw
from tests.integration.guarded_broker import PARTITIONS, GuardedBroker, guarded_broker
from tests.integration.process import HOME, PATIENCE_SECONDS, Process
from tests.integration.sink_world import Till, line
from tests.integration.worker_world import eventually
from topics.access import AccessRule
from topics.partitioning import partition_of
from topics.registry import STOCK_LEVELS, TILL_EVENTS

pytestmark = pytest.mark.lonely

SALES = 20
"""Of each till, whenever they sell."""

MOVES = "restart, one at a time: worker-1"
"""A rebuild's word that the new generation is live and the workers of the old one have to move."""


@dataclass
class Shop:
    """A broker with one live worker, and a home in which a stack has noted the operator."""

    broker: GuardedBroker
    tills: list[Till] = field(default_factory=lambda: [Till(f"shop-{n}", "1") for n in range(3)])
    started: int = 0

    @property
    def settings(self) -> dict[str, str]:
        return {"home": str(self.broker.folder), "partitions": str(PARTITIONS)}

    @property
    def environment(self) -> dict[str, str]:
        named = {f"TILLSTREAM_{name.upper()}": value for name, value in self.settings.items()}
        return {**os.environ, **named}

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "tillstream", *arguments],
            cwd=HOME,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=2 * PATIENCE_SECONDS,
        )

    def sell(self) -> None:
        """Some sales of two shops."""
        producer = blocking_kafka.producer(self.broker.access("simulator"))
        try:
            for till in self.tills * SALES:
                topic, key, value, _ = till.sale(line(1, "tea", 2))
                at = partition_of(till.location, PARTITIONS)
                producer.send(topic, value, key.encode(), partition=at)
        finally:
            producer.close()

    def worker(self) -> Process:
        """One that somebody starts by hand."""
        log = self.broker.folder / "worker-1.log"
        return Process(["-m", "tillstream", "worker"], log, self.settings)

    def counted(self, log: Callable[[], str], application_id: str = "tillstream") -> None:
        """Wait until the workers of an application have read what was sold."""
        operator = self.broker.access("operator")

        def is_level() -> bool:
            seen = look_live(operator, application_id, ())
            return bool(seen.partitions) and not any(each.lag_records for each in seen.partitions)

        eventually("the last event", is_level, log)

    def topics(self) -> set[str]:
        """All that operators can see."""
        with admin(self.broker.access("operator")) as client:
            return set(client.list_topics())

    def sync(self, *options: str) -> None:
        """`tillstream topics sync`; with ``--check`` it must find nothing to do."""
        status, output, errors = self.broker.sync(*options)
        assert status == 0, output + errors

    @contextmanager
    def started_command(self, *arguments: str) -> Generator["Command"]:
        self.started += 1
        command = Command(self, arguments, self.broker.folder / f"command-{self.started}.log")
        try:
            yield command
        finally:
            if command.process.poll() is None:
                command.process.send_signal(signal.SIGINT)
                command.process.wait(timeout=PATIENCE_SECONDS)


class Command:
    """A command at work."""

    def __init__(self, shop: Shop, arguments: tuple[str, ...], log: Path) -> None:
        self._log = log
        with log.open("wb") as file:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "tillstream", *arguments],
                cwd=HOME,
                env=shop.environment,
                stdout=subprocess.PIPE,
                stderr=file,
                text=True,
            )

    def said(self) -> str:
        return self._log.read_text()

    def until(self, words: str) -> None:
        eventually(words, lambda: words in self.said(), self.said)

    def outcome(self) -> dict[str, Any]:
        """Wait for its good end."""
        output, _ = self.process.communicate(timeout=2 * PATIENCE_SECONDS)
        assert self.process.returncode == 0, output + self.said()[-3000:]
        return json.loads(output)


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Generator[Shop]:
    with guarded_broker(tmp_path_factory.mktemp("guarded")) as broker:
        noted = {
            "kafka": broker.mutual,
            **kafka_clients.settings(broker.identities, "operator"),
            **metrics_links.settings(broker.identities, "operator"),
        }
        StackHome(broker.folder).note_addresses(noted)
        yield Shop(broker)


@pytest.fixture
def worker(shop: Shop) -> Generator[Process]:
    worker = shop.worker()
    try:
        yield worker
    finally:
        if worker.process.poll() is None:
            worker.stop()


def test_what_is_started_by_hand_comes_as_itself_and_not_as_the_operator(shop: Shop) -> None:
    operator = shop.broker.access("operator")
    barred = [
        AccessRule("operator", "topic", TILL_EVENTS.name, "write", allows=False),
        AccessRule("operator", "topic", STOCK_LEVELS.name, "write", allows=False),
        AccessRule("operator", "group", "tillstream", "read", allows=False),
    ]
    grant(operator, barred)
    worker = shop.worker()
    try:
        start, rest = "2026-11-21T09:00", ("--no-database", "--speed", "0", "--events", "50")
        sold = shop.run("simulate", "--start", start, *rest)
        assert sold.returncode == 0, sold.stderr[-3000:]
        shop.counted(lambda: worker.log)
        assert worker.stop() == 0, worker.log[-3000:]
    finally:
        if worker.process.poll() is None:
            worker.kill()
        withdraw(operator, barred)


def test_a_rebuild_has_its_rights_and_a_sync_takes_nobodys(shop: Shop, worker: Process) -> None:
    shop.sell()
    shop.counted(lambda: worker.log)
    with shop.started_command("rebuild", "--json") as rebuild:
        rebuild.until("is begun")
        shop.sync()
        shop.sync("--check")
        rebuild.until(MOVES)
        shop.sync()
        shop.sell()
        assert worker.process.poll() is None, "the workers that have yet to move were shut out"
        worker.stop()
        worker.restart()
        outcome = rebuild.outcome()
    shop.counted(lambda: worker.log)
    assert worker.process.poll() is None, worker.log[-3000:]
    assert outcome["before"] == [0]
    shop.sync("--check")
    cleaned = shop.run("rebuild", "--clean", "--json")
    assert json.loads(cleaned.stdout) == {"removed": [0]}, cleaned.stderr
    shop.sync("--check")


def test_a_shadow_keeps_its_rights_through_a_sync_and_none_beyond_its_end(
    shop: Shop, worker: Process
) -> None:
    shop.sell()
    shop.counted(lambda: worker.log)
    with shop.started_command("shadow", "--json") as shadow:
        topic = "shadow.tillstream-shadow.stock.levels"
        eventually("the shadow's topics", lambda: topic in shop.topics(), shadow.said)
        shop.sync()
        shop.sync("--check")
        shop.sell()
        shop.counted(lambda: worker.log)
        shop.counted(shadow.said, "tillstream-shadow")
        shadow.process.send_signal(signal.SIGINT)
        outcome = shadow.outcome()
    assert outcome["differences"] == []
    assert topic not in shop.topics()
    shop.sync("--check")
