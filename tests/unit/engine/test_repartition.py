"""Two agents with a repartitioned topic between them, killed between any two transactions.

The engine's own folding, routing, transactions' contents and rebuild; logs and topics are kept in
memory. `tests/integration/test_repartition.py` does the same with a broker and real processes.
"""

import asyncio
import json
import random
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from clients.kafka import KafkaAccess
from engine import partition as partition_module
from engine.app import BatchApp
from engine.contract import AppSpec
from engine.partition import PartitionWork
from engine.place import MemoryPlace
from engine.sends import Outputs
from engine.settings import EngineSettings
from engine.topics import Widths
from tests.integration.repartition_app import declare
from tests.unit.engine.doubles import KeptLog, Sale, no_failure
from topics.partitioning import partition_of

PARTITIONS = 3
SALES = 120
SALES_TOPIC, SOLD_TOPIC, PRODUCTS_TOPIC = "t-sales", "t-sold", "t-products"

Topics = dict[tuple[str, int], list[Sale]]


def _spec(*, rebuilds: bool = False) -> AppSpec:
    app = BatchApp(EngineSettings(KafkaAccess("localhost:9092"), "t", None), rebuilds=rebuilds)
    declare(app, "t")
    return app.spec(Widths(PARTITIONS, {SOLD_TOPIC: PARTITIONS}))


@dataclass
class TopicLog(KeptLog):
    """A log whose transactions reach the topics, at once and as a whole."""

    topics: Topics = field(default_factory=dict[tuple[str, int], list[Sale]])

    async def commit(
        self,
        changes: Mapping[bytes, bytes | None],
        outputs: Outputs,
        positions: Mapping[str, int],
    ) -> int:
        sent = {place: list(messages) for place, messages in outputs.items()}
        end = await super().commit(changes, sent, positions)
        for place, messages in sent.items():
            held = self.topics.setdefault((place.topic, place.partition), [])
            held += [Sale(len(held) + at, m.value, key=m.key) for at, m in enumerate(messages)]
        return end


class Fleet:
    """A worker for each partition of one generation."""

    def __init__(self, topics: Topics, spec: AppSpec, rng: random.Random) -> None:
        self._topics = topics
        self._spec = spec
        self._rng = rng
        self._logs = [TopicLog(topics=topics) for _ in range(PARTITIONS)]
        self._work: dict[int, PartitionWork] = {}

    async def turn(self) -> bool:
        """Each partition folds some of what there is; whether there was anything."""
        was_busy = False
        for partition in range(PARTITIONS):
            work = await self._at_work(partition)
            for topic in self._spec.topics:
                position = work.progress.positions[topic]
                records = self._topics.get((topic, partition), [])[position:]
                if records:
                    work.fold(topic, records[: self._rng.randint(1, len(records))])
                    was_busy = True
            was_busy |= work.progress.records != work.progress.committed
            was_busy |= work.progress.stage == "restating"
            await asyncio.sleep(0)
        return was_busy

    def kill(self) -> None:
        """End one worker: what it has under way never comes to an end."""
        partition = self._rng.randrange(PARTITIONS)
        if self._work.pop(partition, None) is not None:
            dead = self._logs[partition]
            dead.may_end.clear()
            self._logs[partition] = TopicLog(dead.records, dead.sent, topics=self._topics)

    async def close(self) -> None:
        """Hand everything over."""
        for work in self._work.values():
            await work.close()

    async def _at_work(self, partition: int) -> PartitionWork:
        if partition not in self._work:
            log = self._logs[partition]
            work = PartitionWork(self._spec, log, MemoryPlace(), partition, no_failure)
            await work.open()
            if work.begins_dark:
                work.begin_dark(
                    {t: len(self._topics.get((t, partition), [])) for t in self._spec.topics}
                )
            self._work[partition] = work
        return self._work[partition]


class Trade:
    """Sales at some shops, in the partitions of their shops."""

    def __init__(self, rng: random.Random) -> None:
        self.topics: Topics = {}
        self.sums: Counter[str] = Counter()
        self._rng = rng

    def sell(self) -> None:
        """One sale."""
        shop, sku = f"shop-{self._rng.randrange(6)}", f"sku-{self._rng.randrange(8)}"
        quantity = self._rng.randint(1, 4)
        held = self.topics.setdefault((SALES_TOPIC, partition_of(shop, PARTITIONS)), [])
        held.append(Sale(len(held), f"{shop} {sku} {quantity}".encode(), key=shop.encode()))
        self.sums[sku] += quantity

    def said(self, start: int = 0) -> list[tuple[str, dict[str, Any]]]:
        """The sums that were said, of each partition from the message ``start`` on."""
        return [
            ((sale.key or b"").decode(), json.loads(sale.value or b""))
            for partition in range(PARTITIONS)
            for sale in self.topics.get((PRODUCTS_TOPIC, partition), [])[start:]
        ]

    def newest(self) -> dict[str, int]:
        """What was said of each SKU last."""
        return {sku: told["quantity"] for sku, told in self.said()}


@pytest.fixture(autouse=True)
def no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    """Transactions follow each other at once."""
    monkeypatch.setattr(partition_module, "COMMIT_EVERY_SECONDS", 0.0)


async def _to_rest(fleet: Fleet) -> None:
    still = 0
    async with asyncio.timeout(20):
        while still < 5:
            still = 0 if await fleet.turn() else still + 1
    await fleet.close()


@pytest.mark.parametrize("seed", range(12))
async def test_a_fleet_that_is_killed_at_any_moment_loses_and_doubles_nothing(seed: int) -> None:
    rng = random.Random(seed)
    trade = Trade(rng)
    fleet = Fleet(trade.topics, _spec(), rng)
    for _ in range(SALES):
        trade.sell()
        if rng.random() < 0.3:
            await fleet.turn()
        if rng.random() < 0.1:
            fleet.kill()
    await _to_rest(fleet)
    assert trade.newest() == trade.sums, f"seed {seed}"
    assert not any(told["repeated"] for _, told in trade.said()), "a message came twice"


@pytest.mark.parametrize("seed", range(12))
async def test_a_rebuild_that_is_killed_says_all_that_stands_and_counts_nothing_twice(
    seed: int,
) -> None:
    rng = random.Random(seed)
    trade = Trade(rng)
    for _ in range(SALES):
        trade.sell()
    await _to_rest(Fleet(trade.topics, _spec(), rng))
    before = {place: len(sales) for place, sales in trade.topics.items()}

    rebuild = Fleet(trade.topics, _spec(rebuilds=True), rng)
    for _ in range(10):
        await rebuild.turn()
        rebuild.kill()
        trade.sell()
    await _to_rest(rebuild)
    assert trade.newest() == trade.sums, f"seed {seed}"
    repeated = sum(told["repeated"] for _, told in trade.said())
    assert repeated, "nothing was repartitioned again, so nothing was tried"
    for partition in range(PARTITIONS):
        place = (PRODUCTS_TOPIC, partition)
        said = trade.topics.get(place, [])[before.get(place, 0) :]
        assert all(_is_no_partial_sum(trade, sale) for sale in said), "the past was said again"


def _is_no_partial_sum(trade: Trade, sale: Sale) -> bool:
    """At most the sales since the rebuild began are missing."""
    told, sku = json.loads(sale.value or b""), (sale.key or b"").decode()
    return trade.sums[sku] - 10 * 4 <= told["quantity"] <= trade.sums[sku]
