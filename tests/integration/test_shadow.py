"""A new version beside the live one: the same rules agree, an altered rule is found by key."""

import json
import os
import subprocess
import sys
from collections.abc import Generator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from kafka import KafkaAdminClient

from tests.integration.altered_checkout import altered_checkout
from tests.integration.own_broker import tillstream
from tests.integration.process import HOME, PATIENCE_SECONDS
from tests.integration.sink_world import PARTITIONS, Till, line, message, movement
from tests.integration.worker_world import Topics, WorkerProcess, eventually
from topics.registry import ASSORTMENT, TILL_EVENTS

pytestmark = pytest.mark.lonely

SHOPS = 4
SALES_EACH = 25


@dataclass
class Live:
    """A live worker that has read everything, and where."""

    kafka: str
    folder: Path

    def shadow(self, checkout: Path = HOME, **settings: str) -> tuple[int, dict[str, Any]]:
        """Run the shadow of ``checkout`` until it has caught up: exit status and outcome."""
        given = {"home": str(self.folder), "kafka": self.kafka, **settings}
        environment = {f"TILLSTREAM_{name.upper()}": value for name, value in given.items()}
        done = subprocess.run(
            [sys.executable, "-P", "-m", "tillstream", "shadow", "--until-caught-up", "--json"],
            cwd=checkout,
            env={**os.environ, "PYTHONPATH": str(checkout), **environment},
            capture_output=True,
            text=True,
            timeout=2 * PATIENCE_SECONDS,
        )
        assert done.stdout, done.stderr[-3000:]
        return done.returncode, json.loads(done.stdout)


def _assortment(location: str, sku: str, reorder_point: int) -> Any:
    row = {"location_id": location, "sku": sku, "listed": True, "order_up_to": 200}
    return message(ASSORTMENT.name, location, {**row, "reorder_point": reorder_point})


def _business(topics: Topics) -> None:
    """Deliveries, sales, returns, open carts, an alert that clears, and a broken message.

    The second policy makes the alert one that is raised, and clears, in whatever order a replay
    meets policies and deliveries.
    """
    tills = [Till(f"shadow-shop-{n}", f"shadow-till-{n}") for n in range(SHOPS)]
    for reorder_point in (1000, 100):
        topics.send([_assortment(till.location, "tea", reorder_point) for till in tills])
    topics.send([movement(till.location, "tea", 99) for till in tills])
    topics.send([message(TILL_EVENTS.name, tills[0].location, b"{broken")])
    for number in range(SALES_EACH):
        topics.send([till.sale(line(1, f"sku-{number % 5}", 2)) for till in tills])
    topics.send([till.goods_returned(line(1, "sku-1", 1), restock=True) for till in tills])
    topics.send([till.event("cart_opened", cart_id="open") for till in tills])
    topics.send([movement(till.location, "tea", 1) for till in tills])


@pytest.fixture(scope="module")
def live(lonely_kafka: str, tmp_path_factory: pytest.TempPathFactory) -> Generator[Live]:
    folder = tmp_path_factory.mktemp("shadow")
    status, _, errors = tillstream(lonely_kafka, "topics", "sync", partitions=str(PARTITIONS))
    assert status == 0, errors
    worker = WorkerProcess(lonely_kafka, folder, "worker-1", "tillstream")
    topics = Topics(lonely_kafka)
    _business(topics)
    try:
        eventually(
            "the last delivery at every shop",
            lambda: _teas(topics) == [100] * SHOPS,
            lambda: worker.log,
        )
        yield Live(lonely_kafka, folder)
    finally:
        worker.stop()


def _teas(topics: Topics) -> list[int]:
    levels = topics.now("stock.levels")
    return [level["on_hand"] for key, level in levels.items() if key.endswith("/tea")]


def test_the_same_version_differs_nowhere_and_leaves_nothing_behind(live: Live) -> None:
    status, outcome = live.shadow()

    assert outcome["differences"] == [] and outcome["same"], outcome
    assert status == 0
    topics = outcome["topics"]
    assert topics["stock.levels"]["keys"] == SHOPS * 6, "not every level was compared"
    assert topics["checkout.totals"]["keys"] == SHOPS * 2
    assert topics["till.cart-events.dead-letter"]["keys"] == 1
    assert all(topic["undecided"] == 0 for topic in topics.values()), topics
    untyped: Any = KafkaAdminClient(bootstrap_servers=live.kafka)
    with closing(untyped) as admin:
        left = [name for name in admin.list_topics() if "shadow" in name]
        groups = [group for group in admin.list_groups() if "shadow" in str(group)]
    assert (left, groups) == ([], []), "the shadow left something on the broker"
    assert not (live.folder / "state" / "tillstream-shadow").exists()


def test_another_setting_shows_as_the_alerts_that_it_keeps_raised(live: Live) -> None:
    status, outcome = live.shadow(restock_hysteresis="5")

    found = {(each["topic"], each["key"]) for each in outcome["differences"]}
    assert found == {("restock.alerts", f"shadow-shop-{n}/tea") for n in range(SHOPS)}, outcome
    assert all(each["fields"]["state"] == ["cleared", "raised"] for each in outcome["differences"])
    assert status == 1


def test_an_altered_rule_is_found_by_topic_key_and_field(live: Live, tmp_path: Path) -> None:
    rule = "row.units += sale.units"
    checkout = altered_checkout(tmp_path, "tables/totals.py", rule, f"{rule} + 1")

    status, outcome = live.shadow(checkout=checkout)

    found = {(each["topic"], *each["fields"]) for each in outcome["differences"]}
    assert found == {("checkout.totals", "units")}, outcome
    assert len(outcome["differences"]) == SHOPS * 2, "one for each row of the totals"
    assert status == 1
