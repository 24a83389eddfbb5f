"""The admission at a real broker that asks everybody who they are: each message once, or none."""

import time
from collections.abc import Generator
from pathlib import Path
from typing import Any

import kafka.errors as errors
import pytest
from kafka.structs import TopicPartition

from clients import blocking_kafka
from clients.kafka import KafkaAccess
from identity.names import StoreName
from local.kafka_links import BROKER
from tests.integration.guarded_broker import PARTITIONS, GuardedBroker, guarded_broker
from tests.integration.own_broker import tillstream_json
from tests.integration.process import PATIENCE_SECONDS, Process
from topics.dead_letters import told
from topics.mirrored import up_topic
from topics.partitioning import partition_of
from topics.registry import STOCK_MOVEMENTS, TILL_EVENTS
from topics.taken import STORE_AT

pytestmark = pytest.mark.lonely

HERE, THERE = "shop-1", "shop-2"

STORE_MS = 1_764_489_600_123
"""A year before the broker's time: the store was dark for long."""


@pytest.fixture(scope="module")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Generator[GuardedBroker]:
    with guarded_broker(tmp_path_factory.mktemp("admitting")) as broker:
        status, output, said = broker.sync("--mirrored", HERE, "--mirrored", THERE)
        assert status == 0, output + said
        yield broker


def _worker(broker: GuardedBroker, name: str) -> Process:
    settings = {**broker.settings("admission"), "kafka": broker.mutual, "log_level": "info"}
    log = broker.folder / f"{name}.log"
    return Process(["-m", "tillstream", "worker", "admission", "--name", name], log, settings)


@pytest.fixture(scope="module")
def admission(broker: GuardedBroker) -> Generator[Process]:
    worker = _worker(broker, "first")
    yield worker
    if worker.process.poll() is None:
        worker.stop()


def _say(broker: GuardedBroker, shop: str, values: list[bytes], what: str = "till-events") -> None:
    """As that store's mirror does, with the store's time."""
    access = broker.as_somebody(StoreName(shop))
    producer = blocking_kafka.producer(access, acks="all", linger_ms=5)
    for value in values:
        producer.send(up_topic(shop, what), value, b"k", partition=0, timestamp_ms=STORE_MS)
    producer.flush()
    producer.close()


def _named(shop: str, word: str, count: int) -> list[bytes]:
    return [b'{"location_id":"%b","n":"%b-%d"}' % (shop.encode(), word.encode(), n)
            for n in range(count)]  # fmt: skip


def _records(broker: GuardedBroker, topic: str, partition: int) -> list[Any]:
    place = TopicPartition(topic, partition)
    consumer = blocking_kafka.consumer(
        broker.access(BROKER), auto_offset_reset="earliest", isolation_level="read_committed"
    )
    try:
        consumer.assign([place])
        end, found = consumer.end_offsets([place])[place], list[Any]()
        while consumer.position(place) < end:
            for records in consumer.poll(500).values():
                found += records
        return found
    finally:
        consumer.close()


