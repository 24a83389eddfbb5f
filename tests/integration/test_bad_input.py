"""What becomes of bad input, through real Kafka and a real worker.

Each case is sent between two good sales of the same location, in one batch: both must count.
"""

import json
from collections.abc import Generator
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from typing import Any

import pytest

from tests.integration.own_broker import tillstream
from tests.integration.sink_world import PARTITIONS, Message, Till, line, message, movement
from tests.integration.worker_world import Topics, WorkerProcess, eventually
from topics.partitioning import partition_of
from topics.registry import ASSORTMENT, STOCK_MOVEMENTS, TILL_EVENTS, dead_letter_of

pytestmark = pytest.mark.lonely

FAR_FUTURE_MS = 4_070_908_800_000
"""2099-01-01, by which a till with that date in its clock stamps its messages too."""

_numbers = count(1)


@dataclass
class Shop:
    """A location of a test's own, with one till, on the module's broker."""

    topics: Topics
    worker: WorkerProcess
    till: Till
    rounds: int = 0

    @property
    def name(self) -> str:
        return self.till.location

    def around(self, *bad: Message, headers: list[tuple[str, bytes]] | None = None) -> None:
        """Send ``bad`` between two sales of one "apple", and wait until a third has come out."""
        before, after = self.till.sale(line(1, "apple", 1)), self.till.sale(line(1, "apple", 1))
        self.topics.send([before, *bad, after], headers)
        self.topics.send([self.till.sale(line(1, "the-last", 1))])
        last, self.rounds = f"{self.name}/the-last", self.rounds + 1

        def has_come() -> bool:
            level = self.topics.now("stock.levels").get(last, {})
            return level.get("on_hand") == -self.rounds

        eventually(last, has_come, lambda: self.worker.log)

    def level(self, sku: str) -> dict[str, Any]:
        """The level that readers see."""
        return self.topics.now("stock.levels")[f"{self.name}/{sku}"]

    def dead(self, topic: str = TILL_EVENTS.name) -> list[Any]:
        """Dead letters of this shop."""
        key = self.name.encode()
        name = dead_letter_of(TILL_EVENTS if topic == TILL_EVENTS.name else STOCK_MOVEMENTS).name
        return [m for m in self.topics.messages(name) if m.key == key]

    def status(self) -> dict[str, Any]:
        """What is known of the till."""
        return self.topics.now("till.status")[f"{self.name}/{self.till.till}"]


@pytest.fixture(scope="module")
def worker(
    lonely_kafka: str, tmp_path_factory: pytest.TempPathFactory
) -> Generator[tuple[Topics, WorkerProcess]]:
    status, _, errors = tillstream(lonely_kafka, "topics", "sync", partitions=str(PARTITIONS))
    assert status == 0, errors
    folder = tmp_path_factory.mktemp("bad-input")
    process = WorkerProcess(lonely_kafka, folder, "worker-1", "tillstream")
    yield Topics(lonely_kafka), process
    assert process.stop() == 0, process.log[-3000:]


@pytest.fixture
def shop(worker: tuple[Topics, WorkerProcess]) -> Shop:
    name = f"shop-{next(_numbers)}"
    return Shop(*worker, Till(name, f"{name}-till-1"))


def changed(sent: Message, **fields: Any) -> Message:
    """A message with other fields; None takes one away."""
    topic, key, value, partition = sent
    body = {**json.loads(value or b"{}"), **fields}
    kept = {name: each for name, each in body.items() if each is not None}
    return topic, key, json.dumps(kept).encode(), partition


MALFORMED = {
    "malformed JSON": lambda sent: (*sent[:2], b'{"type": "cart_completed", ', sent[3]),
    "bytes that are not UTF-8": lambda sent: (*sent[:2], b"\xff\xfe\x00", sent[3]),
    "an unknown type": lambda sent: changed(sent, type="cart_teleported"),
    "a negative quantity": lambda sent: changed(sent, lines=[line(1, "apple", -1)]),
    "a missing field": lambda sent: changed(sent, till_id=None),
    "a sequence of nought": lambda sent: changed(sent, sequence=0),
    "a float for money": lambda sent: changed(sent, total_minor=1.5),
    "1 MB of junk": lambda sent: (*sent[:2], b"x" * 1_000_000, sent[3]),
}


