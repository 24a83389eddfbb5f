"""What a worker's state survives, on a real broker, with real processes that really die."""

import json
import random
import shutil
import signal
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.integration.own_broker import dismiss, tillstream
from tests.integration.sink_world import PARTITIONS, Message, Till, line
from tests.integration.worker_world import Topics, WorkerProcess, eventually
from topics.upkeep import GENERATION_BITS

pytestmark = pytest.mark.lonely

SHOPS = 12
SALES = 6_000
BURST = 300


@dataclass
class Trade:
    """Sales at several shops, and what must be left of each SKU."""

    seed: int

    def __post_init__(self) -> None:
        random_ = random.Random(self.seed)
        tills = [Till(f"shop-{self.seed}-{n}", f"till-{self.seed}-{n}") for n in range(SHOPS)]
        self.on_hand: Counter[str] = Counter()
        self.messages: list[Message] = []
        for _ in range(SALES):
            till, sku = random_.choice(tills), f"sku-{random_.randrange(50)}"
            quantity = random_.randrange(1, 4)
            self.messages.append(till.sale(line(1, sku, quantity)))
            self.on_hand[f"{till.location}/{sku}"] -= quantity

    def bursts(self) -> list[list[Message]]:
        """The messages in order, in parts."""
        return [self.messages[at : at + BURST] for at in range(0, len(self.messages), BURST)]

    def right(self, levels: dict[str, dict[str, int]]) -> bool:
        """Whether the levels are a direct sum of the sales."""
        return all(levels.get(key, {}).get("on_hand") == left for key, left in self.on_hand.items())


@dataclass
class World:
    """A broker with topics, and a folder for the workers."""

    topics: Topics
    folder: Path

    def worker(self, name: str = "worker-1", application_id: str = "tillstream") -> WorkerProcess:
        """A worker, started."""
        return WorkerProcess(self.topics.kafka, self.folder, name, application_id)

    def await_first(self, trade: Trade, worker: WorkerProcess) -> None:
        """A worker that is asked to stop before it has begun shows nothing."""
        eventually(
            "the first level",
            lambda: not trade.on_hand.keys().isdisjoint(self.topics.now("stock.levels")),
            lambda: worker.log,
        )

    def assert_exact(self, trade: Trade, *workers: WorkerProcess) -> None:
        """Levels become the direct sum and stay it; nothing is doubled on the way."""
        eventually(
            f"the sum of the sales (seed {trade.seed})",
            lambda: trade.right(self.topics.now("stock.levels")),
            lambda: "\n".join(worker.log for worker in workers),
        )
        time.sleep(1)
        assert trade.right(self.topics.now("stock.levels")), "a level went on changing"


@pytest.fixture(scope="module")
def world(lonely_kafka: str, tmp_path_factory: pytest.TempPathFactory) -> World:
    status, _, errors = tillstream(lonely_kafka, "topics", "sync", partitions=str(PARTITIONS))
    assert status == 0, errors
    return World(Topics(lonely_kafka), tmp_path_factory.mktemp("workers"))


def test_a_worker_that_is_killed_twice_under_load_loses_and_doubles_nothing(world: World) -> None:
    trade, worker = Trade(seed=1), world.worker()
    try:
        for number, burst in enumerate(trade.bursts()):
            world.topics.send(burst)
            if number in (5, 12):
                worker.kill()
                worker.restart()
        world.assert_exact(trade, worker)
    finally:
        assert worker.stop() == 0, worker.log[-3000:]


def test_a_second_worker_that_joins_and_is_killed_changes_no_figure(world: World) -> None:
    trade, first = Trade(seed=2), world.worker("worker-1")
    second = world.worker("worker-2")
    try:
        for number, burst in enumerate(trade.bursts()):
            world.topics.send(burst)
            if number == 10:
                second.kill()
        world.assert_exact(trade, first, second)
    finally:
        assert first.stop() == 0, first.log[-3000:]


def test_a_suspended_worker_that_wakes_up_after_its_partitions_moved_writes_nothing(
    world: World,
) -> None:
    trade = Trade(seed=3)
    zombie, heir = world.worker("worker-1"), world.worker("worker-2")
    try:
        bursts = trade.bursts()
        for burst in bursts[:10]:
            world.topics.send(burst)
        zombie.process.send_signal(signal.SIGSTOP)
        for burst in bursts[10:]:
            world.topics.send(burst)
        world.assert_exact(trade, heir)
        zombie.process.send_signal(signal.SIGCONT)
        time.sleep(3)
        world.assert_exact(trade, heir, zombie)
    finally:
        zombie.kill()
        assert heir.stop() == 0, heir.log[-3000:]
        dismiss(world.topics.kafka, "tillstream")


def test_a_worker_whose_disk_was_lost_rebuilds_its_state_from_the_changelog(world: World) -> None:
    trade, worker = Trade(seed=4), world.worker()
    bursts = trade.bursts()
    for burst in bursts[:10]:
        world.topics.send(burst)
    world.await_first(trade, worker)
    assert worker.stop() == 0, worker.log[-3000:]
    shutil.rmtree(world.folder / "state")

    worker.restart()
    try:
        for burst in bursts[10:]:
            world.topics.send(burst)
        world.assert_exact(trade, worker)
    finally:
        assert worker.stop() == 0, worker.log[-3000:]


def test_versions_in_the_topics_have_never_gone_back(world: World) -> None:
    newest: dict[bytes, int] = {}
    for message in world.topics.messages("stock.levels"):
        version = json.loads(message.value)["version"]
        assert version > newest.get(message.key, 0), f"{message.key} went back to {version}"
        newest[message.key] = version


def test_a_fresh_application_replays_all_inputs_to_the_same_values_of_the_next_generation(
    world: World,
) -> None:
    before = {topic: world.topics.now(topic) for topic in ("stock.levels", "checkout.totals")}
    sent = {topic: len(world.topics.messages(topic)) for topic in before}

    rebuilt = world.worker("worker-1", "rebuilt")
    try:
        eventually(
            "every key anew",
            lambda: all(
                len(world.topics.messages(topic)) >= sent[topic] + len(before[topic])
                for topic in before
            ),
            lambda: rebuilt.log,
        )
        time.sleep(3)
        after = {topic: world.topics.now(topic) for topic in before}
    finally:
        assert rebuilt.stop() == 0, rebuilt.log[-3000:]

    for rows in before.values():
        for row in rows.values():
            row["version"] += 1 << GENERATION_BITS
    assert after == before, "a rebuild from the first offset reaches another state"
