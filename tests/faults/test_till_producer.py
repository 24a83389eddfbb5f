"""The till's own producer, whose broker goes away and returns while it sells."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from clients.kafka import KafkaAccess
from edge.producer import DeliveryFailed, TillProducer
from local import child, jars, kafka
from local.ports import choose
from operations.kafka.reader import TopicReader
from tests.integration.own_broker import tillstream
from topics.registry import TILL_EVENTS

EVENTS = 40_000
SHOPS = 9
OUTAGES = 2
AWAY_SECONDS = 1.0
PACE_SECONDS = 0.05
"""After each thousand events, so that the outages fall among them."""

IMPATIENT_MS = 3_000
HANGS_SECONDS = 30.0
"""Far above an impatient producer's timeouts, and below what a test may take."""


@dataclass
class Broker:
    """A broker that can be killed, and started again over the same data."""

    service: child.Service
    address: str
    process: child.Child

    def kill(self) -> None:
        """End it at once."""
        os.kill(self.process.pid, signal.SIGKILL)
        self.process.stop()

    def start(self) -> None:
        """Start it again."""
        self.process = child.start(self.service)

    def values(self) -> list[tuple[str, int]]:
        """Every message as (location, number), in each partition in order."""
        with TopicReader(KafkaAccess(self.address), [TILL_EVENTS.name]) as reader:
            return [(one.key.decode(), int(one.value)) for one in reader]


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Broker]:
    port, controller_port = choose(2)
    folder, log = tmp_path / "kafka", tmp_path / "kafka.log"
    service = kafka.service(folder, port, controller_port, jars.class_path(), log)
    running = Broker(service, kafka.address(port), child.start(service))
    try:
        status, _, errors = tillstream(running.address, "topics", "sync")
        assert status == 0, errors
        yield running
    finally:
        running.process.stop()


def _sell(producer: TillProducer) -> None:
    for number in range(EVENTS):
        producer.publish(f"shop-{number % SHOPS}", str(number).encode())
        if number % 1_000 == 0:
            time.sleep(PACE_SECONDS)
    producer.flush()


@pytest.mark.timeout(280)
def test_a_broker_that_is_killed_and_returns_loses_and_doubles_nothing(broker: Broker) -> None:
    failures: list[BaseException] = []

    def sell() -> None:
        try:
            with TillProducer(KafkaAccess(broker.address)) as producer:
                _sell(producer)
        except BaseException as error:
            failures.append(error)

    selling = threading.Thread(target=sell, daemon=True)
    selling.start()
    for _ in range(OUTAGES):
        time.sleep(AWAY_SECONDS)
        broker.kill()
        time.sleep(AWAY_SECONDS)
        broker.start()
    selling.join(200)
    assert not selling.is_alive(), "the producer hangs"
    assert not failures, failures
    values = broker.values()
    assert len(values) == len(set(values)) == EVENTS
    for shop in range(SHOPS):
        numbers = [number for location, number in values if location == f"shop-{shop}"]
        assert numbers == list(range(shop, EVENTS, SHOPS)), (
            f"events of shop-{shop} lack or overtook"
        )


@pytest.mark.timeout(280)
def test_a_broker_that_is_away_too_long_is_said_and_a_new_producer_goes_on(broker: Broker) -> None:
    with (
        pytest.raises(DeliveryFailed),
        TillProducer(KafkaAccess(broker.address), IMPATIENT_MS) as producer,
    ):
        producer.publish("shop-0", b"0")
        producer.flush()
        broker.kill()
        began = time.monotonic()
        while True:
            producer.publish("shop-0", b"1")
            time.sleep(0.1)
            if time.monotonic() - began > HANGS_SECONDS:
                pytest.fail("nothing was said of an outage")
    broker.start()
    with TillProducer(KafkaAccess(broker.address)) as producer:
        producer.publish("shop-0", b"1")
    values = broker.values()
    assert values[0] == ("shop-0", 0) and set(values) == {("shop-0", 0), ("shop-0", 1)}