@pytest.mark.parametrize("kind", MALFORMED)
def test_what_cannot_be_parsed_is_a_dead_letter_and_its_neighbours_count(
    shop: Shop, kind: str
) -> None:
    bad = MALFORMED[kind](message(TILL_EVENTS.name, shop.name, {}))
    if b'"lines"' in bad[2] or b"type" in bad[2]:
        bad = MALFORMED[kind](Till(shop.name, "other-till").sale(line(1, "apple", 1)))

    shop.around(bad, headers=[("traceparent", b"00-1")])

    assert shop.level("apple")["on_hand"] == -2, f"{kind} harmed the sales beside it"
    (letter,) = shop.dead()
    headers = dict(letter.headers)
    assert letter.value == bad[2], "the original bytes are lost"
    assert headers["traceparent"] == b"00-1", "the original headers are lost"
    assert headers["reason"] == b"malformed"
    assert headers["error"], "the letter does not say what is wrong"
    assert headers["source"].startswith(f"{TILL_EVENTS.name}-{bad[3]}-".encode())


def test_an_event_in_a_partition_that_is_not_its_locations_is_a_dead_letter(shop: Shop) -> None:
    stray = Till("stray", "stray-till").sale(line(1, "apple", 1))
    wrong = (partition_of("stray", PARTITIONS) + 1) % PARTITIONS

    shop.around((stray[0], shop.name, stray[2], wrong))

    (letter,) = shop.dead()
    assert dict(letter.headers)["reason"] == b"wrong_partition"
    assert "stray/apple" not in shop.topics.now("stock.levels"), "a stray event was applied"


def test_a_time_in_the_far_future_sells_but_leaves_the_locations_clock_alone(shop: Shop) -> None:
    now = datetime.now(UTC).isoformat()
    opened = shop.till.event("cart_opened", cart_id="open", occurred_at=now)
    pears = line(1, "pear", 3)
    added = shop.till.event("line_added", cart_id="open", line=pears, occurred_at=now)
    far = changed(
        Till(shop.name, f"{shop.name}-till-2").sale(line(1, "pear", 1)),
        occurred_at="2099-01-01T00:00:00Z",
    )

    shop.topics.send([opened, added])
    shop.topics.send([far], timestamp_ms=FAR_FUTURE_MS)
    shop.around()

    level = shop.level("pear")
    assert level["on_hand"] == -1, "a sale with a wrong clock was lost"
    assert level["in_carts"] == 3, "a wrong clock has thrown open carts away"


def test_a_duplicate_is_counted_and_not_applied(shop: Shop) -> None:
    sale = shop.till.sale(line(1, "plum", 5))

    shop.around(sale, sale, sale)

    assert shop.level("plum")["on_hand"] == -5, "a sale that came three times counts as more"
    assert shop.status()["duplicates"] == 2


def test_a_gap_is_told_and_healed_by_the_event_that_arrives_late(shop: Shop) -> None:
    late = shop.till.sale(line(1, "plum", 5))

    shop.around()
    assert shop.status()["missing"] == [[1, 1]], "nobody is told that an event is missing"
    shop.around(late)

    assert shop.status()["missing"] == []
    assert shop.level("plum")["on_hand"] == -5, "a late sale was lost"


def test_an_event_of_an_unknown_product_and_location_counts_all_the_same(shop: Shop) -> None:
    shop.around(shop.till.sale(line(1, "never-heard-of", 2)))

    assert shop.level("never-heard-of")["on_hand"] == -2


def test_a_quantity_of_nought_moves_nothing(shop: Shop) -> None:
    shop.around(shop.till.sale(line(1, "apple", 0), line(2, "apple", 0)))

    assert shop.level("apple")["on_hand"] == -2


def test_a_movement_seen_twice_counts_once_and_a_malformed_one_is_a_dead_letter(shop: Shop) -> None:
    delivery = movement(shop.name, "kiwi", 40, f"{shop.name}-delivery")
    bad = (STOCK_MOVEMENTS.name, shop.name, b'{"quantity": "many"}', delivery[3])

    shop.around(delivery, bad, delivery)
    kiwi = f"{shop.name}/kiwi"
    eventually(kiwi, lambda: kiwi in shop.topics.now("stock.levels"), lambda: shop.worker.log)
    shop.around()

    assert shop.level("kiwi")["on_hand"] == 40
    assert len(shop.dead(STOCK_MOVEMENTS.name)) == 1


def test_a_tombstone_in_the_assortment_stops_nobody(shop: Shop) -> None:
    partition = partition_of(shop.name, PARTITIONS)

    shop.topics.send([(ASSORTMENT.name, shop.name, None, partition)])
    shop.around()

    assert shop.level("apple")["on_hand"] == -2
