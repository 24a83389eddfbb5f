"""`tillstream rebuild` on a real broker: wrong figures become right while tills sell."""

import json
import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from kafka import KafkaAdminClient

from clients.kafka import KafkaAccess
from operations.generations import log
from tests.integration.altered_checkout import altered_checkout
from tests.integration.own_broker import dismiss, tillstream, tillstream_json
from tests.integration.process import HOME, PATIENCE_SECONDS
from tests.integration.sink_world import (
    PARTITIONS,
    WHEN,
    SinkProcess,
    Till,
    execute,
    level,
    line,
    message,
    movement,
    rows,
)
from tests.integration.worker_world import Topics, WorkerProcess, eventually
from topics.registry import ASSORTMENT, OUTPUTS, PRODUCT_STOCK, TILL_EVENTS
from topics.upkeep import GENERATION_BITS

pytestmark = pytest.mark.lonely

SHOPS = 4
SALES_EACH = 25
WEIGHT_GRAMS = 742
HANDED_OVER = "restart, one at a time: worker-1"

GROUPS = {"agents": "tillstream", "products": "tillstream-products"}
"""Of the first generation of an application, by its role."""


class OtherWorker(WorkerProcess):
    """A worker of another checkout."""

    def __init__(self, checkout: Path, kafka: str, folder: Path, role: str = "agents") -> None:
        self._checkout = checkout
        super().__init__(kafka, folder, "worker-1", "tillstream", role)

    def _start(self) -> subprocess.Popen[bytes]:
        with self._log.open("ab") as log:
            return subprocess.Popen(
                [sys.executable, "-P", *self._arguments],
                cwd=self._checkout,
                env={**os.environ, "PYTHONPATH": str(self._checkout), **self.environment},
                stdout=log,
                stderr=subprocess.STDOUT,
            )


@dataclass
class World:
    """A live worker with a wrong rule, and where it works."""

    kafka: str
    folder: Path
    wrong: WorkerProcess
    topics: Topics
    tills: list[Till]
    started: list[Any] = field(default_factory=list[Any])

    @contextmanager
    def rebuild(self, *options: str) -> Generator["Running"]:
        """The command in a process of its own."""
        running = Running(self, options)
        try:
            yield running
        finally:
            if running.process.poll() is None:
                running.process.kill()
                running.process.wait()

    def sell(self, till: Till) -> None:
        """A sale of two pieces and something weighed."""
        weighed = {**line(2, "grapes", WEIGHT_GRAMS, 300), "unit": "gram"}
        self.topics.send([till.sale(line(1, "tea", 2), weighed)])

    def hand_over(self, role: str = "agents") -> WorkerProcess:
        """The wrong worker ends, and one of this checkout comes under its name.

        Not after 12 s, for which the group of before would have kept its place.
        """
        assert self.wrong.stop() == 0, self.wrong.log[-3000:]
        dismiss(self.kafka, GROUPS[role])
        worker = WorkerProcess(self.kafka, self.folder, "worker-1", "tillstream", role)
        self.started.append(worker)
        return worker

    def newest(self, topic: str) -> dict[str, dict[str, Any]]:
        """What a reader holds who keeps the newest version of each key."""
        held: dict[str, dict[str, Any]] = {}
        for each in self.topics.messages(topic):
            key, row = each.key.decode(), json.loads(each.value or b"{}")
            if not row:
                held.pop(key, None)
            elif key not in held or row["version"] > held[key]["version"]:
                held[key] = row
        return held


