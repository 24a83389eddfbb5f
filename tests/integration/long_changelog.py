"""A changelog that takes several reads to recover, and recoveries of it that are interrupted."""

import asyncio
import random
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

from kafka import KafkaAdminClient

from clients.kafka import KafkaAccess
from engine.changelog import READ_RECORDS_MAX, recover
from engine.store import RocksStore
from engine.topics import changelog_configs
from engine.writer import PartitionWriter
from tests.integration.process import HOME

LONG = "long-state-changelog"

LONG_KEYS = 135_000
"""Each is written once at a time: whatever a recovery leaves out stays stale."""

TRANSACTION_KEYS = 9_000
"""A transaction of some record batches, none of which ends where a recovery's read does."""

Values = dict[bytes, bytes]

_RECOVER = """
import asyncio, sys
from pathlib import Path
from clients.kafka import KafkaAccess
from engine.changelog import recover
from engine.store import RocksStore
store = RocksStore(Path(sys.argv[1]))
say = lambda records: print(records, flush=True)
asyncio.run(recover(store, KafkaAccess(sys.argv[2]), sys.argv[3], 0, say))
"""
"""A process that recovers the store of a folder and says each part that it has applied."""


class LongChangelog:
    """A changelog of one partition, filled by the engine's own writer."""

    def __init__(self, kafka: str, rng: random.Random) -> None:
        self.newest: Values = {}
        self._kafka = kafka
        self._rng = rng
        self._records = 0
        configs = changelog_configs(1)
        topic = {"num_partitions": 1, "replication_factor": 1, "configs": configs}
        admin: Any = KafkaAdminClient(bootstrap_servers=kafka)
        admin.create_topics({LONG: topic})
        admin.close()

    async def write_every_key(self) -> None:
        """Give each key a new value, or a tombstone, in transactions of any order."""
        keys = self._rng.sample(range(LONG_KEYS), LONG_KEYS)
        writer = PartitionWriter(KafkaAccess(self._kafka), "long", 0)
        await writer.open()
        for start in range(0, LONG_KEYS, TRANSACTION_KEYS):
            changes = self._changes(keys[start : start + TRANSACTION_KEYS])
            self._records += len(changes)
            await writer.commit(LONG, changes, {}, {"till.cart-events": self._records})
        await writer.close()

    def _changes(self, keys: list[int]) -> dict[bytes, bytes | None]:
        changes: dict[bytes, bytes | None] = {}
        for number in keys:
            key, value = b"totals\x00shop-%d" % number, b"as of %d" % self._records
            is_gone = self._rng.random() < 0.1
            changes[key] = None if is_gone else value
            self.newest.pop(key, None)
            if not is_gone:
                self.newest[key] = value
        return changes

    async def recover(
        self, folder: Path, reads_max: int | None = None, seconds_max: float | None = None
    ) -> int:
        """Recover a folder's store; cancelled after so many reads or seconds. Records applied."""
        store, applied = RocksStore(folder), list[int]()

        def note(records: int) -> None:
            applied.append(records)
            if len(applied) == reads_max:
                running.cancel()

        running = asyncio.create_task(recover(store, KafkaAccess(self._kafka), LONG, 0, note))
        with suppress(asyncio.CancelledError, TimeoutError):
            await asyncio.wait_for(running, seconds_max)
        store.close()
        return sum(applied)

    def recover_and_be_killed(self, folder: Path) -> int:
        """A process of its own recovers the store, and dies soon. Records applied, at least."""
        command = [sys.executable, "-c", _RECOVER, str(folder), self._kafka, LONG]
        with subprocess.Popen(command, cwd=HOME, stdout=subprocess.PIPE) as process:
            assert process.stdout
            said = process.stdout.readline().strip()
            process.kill()
        # A read of a busy broker brings less than it might.
        assert 0 < int(said) <= READ_RECORDS_MAX < LONG_KEYS, "nothing was cut"
        return int(said)


def held(folder: Path) -> Values:
    """All values of a folder's store."""
    store = RocksStore(folder)
    found = {key.encode(): value for key, value in store.scan("totals\x00")}
    store.close()
    return found
