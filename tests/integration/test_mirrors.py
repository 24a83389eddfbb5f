"""Mirrors between two real brokers by a real Connect: what arrives, how often, and what is told."""

import json
import time
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest
from prometheus_client import CollectorRegistry

from clients import blocking_kafka
from connectors.connect.rest import Connect
from connectors.mirrormaker import keeper
from connectors.mirrormaker.definition import DOWN, UP, StoreLink, directions
from connectors.mirrormaker.guard import guard
from connectors.mirrormaker.metrics import mirror_metrics
from connectors.mirrormaker.noted import OFFSETS, Mirrored, NotedPositions
from connectors.mirrormaker.tending import TendedMirror
from connectors.mirrormaker.watch import MirrorWatch
from local.kafka_links import BROKER
from tests.integration.mirror_world import SHOP, MirrorWorld, eventually, mirror_world
from tests.integration.own_broker import tillstream_json
from tests.integration.process import Process
from tests.till_faults.link import LineState

pytestmark = pytest.mark.lonely

EVENTS = f"up.{SHOP}.till-events"
MOVEMENTS = f"up.{SHOP}.stock-movements"
FEED = f"down.{SHOP}"
CONFIRMED = f"ack.{SHOP}"


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Generator[MirrorWorld]:
    folder = tmp_path_factory.mktemp("mirrors")
    with mirror_world(folder) as opened:
        before = opened.store.topics(), opened.centre.topics()
        opened.apply()
        yield opened
        assert opened.centre.topics() == before[1], "a mirror made a topic at the centre"
        assert opened.store.topics() >= before[0]


def told(word: str, count: int) -> list[bytes]:
    return [f"{word}-{number}".encode() for number in range(count)]


def values(records: list[Any]) -> list[bytes | None]:
    return [each.value for each in records]


def firsts(found: list[bytes | None]) -> list[bytes | None]:
    """Each once, in the order in which it first came."""
    return list(dict.fromkeys(found))


def arrived(world: MirrorWorld, wanted: list[bytes], start: int, topic: str = EVENTS) -> list[Any]:
    """What came to the centre from an offset on, once all that is wanted is among it."""
    found: list[bytes | None] = []

    def has_all() -> bool:
        found[:] = values(world.centre.records(topic, start=start))
        return set(wanted) <= set(found)

    eventually(has_all, f"not all of {len(wanted)} came to {topic}, {len(found)} did", 60)
    return found


def test_what_a_store_says_arrives_once_in_order_with_its_times_and_headers(
    world: MirrorWorld,
) -> None:
    wanted = told("sale", 500)
    headers = [("gateway-at", b"now"), ("till-head", bytes(range(256)))]
    world.store.say("gateway", EVENTS, wanted, headers=headers)
    arrived(world, wanted, 0)
    sent, found = world.store.records(EVENTS), world.centre.records(EVENTS)
    assert values(found) == wanted, "repeated or out of order, and nothing had failed"
    same = [(each.key, each.timestamp, tuple(each.headers)) for each in sent]
    assert [(each.key, each.timestamp, tuple(each.headers)) for each in found] == same


def test_what_the_centre_says_arrives_once_in_order_with_tombstones(world: MirrorWorld) -> None:
    wanted: list[bytes | None] = [*told("row", 300), None, b""]
    world.centre.say(BROKER, FEED, wanted)
    world.centre.say(BROKER, CONFIRMED, [b"{}"])
    eventually(lambda: world.store.end(FEED) >= 302, "the feed did not come", 60)
    eventually(lambda: world.store.end(CONFIRMED) >= 1, "no acknowledgement came", 60)
    assert values(world.store.records(FEED)) == wanted


def test_what_was_aborted_does_not_arrive(world: MirrorWorld) -> None:
    start = world.centre.end(MOVEMENTS)
    with world.store.producing(BROKER, transactional_id="outbox") as producer:
        producer.init_transactions()
        for word, ends in (("kept", True), ("aborted", False), ("also-kept", True)):
            producer.begin_transaction()
            for each in told(word, 20):
                producer.send(MOVEMENTS, each, SHOP.encode(), partition=0)
            _ = producer.commit_transaction() if ends else producer.abort_transaction()
    wanted = [*told("kept", 20), *told("also-kept", 20)]
    assert arrived(world, wanted, start, MOVEMENTS) == wanted


