"""A till's publisher delivers everything to its location's partition, or says that it did not."""

from contextlib import closing
from pathlib import Path

import pytest

from clients.kafka import KafkaAccess
from edge.producer import DeliveryFailed, TillProducer
from tests.integration.own_broker import own_broker, tillstream
from tests.integration.till_topic import PARTITIONS, TillTopic
from topics.partitioning import partition_of


def test_events_arrive_once_in_order_in_the_partition_of_their_location(kafka: str) -> None:
    with closing(TillTopic(kafka)) as topic:
        with TillProducer(KafkaAccess(kafka)) as producer:
            for number in range(30_000):
                producer.publish(f"shop-{number % 7}", str(number).encode())
        arrived = [(each.partition, each.key.decode(), each) for each in topic.messages()]
    assert len(arrived) == 30_000, "events were lost or doubled between the till and Kafka"
    for location in {key for _, key, _ in arrived}:
        mine = [(partition, m.value) for partition, key, m in arrived if key == location]
        assert {partition for partition, _ in mine} == {partition_of(location, PARTITIONS)}
        numbers = [int(value) for _, value in mine]
        assert numbers == sorted(numbers), f"events of {location} overtook each other"


def test_a_missing_topic_is_named_and_a_broker_that_goes_away_for_good_is_no_loss_unsaid(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with own_broker(tmp_path) as bootstrap:
        with monkeypatch.context() as hasty, pytest.raises(DeliveryFailed, match="topics sync"):
            hasty.setattr("edge.producer._ANSWER_MS", 3_000)
            TillProducer(KafkaAccess(bootstrap))
        tillstream(bootstrap, "topics", "sync")
        producer = TillProducer(KafkaAccess(bootstrap), delivery_timeout_ms=8000)
        producer.publish("shop-1", b"{}")
        producer.flush()

    producer.publish("shop-1", b"{}")
    with pytest.raises(DeliveryFailed, match="did not take an event"):
        producer.flush()
    with pytest.raises(DeliveryFailed):
        producer.publish("shop-1", b"{}")


def test_an_event_that_is_too_large_is_refused_before_it_can_be_lost(kafka: str) -> None:
    with (
        closing(TillTopic(kafka)),
        TillProducer(KafkaAccess(kafka)) as producer,
        pytest.raises(DeliveryFailed, match="TooLarge"),
    ):
        producer.publish("shop-1", b"x" * 2_000_000)
