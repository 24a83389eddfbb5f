"""A message that no fold can take, through a real worker: it stops, is set aside, is sent back."""

from collections.abc import Generator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.integration.own_broker import tillstream, tillstream_json
from tests.integration.process import PATIENCE_SECONDS, Process
from tests.integration.sink_world import PARTITIONS, Till, line
from tests.integration.stumbling_worker import CART
from tests.integration.worker_world import Topics, eventually
from topics.partitioning import partition_of
from topics.registry import TILL_EVENTS, dead_letter_of

pytestmark = pytest.mark.lonely

EXIT_FAILED = 70


@dataclass
class World:
    """A broker, a worker that stumbles, and two shops in one partition."""

    topics: Topics
    worker: Process
    shop: Till
    neighbour: Till

    def sold(self, till: Till) -> int:
        """Apples that the shop has sold, as readers see it."""
        level = self.topics.now("stock.levels").get(f"{till.location}/apple")
        return 0 if level is None else -level["on_hand"]

    def ended(self) -> int:
        """Wait until the worker has ended; its status."""
        return self.worker.process.wait(timeout=PATIENCE_SECONDS)


@pytest.fixture
def world(lonely_kafka_anew: str, tmp_path: Path) -> Generator[World]:
    kafka = lonely_kafka_anew
    code, _, errors = tillstream(kafka, "topics", "sync", partitions=str(PARTITIONS))
    assert code == 0, errors
    settings = {"home": str(tmp_path), "kafka": kafka, "partitions": str(PARTITIONS)}
    command = ["-m", "tests.integration.stumbling_worker"]
    worker = Process(command, tmp_path / "worker.log", settings)
    try:
        yield World(Topics(kafka), worker, Till("shop-1", "1"), Till(_beside("shop-1"), "1"))
    finally:
        worker.kill()


def _beside(location: str) -> str:
    """Another location in the same partition: it stands still as long."""
    at = partition_of(location, PARTITIONS)
    return next(name for n in range(1000) if partition_of(name := f"near-{n}", PARTITIONS) == at)


def test_a_message_that_stops_the_worker_is_set_aside_and_applied_after_a_fix(
    world: World,
) -> None:
    topics, apple = world.topics, line(1, "apple", 1)
    topics.send([world.shop.sale(apple)])
    eventually("the first sale", lambda: world.sold(world.shop) == 1, lambda: world.worker.log)
    topics.send([world.shop.sale(line(1, "apple", 2), cart_id=CART)], [("trace", b"\xff")])
    topics.send([world.shop.sale(apple), world.neighbour.sale(apple)])

    assert world.ended() == EXIT_FAILED
    world.worker.restart()
    assert world.ended() == EXIT_FAILED, "it got past the message by itself"
    source = f"{TILL_EVENTS.name}-{partition_of('shop-1', PARTITIONS)}-1"
    way_out = f"tillstream dead-letters quarantine {source}"
    assert way_out in world.worker.log, world.worker.log[-2000:]
    assert world.sold(world.neighbour) == 0

    status, told = tillstream_json(topics.kafka, "dead-letters", "quarantine", source)
    assert (status, told["was_set_aside"]) == (0, False)
    world.worker.restart()
    eventually(
        "the sales behind it",
        lambda: (world.sold(world.shop), world.sold(world.neighbour)) == (2, 1),
        lambda: world.worker.log,
    )
    _letter_is_the_message(topics, source)
    state: dict[str, Any] = topics.now("till.status")["shop-1/1"]
    assert (state["missing"], state["quarantined"]) == ([], 1), "its number is not missing"

    world.worker.stop()
    _, again = tillstream_json(topics.kafka, "dead-letters", "quarantine", source)
    assert again["was_set_aside"], "the word of before holds"
    fixed = _fixed(world)
    try:
        status, told = tillstream_json(
            topics.kafka, "dead-letters", "retry", "--reason", "quarantined"
        )
        assert told["sent"] == [source]
        eventually("the sale that was set aside", lambda: world.sold(world.shop) == 4, fixed.read)
    finally:
        fixed.process.kill()
    assert topics.now("till.status")["shop-1/1"]["quarantined"] == 0


def _letter_is_the_message(topics: Topics, source: str) -> None:
    (letter,) = topics.messages(dead_letter_of(TILL_EVENTS).name)
    headers = dict(letter.headers)
    offset = int(source.rsplit("-", 1)[1])
    original = next(
        each
        for each in topics.messages(TILL_EVENTS.name)
        if (each.partition, each.offset) == (letter.partition, offset)
    )
    assert (letter.key, letter.value) == (original.key, original.value)
    assert headers["trace"] == b"\xff"
    assert headers["reason"] == b"quarantined"
    assert headers["source"].decode() == source


@dataclass
class _Fixed:
    process: Process

    def read(self) -> str:
        """Its log."""
        return self.process.log


def _fixed(world: World) -> _Fixed:
    settings = {
        name.removeprefix("TILLSTREAM_").lower(): value
        for name, value in world.worker.environment.items()
    }
    log = Path(settings["home"]) / "fixed.log"
    return _Fixed(Process(["-m", "tillstream", "worker"], log, settings))