class Running:
    """`tillstream rebuild` at work."""

    def __init__(self, world: World, options: tuple[str, ...]) -> None:
        self._log = world.folder / f"rebuild-{len(world.started)}.log"
        world.started.append(self)
        settings = {
            "TILLSTREAM_HOME": str(world.folder),
            "TILLSTREAM_KAFKA": world.kafka,
            "TILLSTREAM_PARTITIONS": str(PARTITIONS),
        }
        with self._log.open("wb") as log_file:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "tillstream", "rebuild", "--json", *options],
                cwd=HOME,
                env={**os.environ, **settings},
                stdout=subprocess.PIPE,
                stderr=log_file,
                text=True,
            )

    def said(self) -> str:
        """What it has told so far."""
        return self._log.read_text()

    def until(self, words: str) -> None:
        """Wait until it says so."""
        eventually(words, lambda: words in self.said(), self.said)

    def outcome(self) -> dict[str, Any]:
        """Wait for its good end."""
        output, _ = self.process.communicate(timeout=PATIENCE_SECONDS)
        assert self.process.returncode == 0, self.said()[-3000:]
        return json.loads(output)


@pytest.fixture
def world(
    lonely_kafka_anew: str, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> Generator[World]:
    grams_as_pieces = "tables/totals.py", "units += 1\n", "units += line.quantity\n"
    checkout = altered_checkout(tmp_path_factory.mktemp("wrong"), *grams_as_pieces)
    kafka = lonely_kafka_anew
    status, _, errors = tillstream(kafka, "topics", "sync", partitions=str(PARTITIONS))
    assert status == 0, errors
    wrong = OtherWorker(checkout, kafka, tmp_path)
    tills = [Till(f"shop-{number}", "1") for number in range(SHOPS)]
    made = World(kafka, tmp_path, wrong, Topics(kafka), tills)
    with _ended(made):
        _business(made)
        yield made


@contextmanager
def _ended(world: World) -> Generator[None]:
    """Leaves no process of it running."""
    try:
        yield
    finally:
        for worker in (world.wrong, *world.started):
            if worker.process.poll() is None:
                worker.process.kill()
                worker.process.wait()


def _business(world: World) -> None:
    """Alerts, sales with something weighed, and a broken message; all of it folded wrongly."""
    topics, tills = world.topics, world.tills
    row = {"sku": "tea", "listed": True, "reorder_point": 1000, "order_up_to": 2000}
    policies = [{**row, "location_id": till.location} for till in tills]
    topics.send([message(ASSORTMENT.name, each["location_id"], each) for each in policies])
    topics.send([movement(till.location, "tea", 500) for till in tills])
    topics.send([message(TILL_EVENTS.name, tills[0].location, b"{broken")])
    for _ in range(SALES_EACH):
        for till in tills:
            world.sell(till)
    eventually("the last sale", lambda: _receipts(world) == [SALES_EACH] * SHOPS, lambda: "")
    units = {row["units"] for row in world.newest("checkout.totals").values()}
    assert units == {SALES_EACH * (2 + WEIGHT_GRAMS)}, "the rule is not wrong at all"


def _receipts(world: World) -> list[int]:
    held = world.newest("checkout.totals").values()
    return [row["receipts"] for row in held if row["till_id"] is None]


def _told(world: World) -> Counter[tuple[str, bytes]]:
    """How many messages each key of each output has."""
    return Counter(
        (spec.name, each.key) for spec in OUTPUTS for each in world.topics.messages(spec.name)
    )


def _topic_ids(kafka: str) -> dict[str, Any]:
    untyped: Any = KafkaAdminClient(bootstrap_servers=kafka)
    with closing(untyped) as admin:
        return {each["name"]: each["topic_id"] for each in admin.describe_topics()}


def test_every_reader_gets_the_right_rows_while_tills_go_on_selling(
    world: World, fresh_postgres: str
) -> None:
    sink = SinkProcess(world.kafka, fresh_postgres, world.folder)
    world.started.append(sink)
    quiet, busy = world.tills[0], world.tills[1]
    eventually(
        "alerts in the database", lambda: len(_alerts(fresh_postgres)) == SHOPS, lambda: sink.log
    )
    for location, raised_at in _alerts(fresh_postgres):
        execute(
            fresh_postgres,
            "INSERT INTO alert_handling (location_id, sku, raised_at, owner, changed_by)"
            " VALUES (%s, 'tea', %s, 'Mia', 'Mia')",
            location,
            raised_at,
        )
    # Rows of an item that the inputs never named, as a rule might make them that is wrong.
    gone = level(quiet.location, "ghost", 3, version=5)
    world.topics.send([gone, _raised(gone[2] or b"")])
    before, topics_before = _told(world), _topic_ids(world.kafka)

    with world.rebuild("--workers", "2") as rebuild:
        rebuild.until("is begun")
        for _ in range(3):
            world.sell(busy)
        rebuild.until(HANDED_OVER)
        world.sell(busy)
        world.hand_over()
        outcome = rebuild.outcome()

    assert (outcome["generation"], outcome["before"], outcome["restated"]) == (1, [0], 2)
    after, ghost = _told(world), f"{quiet.location}/ghost"
    of_the_quiet = {
        place: after[place] - before[place]
        for place in after
        if place[1].startswith(f"{quiet.location}/".encode()) and place[1] != ghost.encode()
    }
    assert set(of_the_quiet.values()) == {1}, f"history was published: {of_the_quiet}"
    assert {name: _topic_ids(world.kafka)[name] for name in topics_before} == topics_before

    # A decision is obeyed before the next event of a till, which beats once a minute.
    world.topics.send([quiet.event("till_heartbeat")])
    world.sell(busy)
    eventually("the last sale", lambda: max(_receipts(world)) == SALES_EACH + 5, lambda: "")
    for topic in (spec.name for spec in OUTPUTS):
        eventually("no ghost", lambda topic=topic: ghost not in world.newest(topic), lambda: "")
        held = world.newest(topic)
        assert {row["version"] >> GENERATION_BITS for row in held.values()} == {1}, topic
    totals = world.newest("checkout.totals").values()
    assert {row["units"] / row["receipts"] for row in totals} == {3.0}
    assert {row["weight_grams"] / row["receipts"] for row in totals} == {float(WEIGHT_GRAMS)}

    eventually("rows", lambda: _generations(fresh_postgres) == {1}, lambda: sink.log)
    attached = rows(
        fresh_postgres,
        "SELECT count(*) FROM restock_alerts"
        " JOIN alert_handling USING (location_id, sku, raised_at) WHERE owner = 'Mia'",
    )
    assert attached == [(SHOPS,)], "what people decided was left behind"
    status, output, errors = tillstream(world.kafka, "reconcile", postgres=fresh_postgres)
    assert status == 0, output + errors
    letters = tillstream_json(world.kafka, "dead-letters", "list")[1]
    assert [each["repeated"] for each in letters] == [False, True]
    _cleaned(world)


def _raised(ghost: bytes) -> Any:
    """An alert about the item of that level."""
    row = json.loads(ghost)
    alert = {
        "location_id": row["location_id"],
        "sku": row["sku"],
        "state": "raised",
        "reason": "below_reorder_point",
        "on_hand": 3,
        "reorder_point": 9,
        "suggested_quantity": 6,
        "raised_at": row["as_of"],
        "cleared_at": None,
        "version": 5,
    }
    key = f"{row['location_id']}/{row['sku']}"
    return message("restock.alerts", row["location_id"], alert, key)


def _alerts(postgres: str) -> list[tuple[Any, ...]]:
    return rows(
        postgres,
        "SELECT location_id, raised_at FROM restock_alerts WHERE state = 'raised' AND sku = 'tea'",
    )


def _generations(postgres: str) -> set[int]:
    found = rows(
        postgres,
        "SELECT version >> 44 FROM stock_levels UNION SELECT version >> 44 FROM checkout_totals"
        " UNION SELECT version >> 44 FROM restock_alerts"
        " UNION SELECT version >> 44 FROM till_status",
    )
    return {generation for (generation,) in found}


def _cleaned(world: World) -> None:
    """What the generation before kept goes, and nothing of the live one."""
    settings = {"home": str(world.folder)}
    status, told = tillstream_json(world.kafka, "rebuild", "--clean", **settings)
    assert (status, told["removed"]) == (0, [0])
    untyped: Any = KafkaAdminClient(bootstrap_servers=world.kafka)
    with closing(untyped) as admin:
        changelogs = [name for name in admin.list_topics() if name.endswith("-state-changelog")]
        groups = {each["group_id"] for each in admin.list_groups()}
    assert changelogs == ["tillstream-g1-state-changelog"]
    assert "tillstream" not in groups and "tillstream-g1" in groups
    assert not (world.folder / "state" / "tillstream").exists()
    assert (world.folder / "state" / "tillstream-g1").exists()


def test_a_rebuild_that_is_killed_goes_on_and_one_that_waits_may_be_broken_off(
    world: World,
) -> None:
    with world.rebuild() as rebuild:
        rebuild.until("generation 1 is begun")
        rebuild.process.kill()
    with world.rebuild() as rebuild:
        rebuild.until("generation 1 is taken up again")
        rebuild.until(HANDED_OVER)
        rebuild.process.send_signal(signal.SIGINT)
        assert rebuild.process.wait(timeout=PATIENCE_SECONDS) == 130, rebuild.said()

    with world.rebuild() as rebuild:
        rebuild.until("generation 1 is taken up again")
        rebuild.until(HANDED_OVER)
        world.hand_over()
        assert rebuild.outcome()["generation"] == 1
    assert {row["units"] for row in world.newest("checkout.totals").values()} == {SALES_EACH * 3}


@pytest.fixture(scope="module")
def broker(lonely_kafka: str) -> str:
    """A broker on which nobody works."""
    status, _, errors = tillstream(lonely_kafka, "topics", "sync", partitions=str(PARTITIONS))
    assert status == 0, errors
    return lonely_kafka


@pytest.fixture
def products(
    broker: str, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> Generator[World]:
    """A live worker of the products that counts empty shelves as stocked."""
    empty_as_stocked = "tables/products.py", "share.on_hand > 0", "share.on_hand >= 0"
    checkout = altered_checkout(tmp_path_factory.mktemp("wrong"), *empty_as_stocked)
    wrong = OtherWorker(checkout, broker, tmp_path, "products")
    made = World(broker, tmp_path, wrong, Topics(broker), [])
    with _ended(made):
        yield made


def _stocked(world: World) -> dict[str, tuple[int, int, int]]:
    """By SKU: what all locations have, how many have some, and the generation that says so."""
    return {
        sku: (row["on_hand"], row["locations_stocked"], row["version"] >> GENERATION_BITS)
        for sku, row in world.newest(PRODUCT_STOCK.name).items()
    }


def _shelves(world: World, version: int, **on_hand: int) -> None:
    """Each of two shops has so many of each SKU, and a third has none."""
    for shop, share in (("shelf-1", 1), ("shelf-2", 1), ("shelf-3", 0)):
        world.topics.send(
            [level(shop, sku, number * share, version) for sku, number in on_hand.items()]
        )


def test_the_sums_of_products_are_made_anew_while_levels_go_on_coming(products: World) -> None:
    world, topic = products, PRODUCT_STOCK.name
    _shelves(world, 1, milk=3, rice=5)
    eventually(
        "the wrong sums",
        lambda: _stocked(world) | {"milk": (6, 3, 0), "rice": (10, 3, 0)} == _stocked(world),
        lambda: world.wrong.log,
    )
    # A row of a SKU that no location ever had, as a rule might leave it that is wrong.
    ghost = {"sku": "ghost", "on_hand": 3, "in_carts": 0, "available": 3, "version": 5}
    ghost |= {"locations_stocked": 1, "locations_empty": 0, "as_of": WHEN}
    world.topics.send([message(topic, "ghost", ghost)])
    told_before = len(world.topics.history(topic, "milk"))

    with world.rebuild("--application", "products", "--workers", "2") as rebuild:
        rebuild.until("is begun")
        _shelves(world, 2, rice=6)
        rebuild.until(HANDED_OVER)
        _shelves(world, 3, rice=7)
        right = world.hand_over("products")
        outcome = rebuild.outcome()

    generation = outcome["generation"]
    assert outcome["application_id"] == "tillstream-products"
    assert (outcome["before"], outcome["restated"]) == ([0], 1)
    eventually("no ghost", lambda: "ghost" not in world.newest(topic), lambda: right.log)
    stands = {"milk": (6, 2, generation), "rice": (14, 2, generation)}
    eventually(
        "the right sums", lambda: _stocked(world) | stands == _stocked(world), lambda: right.log
    )
    assert len(world.topics.history(topic, "milk")) == told_before + 1, "history was published"

    settings = {"home": str(world.folder)}
    told = tillstream_json(
        world.kafka, "rebuild", "--clean", "--application", "products", **settings
    )
    assert told[0] == 0 and told[1]["removed"] == [0]
    assert not (world.folder / "state" / "tillstream-products").exists()
    right.kill()
    right.restart()
    _shelves(world, 4, rice=1)
    eventually(
        "what comes after a restart",
        lambda: _stocked(world)["rice"] == (2, 2, generation),
        lambda: right.log,
    )


def test_what_receipts_remember_is_not_made_anew(broker: str) -> None:
    status, _, errors = tillstream(broker, "rebuild", "--application", "receipts")
    assert status == 2 and "remembers what it has said" in " ".join(errors.split())


def test_a_generation_is_dropped_until_it_has_said_its_first_word(broker: str) -> None:
    application = {"application_id": "dropped"}
    generation = log.begun(KafkaAccess(broker), "dropped")
    Topics(broker).send([level("shop-1", "tea", 1, version=7)])
    status, told = tillstream_json(broker, "rebuild", "--abandon", **application)
    assert (status, told["abandoned"]) == (0, generation)

    another = log.begun(KafkaAccess(broker), "dropped")
    assert another == generation + 1, "the number of what was dropped came again"
    Topics(broker).send([level("shop-1", "tea", 1, version=(another << GENERATION_BITS) + 7)])
    status, _, errors = tillstream(broker, "rebuild", "--abandon", **application)
    assert status == 1 and "has said its first words" in errors
    assert log.load(KafkaAccess(broker)).building["dropped"] == another


def test_there_is_nothing_to_drop_where_nothing_is_built(broker: str) -> None:
    status, _, errors = tillstream(broker, "rebuild", "--abandon", application_id="nobody")
    assert status == 1 and "no generation of nobody is being built" in errors


def test_a_new_application_goes_on_above_all_that_were_there(broker: str) -> None:
    first = log.joined(KafkaAccess(broker), "first")
    assert log.joined(KafkaAccess(broker), "first") == first, "a restart takes what was registered"
    assert log.joined(KafkaAccess(broker), "second") > first
    assert log.live(KafkaAccess(broker), "never-seen") == 0
    building = log.begun(KafkaAccess(broker), "second")
    assert log.load(KafkaAccess(broker)).begun_at[building] <= datetime.now(UTC)


def test_workers_that_start_at_once_take_one_generation_and_applications_one_each(
    broker: str,
) -> None:
    with ThreadPoolExecutor(8) as pool:
        same = list(pool.map(lambda _: log.joined(KafkaAccess(broker), "at-once"), range(4)))
        each = list(
            pool.map(lambda name: log.joined(KafkaAccess(broker), f"one-of-{name}"), "abcd")
        )
    assert len(set(same)) == 1
    assert len({*same, *each}) == 5, "two states would say the same versions"