def test_a_definition_that_was_changed_by_hand_is_told_and_put_right(world: MirrorWorld) -> None:
    assert all(each.is_in_order for each in keeper.check(world.connect, world.link))
    connect = Connect(world.connect, UP)
    connect.put_config({**(connect.config() or {}), "consumer.isolation.level": "read_uncommitted"})
    up, down = keeper.check(world.connect, world.link)
    assert [each.setting for each in up.differences] == ["consumer.isolation.level"]
    assert not up.is_in_order and down.is_in_order
    assert world.apply() == {UP: "changed", DOWN: "unchanged"}


def test_no_definition_holds_a_key(world: MirrorWorld) -> None:
    held = [Connect(world.connect, name).config() for name in (UP, DOWN)]
    assert "PRIVATE KEY" not in str(held) and "BEGIN CERTIFICATE" not in str(held)


class Watches:
    """Both watches as the role `mirrors` has them, and what they show."""

    def __init__(self, world: MirrorWorld) -> None:
        self.registry = CollectorRegistry()
        metrics = mirror_metrics(self.registry)
        own, link = world.store.access("mirrors"), world.link
        seen = StoreLink(SHOP, own, link.centre)
        self.each = [
            MirrorWatch(way, TendedMirror(kept, (), metrics), NotedPositions(own), metrics)
            for way, kept in zip(directions(seen), keeper.kept(world.connect, link), strict=True)
        ]

    def look(self) -> None:
        for each in self.each:
            each.look()

    def shown(self, name: str, **labels: str) -> float | None:
        return self.registry.get_sample_value(f"tillstream_mirror_{name}", labels)

    def close(self) -> None:
        for each in self.each:
            each.close()


@pytest.fixture
def watches(world: MirrorWorld) -> Generator[Watches]:
    opened = Watches(world)
    yield opened
    opened.close()


def test_a_line_that_is_cut_and_heals_loses_nothing_and_the_store_says_so_meanwhile(
    world: MirrorWorld, watches: Watches
) -> None:
    start = world.centre.end(EVENTS)
    world.line.set(LineState.CUT)
    wanted = told("dark", 400)
    world.store.say("gateway", EVENTS, wanted)
    time.sleep(2)
    watches.look()
    assert watches.shown("cluster_up", cluster="store") == 1
    assert watches.shown("cluster_up", cluster="centre") == 0
    assert watches.shown("unread_records", mirror=UP, topic=EVENTS) == 400
    assert (watches.shown("oldest_seconds", mirror=UP, topic=EVENTS) or 0) >= 1
    assert watches.shown("unread_records", mirror=DOWN, topic=FEED) is None, "nobody can know"
    world.centre.say(BROKER, FEED, [b"while-dark"])
    world.line.set(LineState.OPEN)
    found = arrived(world, wanted, start)
    assert found == wanted, "an idempotent producer repeats nothing over a cut"
    eventually(
        lambda: values(world.store.records(FEED))[-1:] == [b"while-dark"], "the feed stays away"
    )
    assert (world.store.end(FEED)) == 303, "the feed came twice"
    eventually(lambda: _all_quiet(watches), "the watch does not see that it healed", 30)


def _all_quiet(watches: Watches) -> bool:
    watches.look()
    is_up = watches.shown("cluster_up", cluster="centre") == 1
    return is_up and watches.shown("oldest_seconds", mirror=UP, topic=EVENTS) == 0


def test_marks_of_transactions_are_no_records_that_wait(
    world: MirrorWorld, watches: Watches
) -> None:
    eventually(lambda: _all_quiet(watches), "something waits", 30)
    assert (watches.shown("unread_records", mirror=UP, topic=MOVEMENTS) or 0) > 0
    assert watches.shown("oldest_seconds", mirror=UP, topic=MOVEMENTS) == 0


def test_connect_that_is_killed_in_mid_work_loses_nothing_and_keeps_the_order(
    world: MirrorWorld,
) -> None:
    start = world.centre.end(EVENTS)
    wanted = [each + b"-" + b"x" * 700 for each in told("flow", 12_000)]
    world.store.say("gateway", EVENTS, wanted[:6_000])
    eventually(lambda: world.centre.end(EVENTS) > start + 500, "nothing moves")
    world.kill_connect()
    world.store.say("gateway", EVENTS, wanted[6_000:])
    world.start_connect()
    found = arrived(world, wanted, start)
    assert firsts(found) == wanted, "lost or out of order"


