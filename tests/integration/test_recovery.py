"""How little a worker has to do to come back: real processes on a real broker."""

import random
import re
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from engine.partition import WRITE_EVERY_SECONDS
from tests.integration.long_changelog import LONG_KEYS, LongChangelog, held
from tests.integration.own_broker import dismiss, tillstream
from tests.integration.process import PATIENCE_SECONDS
from tests.integration.sink_world import PARTITIONS, Message, Till, line
from tests.integration.worker_world import Topics, WorkerProcess, eventually

pytestmark = pytest.mark.lonely

SHOPS = 12
CHANGELOG = "tillstream-state-changelog"

WAVES = 4
"""Of sales, each with a share of the changelog of its own: a killed worker has lost the last."""

INTERRUPTIONS = 4
"""Of a recovery that takes some seven reads, after the one that is killed."""


@dataclass
class World:
    """A broker, a folder for workers, and tills that sell."""

    topics: Topics
    folder: Path

    def __post_init__(self) -> None:
        self.tills = [Till(f"back-shop-{n}", f"back-till-{n}") for n in range(SHOPS)]
        self.sold = 0

    def worker(self, name: str = "worker-1") -> WorkerProcess:
        """A worker, started."""
        return WorkerProcess(self.topics.kafka, self.folder, name, "tillstream")

    def sell(self, carts: int) -> None:
        """One SKU, over and over, at every shop."""
        sales: Sequence[Message] = [
            till.sale(line(1, f"sku-{number % 20}", 1))
            for number in range(carts)
            for till in self.tills
        ]
        self.topics.send(sales)
        self.sold += len(sales)

    def await_levels(self, *workers: WorkerProcess) -> None:
        """Return once the levels are the sum of what was sold."""

        def left() -> int:
            return sum(level["on_hand"] for level in self.topics.now("stock.levels").values())

        eventually(
            f"{self.sold} sales",
            lambda: left() == -self.sold,
            lambda: "\n".join(worker.log for worker in workers),
        )


def _opened(worker: WorkerProcess, since: int = 0) -> list[int]:
    """Records that were recovered for each partition opened after that length of the log."""
    return [int(found) for found in re.findall(r"recovered_records=(\d+)", worker.log[since:])]


@pytest.fixture(scope="module")
def world(lonely_kafka: str, tmp_path_factory: pytest.TempPathFactory) -> World:
    status, _, errors = tillstream(lonely_kafka, "topics", "sync", partitions=str(PARTITIONS))
    assert status == 0, errors
    return World(Topics(lonely_kafka), tmp_path_factory.mktemp("recovery"))


def test_a_clean_stop_leaves_nothing_to_recover(world: World) -> None:
    worker = world.worker()
    try:
        world.sell(carts=20)
        world.await_levels(worker)
        assert worker.stop() == 0, worker.log[-3000:]

        said = len(worker.log)
        worker.restart()
        eventually(
            "every partition", lambda: len(_opened(worker, said)) == PARTITIONS, lambda: worker.log
        )
        assert sum(_opened(worker, said)) == 0, "what had settled was not written to the store"
    finally:
        assert worker.stop() == 0, worker.log[-3000:]


def test_a_killed_worker_reads_the_tail_of_the_changelog_and_nothing_before(world: World) -> None:
    worker = world.worker()
    try:
        for _ in range(WAVES):  # each in the store by the time of the next, however slow the worker
            world.sell(carts=10)
            world.await_levels(worker)
            time.sleep(WRITE_EVERY_SECONDS)
        worker.kill()
        said = len(worker.log)
        worker.restart()
        eventually(
            "every partition", lambda: len(_opened(worker, said)) == PARTITIONS, lambda: worker.log
        )
        everything = len(world.topics.messages(CHANGELOG))
        assert sum(_opened(worker, said)) < everything / 2, "the whole changelog was read again"
    finally:
        assert worker.stop() == 0, worker.log[-3000:]


def test_a_second_worker_of_the_same_name_ends_and_says_what_to_do(world: World) -> None:
    dismiss(world.topics.kafka, "tillstream")
    first = world.worker("held")
    try:
        eventually("every partition", lambda: len(_opened(first)) == PARTITIONS, lambda: first.log)
        second = world.worker("held")
        try:
            assert second.process.wait(timeout=PATIENCE_SECONDS) == 1, second.log[-3000:]
        finally:
            second.kill()
        assert "give every worker a name of its own, by --name" in second.log
    finally:
        assert first.stop() == 0, first.log[-3000:]


async def test_a_long_tail_is_whole_after_recoveries_that_were_interrupted(
    world: World, tmp_path: Path
) -> None:
    seed = random.randrange(2**32)
    print(f"seed {seed}")  # noqa: T201  (what pytest shows of a failure)
    rng, folder = random.Random(seed), tmp_path / "store"
    changelog = LongChangelog(world.topics.kafka, rng)
    await changelog.write_every_key()
    assert await changelog.recover(folder) == LONG_KEYS
    assert held(folder) == changelog.newest

    await changelog.write_every_key()
    applied = changelog.recover_and_be_killed(folder)
    for _ in range(INTERRUPTIONS):
        reads, seconds = rng.choice(((1, 60.0), (1, 60.0), (99, rng.random() / 5)))
        applied += await changelog.recover(folder, reads, seconds)
    applied += await changelog.recover(folder)

    found = held(folder)
    stale = [key for key, value in changelog.newest.items() if found.get(key) != value]
    assert not stale, f"{len(stale)} of {LONG_KEYS} keys are stale, seed {seed}"
    assert found == changelog.newest, f"what was dropped is back, seed {seed}"
    assert applied <= LONG_KEYS, f"a part was read twice, seed {seed}"