def _arrived(broker: GuardedBroker, topic: str, partition: int, last: bytes) -> list[Any]:
    """All that is in a partition, once ``last`` is."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        found = _records(broker, topic, partition)
        if last in [each.value for each in found]:
            return found
        assert time.monotonic() < deadline, f"{last!r} did not come to {topic}-{partition}"
        time.sleep(0.2)


def _of(shop: str) -> int:
    return partition_of(shop, PARTITIONS)


def test_what_a_store_says_goes_on_in_its_order_with_the_stores_time(
    broker: GuardedBroker, admission: Process
) -> None:
    wanted = _named(HERE, "sale", 300)
    _say(broker, HERE, wanted)
    found = _arrived(broker, TILL_EVENTS.name, _of(HERE), wanted[-1])
    assert [each.value for each in found] == wanted, "lost, doubled, or out of order"
    assert {each.key for each in found} == {HERE.encode()}
    assert {told(each.headers, STORE_AT) for each in found} == {"2025-11-30T08:00:00.123Z"}
    moved = _named(HERE, "delivery", 3)
    _say(broker, HERE, moved, "stock-movements")
    found = _arrived(broker, STOCK_MOVEMENTS.name, _of(HERE), moved[-1])
    assert [each.value for each in found] == moved


def test_a_store_that_speaks_for_another_holds_up_nobody_and_is_not_heard(
    broker: GuardedBroker, admission: Process
) -> None:
    forged, own = _named(HERE, "forged", 5), _named(THERE, "own", 5)
    _say(broker, THERE, [*forged, b"\xff", *own])
    _arrived(broker, TILL_EVENTS.name, _of(THERE), own[-1])
    letters = _records(broker, f"{up_topic(THERE, 'till-events')}.dead-letter", 0)
    assert [each.value for each in letters] == [*forged, b"\xff"]
    assert {told(each.headers, "reason") for each in letters} == {"foreign_location"}
    _, listed = tillstream_json(
        broker.mutual,
        *("dead-letters", "list", up_topic(THERE, "till-events")),
        **broker.settings("operator"),
    )
    assert [each["reason"] for each in listed] == ["foreign_location"] * 6
    everywhere = [_records(broker, TILL_EVENTS.name, each) for each in range(PARTITIONS)]
    heard = {each.value for records in everywhere for each in records}
    assert not heard & set(forged)
    assert "foreign_location" in admission.log


def test_what_no_input_would_take_is_a_dead_letter_and_what_follows_goes_on(
    broker: GuardedBroker, admission: Process
) -> None:
    huge = b'{"location_id":"%b","x":"%b"}' % (HERE.encode(), b"x" * 1_050_000)
    access = broker.as_somebody(StoreName(HERE))
    producer = blocking_kafka.producer(access, acks="all", max_request_size=9_000_000)
    producer.send(up_topic(HERE, "till-events"), huge, b"k", partition=0).get(timeout=30)
    producer.close()
    after = _named(HERE, "after-the-huge-one", 1)
    _say(broker, HERE, after)
    _arrived(broker, TILL_EVENTS.name, _of(HERE), after[0])
    (letter,) = _records(broker, f"{up_topic(HERE, 'till-events')}.dead-letter", 0)
    assert told(letter.headers, "reason") == "too_large"
    assert letter.value == huge


class _NoText(str):
    """The name of a header that is no text, once it is bytes."""

    def encode(self, encoding: str = "utf-8", errors: str = "strict") -> bytes:
        return b"\xff\xfe"


def test_a_message_that_no_client_can_unpack_silences_its_store_alone(
    broker: GuardedBroker, admission: Process
) -> None:
    shop = "shop-9"
    assert broker.sync("--mirrored", shop)[0] == 0
    producer = blocking_kafka.producer(broker.as_somebody(StoreName(shop)), acks="all")
    headers = [(_NoText("name"), b"x")]
    producer.send(up_topic(shop, "till-events"), b"{}", b"k", headers, 0).get(timeout=30)
    producer.close()
    deadline = time.monotonic() + PATIENCE_SECONDS
    while "unreadable" not in admission.log:
        assert time.monotonic() < deadline, admission.log[-2000:]
        time.sleep(0.2)
    for number in range(3):
        own = _named(HERE, f"beside-the-broken-{number}", 20)
        _say(broker, HERE, own)
        found = [each.value for each in _arrived(broker, TILL_EVENTS.name, _of(HERE), own[-1])]
        assert [each for each in found if each in own] == own


def test_an_admission_that_is_killed_in_mid_work_moves_each_message_once(
    broker: GuardedBroker, admission: Process
) -> None:
    wanted = _named(HERE, "flow", 12_000)
    _say(broker, HERE, wanted)
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not _has_some(broker, wanted):
        assert time.monotonic() < deadline, "nothing moves"
    admission.kill()
    admission.restart()
    found = [each.value for each in _arrived(broker, TILL_EVENTS.name, _of(HERE), wanted[-1])]
    assert [each for each in found if b"flow" in each] == wanted, "lost, doubled or out of order"


def _has_some(broker: GuardedBroker, wanted: list[bytes]) -> bool:
    there = {each.value for each in _records(broker, TILL_EVENTS.name, _of(HERE))}
    return wanted[0] in there


def test_a_store_that_is_added_is_heard_without_a_restart(
    broker: GuardedBroker, admission: Process
) -> None:
    assert broker.sync("--mirrored", "shop.new")[0] == 0
    wanted = _named("shop.new", "first", 3)
    _say(broker, "shop.new", wanted)
    found = _arrived(broker, TILL_EVENTS.name, _of("shop.new"), wanted[-1])
    assert [each.value for each in found if each.key == b"shop.new"] == wanted


def test_who_is_mirrored_stays_so_in_a_sync_that_does_not_name_it(broker: GuardedBroker) -> None:
    status, output, said = broker.sync("--check")
    assert status == 0, output + said
    assert broker.sync()[0] == 0
    access = broker.as_somebody(StoreName(HERE))
    assert _written(access, up_topic(HERE, "reports")) >= 0, "its rules were taken away"


@pytest.mark.parametrize(
    "topic",
    [TILL_EVENTS.name, up_topic(THERE, "till-events"), f"down.{HERE}", f"ack.{HERE}"],
)
def test_a_store_writes_nothing_but_its_own_topics(broker: GuardedBroker, topic: str) -> None:
    with pytest.raises((errors.TopicAuthorizationFailedError, errors.KafkaTimeoutError)):
        _written(broker.as_somebody(StoreName(HERE)), topic)


def test_a_store_reads_no_feed_but_its_own(broker: GuardedBroker) -> None:
    with blocking_kafka.admin(broker.as_somebody(StoreName(HERE))) as admin:
        seen = {each for each in admin.list_topics() if not each.startswith("__")}
    up = {up_topic(HERE, each) for each in ("till-events", "stock-movements", "reports")}
    assert seen == up | {f"down.{HERE}", f"ack.{HERE}"}


def _written(access: KafkaAccess, topic: str) -> int:
    producer = blocking_kafka.producer(access, max_block_ms=5_000, enable_idempotence=False)
    try:
        return producer.send(topic, b"{}", b"k", partition=0).get(timeout=30).offset
    finally:
        producer.close(timeout=1)


def test_of_two_admissions_the_later_one_goes_on(broker: GuardedBroker, admission: Process) -> None:
    later = _worker(broker, "second")
    try:
        deadline = time.monotonic() + PATIENCE_SECONDS
        word = 0
        while admission.process.poll() is None:
            assert time.monotonic() < deadline, "two admit at once, and none gives way"
            _say(broker, HERE, _named(HERE, f"two-{word}", 1))
            _say(broker, THERE, _named(THERE, f"two-{word}", 1))
            word += 1
            time.sleep(0.5)
        assert admission.process.returncode == 1
        assert "another process admits" in admission.log
        last = _named(HERE, "last", 1)
        _say(broker, HERE, last)
        found = [each.value for each in _arrived(broker, TILL_EVENTS.name, _of(HERE), last[0])]
        two = [each for each in found if b"two-" in each and HERE.encode() in each]
        assert two == [each for n in range(word) for each in _named(HERE, f"two-{n}", 1)]
    finally:
        later.stop()


def test_what_is_logged_fits_on_a_line(broker: GuardedBroker, admission: Process) -> None:
    log = Path(broker.folder / "first.log").read_text()
    assert max(map(len, log.splitlines())) < 5_000