def test_what_is_purged_before_it_was_carried_is_counted_and_what_follows_arrives(
    world: MirrorWorld, watches: Watches
) -> None:
    eventually(lambda: _all_quiet(watches), "something waits", 30)
    connect, start = Connect(world.connect, UP), world.centre.end(EVENTS)
    connect.stop()
    eventually(lambda: (connect.status() or {})["tasks"] == [], "it runs on")
    world.store.say("gateway", EVENTS, told("purged", 100))
    _purge(world, EVENTS)
    connect.resume()
    world.store.say("gateway", EVENTS, told("after", 10))
    found = arrived(world, told("after", 10), start)
    assert found == told("after", 10)
    watches.look()
    skipped = watches.shown("skipped_records_total", mirror=UP, topic=EVENTS)
    assert skipped == 100, "MirrorMaker skipped them without a word, and so did we"


def _purge(world: MirrorWorld, topic: str) -> None:
    """Delete all that the store's log holds."""
    from kafka.structs import TopicPartition

    with blocking_kafka.admin(world.store.access(BROKER)) as admin:
        admin.delete_records({TopicPartition(topic, 0): world.store.end(topic)})


def test_a_position_that_is_ahead_of_its_log_is_set_back_before_connect_starts(
    world: MirrorWorld, watches: Watches
) -> None:
    eventually(lambda: _all_quiet(watches), "something waits", 30)
    world.kill_connect()
    _note(world, EVENTS, world.store.end(EVENTS) + 30)
    (finding,) = [
        each for each in guard(world.store.access("mirrors"), SHOP) if each.topic == EVENTS
    ]
    assert (finding.verdict, finding.records) == ("set back", 31)
    start, wanted = world.centre.end(EVENTS), told("restored", 50)
    world.store.say("gateway", EVENTS, wanted)
    world.start_connect()
    assert arrived(world, wanted, start) == wanted


def _note(world: MirrorWorld, topic: str, offset: int) -> None:
    """As a torn copy would: positions of another time than the log."""
    positions = NotedPositions(world.store.access(BROKER))
    held = positions.read()[Mirrored(UP, topic)]
    positions.close()
    value = json.dumps({"offset": offset}).encode()
    with world.store.producing(BROKER) as producer:
        producer.send(OFFSETS, value, held.key, partition=held.partition).get(timeout=10)


def test_a_store_may_not_do_more_at_the_centre_than_its_mirrors_need(
    world: MirrorWorld,
) -> None:
    own = world.link.centre
    with blocking_kafka.admin(own) as admin:
        assert {each for each in admin.list_topics() if not each.startswith("__")} == {
            *(EVENTS, MOVEMENTS, f"up.{SHOP}.reports", FEED, CONFIRMED)
        }


def test_the_commands_say_what_connect_and_the_logs_say(world: MirrorWorld) -> None:
    status, told = tillstream_json(world.store.bootstrap, "mirrors", "check", **world.settings())
    assert [(each["name"], each["state"], each["in_order"]) for each in told] == [
        (UP, "RUNNING", True),
        (DOWN, "RUNNING", True),
    ], told
    assert status == 0
    _, told = tillstream_json(world.store.bootstrap, "mirrors", "guard", **world.settings())
    assert {each["topic"]: each["verdict"] for each in told} == {
        EVENTS: "in order",
        MOVEMENTS: "in order",
        f"up.{SHOP}.reports": "new",
    }


def test_who_watches_defines_a_mirror_that_is_missing_and_stops_when_asked(
    world: MirrorWorld, tmp_path: Path
) -> None:
    connect = Connect(world.connect, DOWN)
    connect.delete()
    arguments = ["-m", "tillstream", "worker", "mirrors"]
    watcher = Process(arguments, tmp_path / "mirrors.log", world.settings())
    try:
        eventually(lambda: connect.config() is not None, "nobody defines it", 60)
        eventually(lambda: (connect.status() or {}).get("tasks") != [], "it has no task", 60)
        world.centre.say(BROKER, CONFIRMED, [b'{"again":1}'])
        eventually(
            lambda: values(world.store.records(CONFIRMED))[-1] == b'{"again":1}',
            "it carries nothing",
        )
        assert "mirrors_guarded" in watcher.log
    finally:
        status = watcher.stop()
    assert status == 0, watcher.log


def test_the_log_of_connect_names_no_secret(world: MirrorWorld) -> None:
    log = Path(world.service.log).read_text(errors="replace")
    assert "BEGIN PRIVATE KEY" not in log
