"""The applications beside the first, each with a state of its own, on a real broker."""

import random
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from kafka import KafkaProducer

from metrics.workers import CONSUMER_LAG
from tests.integration.own_broker import tillstream
from tests.integration.process import PATIENCE_SECONDS
from tests.integration.sink_world import PARTITIONS, Message, Till, line
from tests.integration.worker_world import Topics, WorkerProcess, eventually

SEED = 20261129
SHOPS = 9
SKUS = [f"sku-{number}" for number in range(30)]


pytestmark = pytest.mark.lonely


@pytest.fixture(scope="module")
def topics(lonely_kafka: str) -> Topics:
    """Every topic, empty."""
    status, _, errors = tillstream(lonely_kafka, "topics", "sync", partitions=str(PARTITIONS))
    assert status == 0, errors
    return Topics(lonely_kafka)


def _sums(topics: Topics) -> dict[str, tuple[int, int, int]]:
    """What the levels of all locations add up to, by SKU."""
    sums: dict[str, tuple[int, int, int]] = {}
    for level in topics.now("stock.levels").values():
        on_hand, stocked, empty = sums.get(level["sku"], (0, 0, 0))
        is_stocked = level["on_hand"] > 0
        sums[level["sku"]] = (
            on_hand + level["on_hand"],
            stocked + is_stocked,
            empty + (not is_stocked),
        )
    return sums


def _said(topics: Topics) -> dict[str, tuple[int, int, int]]:
    return {
        sku: (stock["on_hand"], stock["locations_stocked"], stock["locations_empty"])
        for sku, stock in topics.now("stock.by-product").items()
    }


def test_a_product_is_the_sum_of_its_levels_also_when_its_worker_is_killed(
    topics: Topics, tmp_path: Path
) -> None:
    chance = random.Random(SEED)
    tills = [Till(f"sum-shop-{number}", "till-1") for number in range(SHOPS)]
    agents = WorkerProcess(topics.kafka, tmp_path, "retail", "sums")
    products = WorkerProcess(topics.kafka, tmp_path, "adding", "sums", "products")
    try:
        sold = 0
        for wave in range(6):
            sales = [
                chance.choice(tills).sale(line(1, chance.choice(SKUS), chance.randint(1, 4)))
                for _ in range(200)
            ]
            topics.send(sales)
            sold += len(sales)
            if wave % 2:
                products.kill()
                products.restart()
        eventually("all levels", lambda: _counted(topics) == sold, lambda: agents.log)
        eventually(
            f"the sums of all levels (seed {SEED})",
            lambda: _said(topics) == _sums(topics),
            lambda: f"{_said(topics)}\n{_sums(topics)}\n{products.log}",
        )
    finally:
        statuses = products.stop(), agents.stop()
    assert statuses == (0, 0), products.log[-3000:]


def _counted(topics: Topics) -> int:
    return sum(
        totals["receipts"]
        for totals in topics.now("checkout.totals").values()
        if totals["till_id"] is None
    )


def test_a_worker_that_has_read_all_shows_no_lag_behind_the_ends_of_transactions(
    topics: Topics, tmp_path: Path
) -> None:
    """Whatever agents write for other applications ends in a marker."""
    till = Till("idle-shop", "till-1")
    agents = WorkerProcess(topics.kafka, tmp_path, "retail", "idle")
    products = WorkerProcess(topics.kafka, tmp_path, "adding", "idle", "products")
    try:
        topics.send([till.sale(line(1, "idle-sku", 1)) for _ in range(20)])
        eventually(
            "the sum", lambda: _said(topics).get("idle-sku") == (-20, 0, 1), lambda: products.log
        )
        with _taken_back(topics.kafka, till.event("till_heartbeat")):
            eventually("the lag of what is held up", lambda: _lag(agents) > 0, lambda: agents.log)
        for worker in (agents, products):
            eventually("no lag", lambda of=worker: _lag(of) == 0, lambda of=worker: of.log)
    finally:
        statuses = products.stop(), agents.stop()
    assert statuses == (0, 0), products.log[-3000:]


@contextmanager
def _taken_back(kafka: str, message: Message) -> Iterator[None]:
    """A transaction with one message that is open for the length of a block."""
    producer: Any = KafkaProducer(bootstrap_servers=kafka, transactional_id="careless")
    producer.init_transactions()
    producer.begin_transaction()
    topic, key, value, partition = message
    producer.send(topic, value, key.encode(), partition=partition).get(PATIENCE_SECONDS)
    try:
        yield
    finally:
        producer.abort_transaction()
        producer.close()


def _lag(worker: WorkerProcess) -> float:
    return worker.metric(CONSUMER_LAG.name)


def test_each_sale_is_a_receipt_once_also_when_both_workers_are_killed(
    topics: Topics, tmp_path: Path
) -> None:
    tills = [Till(f"slip-shop-{number}", "till-1") for number in range(SHOPS)]
    agents = WorkerProcess(topics.kafka, tmp_path, "retail", "slips")
    slips = WorkerProcess(topics.kafka, tmp_path, "slips", "slips", "receipts")
    workers = agents, slips
    try:
        sent: list[str] = []
        for wave in range(4):
            sales = [till.sale(line(1, SKUS[0], 1)) for till in tills for _ in range(20)]
            topics.send([*sales, *sales[::7]])  # some come twice
            sent += [
                f"{till.location}/{till.till}/{till.epoch}" for till in tills for _ in range(20)
            ]
            workers[wave % 2].kill()
            workers[wave % 2].restart()
        eventually(
            "all receipts",
            lambda: len(_receipts(topics)) >= len(sent),
            lambda: agents.log + slips.log,
        )
        said = _receipts(topics)
        assert len(said) == len(set(said)), "a receipt was said twice"
        assert sorted(key.rpartition("/")[0] for key in said) == sorted(sent)
    finally:
        statuses = slips.stop(), agents.stop()
    assert statuses == (0, 0), slips.log[-3000:]


def _receipts(topics: Topics) -> list[str]:
    """The keys of those of this test's shops."""
    keys = [message.key.decode() for message in topics.messages("checkout.receipts")]
    return [key for key in keys if key.startswith("slip-shop-")]
