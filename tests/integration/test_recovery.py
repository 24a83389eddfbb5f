"""How little a worker has to do to come back: real processes on a real broker."""

import asyncio
import random
import re
import subprocess
import sys
import time
from collections.abc import Generator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from kafka import KafkaAdminClient

from engine.changelog import READ_RECORDS_MAX, recover
from engine.store import RocksStore
from engine.topics import changelog_configs
from engine.writer import PartitionWriter
from tests.integration.own_broker import own_broker, tillstream
from tests.integration.process import HOME, PATIENCE_SECONDS
from tests.integration.sink_world import PARTITIONS, Message, Till, line
from tests.integration.worker_world import Topics, WorkerProcess, eventually

SHOPS = 12
CHANGELOG = "tillstream-state-changelog"


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
def world(tmp_path_factory: pytest.TempPathFactory) -> Generator[World]:
    folder = tmp_path_factory.mktemp("recovery")
    with own_broker(folder) as kafka:
        status, _, errors = tillstream(kafka, "topics", "sync", partitions=str(PARTITIONS))
        assert status == 0, errors
        yield World(Topics(kafka), folder)


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
        for _ in range(8):
            world.sell(carts=10)
            time.sleep(0.3)
        world.await_levels(worker)
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


LONG = "long-state-changelog"
LONG_KEYS = 30_000
TRANSACTION_KEYS = 9_000
"""A transaction of some record batches, none of which ends where a recovery's read does."""

INTERRUPTIONS = 5

Values = dict[bytes, bytes]

_RECOVER = """
import asyncio, sys
from pathlib import Path
from engine.changelog import recover
from engine.store import RocksStore
store = RocksStore(Path(sys.argv[1]))
say = lambda records: print(records, flush=True)
asyncio.run(recover(store, sys.argv[2], sys.argv[3], 0, say))
"""
"""A process that recovers the store of a folder and says each part that it has applied."""


class LongChangelog:
    """A changelog of one partition, filled by the engine's own writer."""

    def __init__(self, kafka: str, rng: random.Random) -> None:
        self.kafka = kafka
        self.newest: Values = {}
        self.records = 0
        self._rng = rng
        admin: Any = KafkaAdminClient(bootstrap_servers=kafka)
        admin.create_topics(
            {
                LONG: {
                    "num_partitions": 1,
                    "replication_factor": 1,
                    "configs": changelog_configs(1),
                }
            }
        )
        admin.close()

    async def fill(self, records: int) -> None:
        """Write at least so many, in transactions of new values and tombstones."""
        writer = PartitionWriter(self.kafka, "long", 0)
        await writer.open()
        until = self.records + records
        while self.records < until:
            changes = self._changes()
            await writer.commit(LONG, changes, {}, {"till.cart-events": self.records + 1})
            self.records += len(changes)
            self._note(changes)
        await writer.close()

    def _changes(self) -> dict[bytes, bytes | None]:
        some = self._rng.sample(range(LONG_KEYS), TRANSACTION_KEYS)
        return {
            b"totals\x00shop-%d" % key: None
            if key % 9 == 1
            else b"%d as of %d" % (key, self.records)
            for key in some
        }

    def _note(self, changes: Mapping[bytes, bytes | None]) -> None:
        for key, value in changes.items():
            self.newest.pop(key, None)
            if value is not None:
                self.newest[key] = value

    async def recover(self, folder: Path, reads_max: int | None = None) -> int:
        """Recover the store of ``folder``, cancelled after so many reads; records applied."""
        store, applied = RocksStore(folder), list[int]()

        def note(records: int) -> None:
            applied.append(records)
            if len(applied) == reads_max:
                running.cancel()

        running = asyncio.create_task(recover(store, self.kafka, LONG, 0, note))
        with suppress(asyncio.CancelledError):
            await running
        store.close()
        return sum(applied)

    def recover_and_be_killed(self, folder: Path) -> None:
        """A process of its own recovers the store, and dies once it has applied something."""
        command = [sys.executable, "-c", _RECOVER, str(folder), self.kafka, LONG]
        with subprocess.Popen(command, cwd=HOME, stdout=subprocess.PIPE) as process:
            assert process.stdout and process.stdout.readline().strip() == b"%d" % READ_RECORDS_MAX
            process.kill()


def _held(folder: Path) -> tuple[Values, int | None]:
    """All values of a store, and its position."""
    store = RocksStore(folder)
    held = {key.encode(): value for key, value in store.scan("totals\x00")}, store.position()
    store.close()
    return held


async def test_a_long_tail_is_whole_after_recoveries_that_were_interrupted(
    world: World, tmp_path: Path
) -> None:
    seed = random.randrange(2**32)
    print(f"seed {seed}")  # noqa: T201  (what pytest shows of a failure)
    rng, folder = random.Random(seed), tmp_path / "store"
    changelog = LongChangelog(world.topics.kafka, rng)
    await changelog.fill(2 * LONG_KEYS)
    assert await changelog.recover(folder) == changelog.records
    assert _held(folder)[0] == changelog.newest

    before = changelog.records
    await changelog.fill((2 * INTERRUPTIONS + 2) * READ_RECORDS_MAX)
    changelog.recover_and_be_killed(folder)
    applied = READ_RECORDS_MAX
    for _ in range(INTERRUPTIONS):
        applied += await changelog.recover(folder, reads_max=rng.randint(1, 2))
    applied += await changelog.recover(folder)

    held, position = _held(folder)
    stale = [key for key in changelog.newest if held.get(key) != changelog.newest[key]]
    assert not stale, f"{len(stale)} of {len(changelog.newest)} keys are stale, seed {seed}"
    assert held == changelog.newest, f"what was dropped is back, seed {seed}"
    assert applied <= changelog.records - before, f"a part was read twice at {position}"
