"""`tillstream topics sync` on a real broker."""

import time
from collections.abc import Generator
from typing import Any

import pytest
from kafka import KafkaAdminClient, KafkaProducer  # type: ignore[import-untyped]
from kafka.admin import ConfigResource, ConfigResourceType  # type: ignore[import-untyped]

from operations.topic_sync import access, sync
from tests.integration.own_broker import (
    delete_topics,
    shown,
    tillstream,
    tillstream_json,
)
from topics.registry import ALL, BY_NAME, DEAD_LETTERS, STOCK_LEVELS, TILL_EVENTS, kafka_configs

pytestmark = pytest.mark.lonely

CHANGELOG = "tillstream-state-changelog"


@pytest.fixture(scope="module")
def broker(lonely_kafka: str) -> str:
    return lonely_kafka


@pytest.fixture
def admin(broker: str) -> Generator[Any]:
    """A client of a broker without our topics."""
    client = KafkaAdminClient(bootstrap_servers=broker)
    delete_topics(client, [*BY_NAME, CHANGELOG])
    yield client
    client.close()


def states(told: list[dict[str, Any]]) -> dict[str, str]:
    return {finding["topic"]: finding["state"] for finding in told}


def configs(admin: Any, topic: str) -> dict[str, str]:
    resource = ConfigResource(ConfigResourceType.TOPIC, topic)
    found = admin.describe_configs([resource], config_filter="all")["topic"][topic]
    return {name: entry["value"] for name, entry in found.items()}


def partitions(admin: Any) -> dict[str, int]:
    return {topic["name"]: len(topic["partitions"]) for topic in admin.describe_topics()}


def test_a_fresh_broker_gets_every_topic_and_a_second_sync_finds_them_in_order(
    broker: str, admin: Any
) -> None:
    status, told = tillstream_json(broker, "topics", "sync", partitions="3")
    assert (status, set(states(told).values())) == (0, {"created"})
    assert {spec.name: 3 for spec in ALL}.items() <= partitions(admin).items()
    assert configs(admin, STOCK_LEVELS.name)["cleanup.policy"] == "compact"
    assert configs(admin, TILL_EVENTS.name)["retention.ms"] == "-1"
    assert configs(admin, TILL_EVENTS.name)["flush.messages"] == "1", "synced before it is told"
    assert configs(admin, STOCK_LEVELS.name)["flush.messages"] != "1", "nobody waits for that"
    for spec in DEAD_LETTERS:
        assert int(configs(admin, spec.name)["max.message.bytes"]) == spec.message_bytes_max
    status, told = tillstream_json(broker, "topics", "sync", partitions="3")
    assert (status, set(states(told).values())) == (0, {"in order"})


def test_a_check_changes_nothing_and_says_what_is_missing(broker: str, admin: Any) -> None:
    status, told = tillstream_json(broker, "topics", "sync", "--check")
    assert (status, set(states(told).values())) == (1, {"missing"})
    assert not set(admin.list_topics()) & set(BY_NAME), "--check created topics"


def test_a_topic_of_before_is_synced_from_now_on(broker: str, admin: Any) -> None:
    former = kafka_configs(TILL_EVENTS, 1)
    del former["flush.messages"]
    wanted = {"num_partitions": 8, "replication_factor": 1, "configs": former}
    admin.create_topics({TILL_EVENTS.name: wanted}, wait_for_metadata=True)
    shown(admin, [TILL_EVENTS.name])
    _, told = tillstream_json(broker, "topics", "sync", "--check")
    (finding,) = (each for each in told if each["topic"] == TILL_EVENTS.name)
    assert [each["setting"] for each in finding["differences"]] == ["flush.messages"]
    status, told = tillstream_json(broker, "topics", "sync")
    assert (status, states(told)[TILL_EVENTS.name]) == (0, "changed")
    assert configs(admin, TILL_EVENTS.name)["flush.messages"] == "1"


def test_a_setting_that_was_changed_by_hand_is_found_and_set_back(broker: str, admin: Any) -> None:
    tillstream(broker, "topics", "sync")
    shortened = ConfigResource(
        ConfigResourceType.TOPIC, TILL_EVENTS.name, {"retention.ms": "3600000"}
    )
    admin.alter_configs([shortened])
    while configs(admin, TILL_EVENTS.name)["retention.ms"] != "3600000":
        time.sleep(0.1)  # the broker shows a change a moment after it took it
    status, told = tillstream_json(broker, "topics", "sync", "--check")
    assert (status, states(told)[TILL_EVENTS.name]) == (1, "differs")
    assert configs(admin, TILL_EVENTS.name)["retention.ms"] == "3600000"
    status, output, _ = tillstream(broker, "topics", "sync")
    assert status == 0 and "retention.ms: 3600000, wanted -1" in output
    assert configs(admin, TILL_EVENTS.name)["retention.ms"] == "-1", "history would be deleted"


