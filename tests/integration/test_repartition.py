"""Messages that go by their own key, on a real broker: nothing is lost or doubled on the way."""

import json
import random
import time
from collections import Counter
from collections.abc import Callable, Generator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from kafka import KafkaAdminClient
from kafka.admin import NewTopic

from tests.integration.own_broker import dismiss, shown
from tests.integration.process import Process
from tests.integration.worker_world import Topics, eventually
from topics.partitioning import partition_of, partition_of_key

pytestmark = pytest.mark.lonely

PARTITIONS = 4
SHOPS, SKUS = 12, 30
SALES = 4_000
BURST = 200

Worker = Callable[..., Process]


@pytest.fixture(scope="module")
def kafka(lonely_kafka: str) -> str:
    return lonely_kafka


class Trade:
    """Sales by shop, and what must be sold of each SKU over all of them."""

    def __init__(self, kafka: str, prefix: str) -> None:
        self.topics = Topics(kafka)
        self.prefix = prefix
        self.quantities: Counter[str] = Counter()
        self.sales: Counter[str] = Counter()
        self._random = random.Random(prefix)
        untyped: Any = KafkaAdminClient(bootstrap_servers=kafka)
        names = [f"{prefix}-{kind}" for kind in ("sales", "sold", "products")]
        with closing(untyped) as admin:
            admin.create_topics([NewTopic(name, PARTITIONS, 1) for name in names])
            shown(admin, names)

    def sell(self, count: int) -> None:
        """So many sales, in one go."""
        messages: list[Any] = []
        for _ in range(count):
            shop, sku = f"shop-{self._random.randrange(SHOPS)}", f"s-{self._random.randrange(SKUS)}"
            quantity = self._random.randrange(1, 5)
            self.quantities[sku] += quantity
            self.sales[sku] += 1
            value = f"{shop} {sku} {quantity}".encode()
            messages.append((f"{self.prefix}-sales", shop, value, partition_of(shop, PARTITIONS)))
        self.topics.send(messages)

    def sums(self) -> dict[str, dict[str, int]]:
        """What was said of each SKU last."""
        return self.topics.now(f"{self.prefix}-products")

    def is_right(self) -> bool:
        """Whether the sums are those of the sales."""
        now = self.sums()
        return all(
            (now.get(sku, {}).get("quantity"), now.get(sku, {}).get("sales"))
            == (self.quantities[sku], self.sales[sku])
            for sku in self.quantities
        )

    def assert_exact(self, *workers: Process) -> None:
        """The sums become those of the sales, and stay so."""
        logs = lambda: "\n".join(worker.log for worker in workers)  # noqa: E731
        eventually(f"the sums of {self.prefix}", self.is_right, logs)
        time.sleep(1)
        assert self.is_right(), "a sum went on changing"


@pytest.fixture
def start(kafka: str, tmp_path: Path) -> Generator[Worker]:
    """Starts a worker; all are gone at the end."""
    started: list[Process] = []

    def start_one(trade: Trade, name: str, generation: int = 0) -> Process:
        program = ["-m", "tests.integration.repartition_app", kafka, trade.prefix, name]
        log = tmp_path / f"{name}-{generation}.log"
        started.append(Process([*program, str(generation), str(tmp_path)], log, {}))
        return started[-1]

    yield start_one
    for worker in started:
        if worker.process.poll() is None:
            worker.kill()


def test_workers_that_are_killed_between_two_agents_lose_and_double_nothing(
    kafka: str, start: Worker
) -> None:
    trade = Trade(kafka, "killed")
    first, second = start(trade, "worker-1"), start(trade, "worker-2")
    trade.sell(BURST)
    trade.assert_exact(first, second)
    for burst in range(SALES // BURST):
        trade.sell(BURST)
        if burst in (4, 12):
            first.kill()
            first.restart()
        if burst == 8:
            second.kill()
            dismiss(kafka, "killed-g0", "worker-2")
    trade.assert_exact(first, second)
    assert sum(each["repeated"] for each in trade.sums().values()) == 0, "a message came twice"
    _lies_where_its_key_says(trade)
    assert first.stop() == 0, first.log[-3000:]


def _lies_where_its_key_says(trade: Trade) -> None:
    """And each shop's versions of a SKU are there once, in order, as far as they were said."""
    newest: dict[tuple[str, bytes], int] = {}
    for message in trade.topics.messages(f"{trade.prefix}-sold"):
        assert message.partition == partition_of_key(message.key, PARTITIONS)
        shop, _, version = json.loads(message.value)
        assert version > newest.get((shop, message.key), 0), "what was said came again, or late"
        newest[shop, message.key] = version
    assert sum(newest.values()) == sum(trade.sales.values())


def test_a_rebuild_repartitions_once_more_without_effect(kafka: str, start: Worker) -> None:
    trade = Trade(kafka, "rebuilt")
    live = start(trade, "worker-1")
    trade.sell(5 * BURST)
    trade.assert_exact(live)
    said = len(trade.topics.messages("rebuilt-products"))
    repartitioned = len(trade.topics.messages("rebuilt-sold"))

    rebuilding = start(trade, "rebuilder", generation=1)
    all_again = repartitioned + len(trade.topics.now("rebuilt-sold"))
    eventually(
        "all sums once more",
        lambda: _repeated(trade) > 0 and len(trade.topics.messages("rebuilt-sold")) >= all_again,
        lambda: rebuilding.log,
    )
    trade.assert_exact(live, rebuilding)
    assert live.stop() == 0, live.log[-3000:]
    trade.sell(BURST)
    trade.assert_exact(rebuilding)
    wrong = [
        each
        for each in trade.topics.messages("rebuilt-products")[said:]
        if json.loads(each.value)["quantity"] > trade.quantities[each.key.decode()]
    ]
    assert not wrong, "a sum counted what came twice"
    assert rebuilding.stop() == 0, rebuilding.log[-3000:]


def _repeated(trade: Trade) -> int:
    return sum(each["repeated"] for each in trade.sums().values())