def test_the_workers_changelog_is_brought_to_its_settings_but_never_made(
    broker: str, admin: Any
) -> None:
    _, told = tillstream_json(broker, "topics", "sync", partitions="3")
    assert CHANGELOG not in states(told) and CHANGELOG not in admin.list_topics()

    earlier = {"cleanup.policy": "compact", "max.message.bytes": "8388608"}
    _make_changelog(admin, 3, earlier)
    status, told = tillstream_json(broker, "topics", "sync", "--check", partitions="3")
    assert (status, states(told)[CHANGELOG]) == (1, "differs")
    status, told = tillstream_json(broker, "topics", "sync", partitions="3")

    assert (status, states(told)[CHANGELOG]) == (0, "changed")
    now = configs(admin, CHANGELOG)
    assert now["segment.bytes"] == str(64 * 1024 * 1024), "a rebuild reads a gigabyte uncompacted"
    assert earlier.items() <= now.items()


def test_a_changelog_beside_topics_of_another_width_is_refused(broker: str, admin: Any) -> None:
    _make_changelog(admin, 2, {"cleanup.policy": "compact"})
    tillstream(broker, "topics", "sync", partitions="2")
    admin.create_partitions({spec.name: 3 for spec in ALL})
    while set(partitions(admin)[spec.name] for spec in ALL) != {3}:
        time.sleep(0.1)
    status, told = tillstream_json(broker, "topics", "sync", partitions="3")
    assert (status, states(told)[CHANGELOG]) == (1, "refused")
    (advice,) = [finding["advice"] for finding in told if "advice" in finding]
    assert "somebody changed the number of partitions" in advice


def _make_changelog(admin: Any, count: int, settings: dict[str, str]) -> None:
    made = {"num_partitions": count, "replication_factor": 1, "configs": settings}
    admin.create_topics({CHANGELOG: made})
    shown(admin, [CHANGELOG])


def test_another_partition_count_is_refused_and_nothing_is_changed(broker: str, admin: Any) -> None:
    tillstream(broker, "topics", "sync", partitions="3")
    delete_topics(admin, [STOCK_LEVELS.name])
    status, output, errors = tillstream(broker, "topics", "sync", partitions="4")
    assert status == 1
    assert "breaks the order" in output and "TILLSTREAM_PARTITIONS=3" in output
    assert "Nothing was changed" in errors
    assert STOCK_LEVELS.name not in admin.list_topics(), "a topic was made beside refused ones"
    assert partitions(admin)[TILL_EVENTS.name] == 3


def test_topics_by_location_with_different_counts_are_refused(broker: str, admin: Any) -> None:
    admin.create_topics({TILL_EVENTS.name: {"num_partitions": 2, "replication_factor": 1}})
    admin.create_topics({STOCK_LEVELS.name: {"num_partitions": 5, "replication_factor": 1}})
    shown(admin, (TILL_EVENTS.name, STOCK_LEVELS.name))
    status, told = tillstream_json(broker, "topics", "sync", partitions="5")
    assert status == 1 and states(told)[TILL_EVENTS.name] == "refused"
    (advice,) = [finding["advice"] for finding in told if "advice" in finding]
    assert "2 and 5 partitions side by side" in advice
    assert configs(admin, STOCK_LEVELS.name)["cleanup.policy"] == "delete", "it was changed"


def test_a_till_whose_clock_is_years_ahead_can_deliver(broker: str, admin: Any) -> None:
    tillstream(broker, "topics", "sync")
    producer = KafkaProducer(bootstrap_servers=broker)
    years_ahead_ms = 4_000_000_000_000
    sent = producer.send(TILL_EVENTS.name, b"{}", b"shop-1", timestamp_ms=years_ahead_ms)
    assert sent.get(timeout=30).offset == 0
    producer.close()


def test_a_broker_that_is_away_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    for asking in (access, sync):
        monkeypatch.setattr(asking, "_ANSWER_MS", 1_000)
    status, output, errors = tillstream("127.0.0.1:1", "topics", "sync")
    assert status == 1 and not output
    assert errors.startswith("tillstream: Kafka at 127.0.0.1:1")
    assert "Traceback" not in errors
