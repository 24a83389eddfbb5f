"""The newest head of each feed, read from the end of its topic."""

# pyright: reportMissingTypeStubs=false

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from kafka.structs import TopicPartition

from clients.kafka import KafkaAccess
from operations.kafka.reader import consuming
from topics.down import HEAD_KEY, FeedHead, read_feed
from topics.mirrored import down_topics, feed_of

Heads = dict[str, FeedHead]

_POLL_MS = 500

_FIRST_LOOK = 16
"""Offsets before the end. A head is the last record of each transaction; behind it lie marks, and
what was aborted, which may be more: then it is looked further back."""


def heads(kafka: KafkaAccess) -> dict[str, FeedHead | None]:
    """Each location with a feed, and its newest head; None where nothing was written yet. Raises
    `operations.kafka.reader.KafkaAway`."""
    with consuming(kafka, auto_offset_reset="earliest") as consumer:
        stores = sorted(filter(None, map(feed_of, consumer.topics())))
        return dict.fromkeys(stores, None) | _newest(consumer, stores)


def _newest(consumer: Any, stores: Iterable[str]) -> dict[str, FeedHead]:
    places = [TopicPartition(down_topics(each)[0], 0) for each in stores]
    first, ends = consumer.beginning_offsets(places), consumer.end_offsets(places)
    found: dict[str, FeedHead] = {}
    left, look = {place for place in places if first[place] < ends[place]}, _FIRST_LOOK
    while left:
        begins = {place: max(first[place], ends[place] - look) for place in left}
        found |= _within(consumer, begins, ends)
        left = {
            place
            for place, begin in begins.items()
            if begin > first[place] and feed_of(place.topic) not in found
        }
        look *= 16
    return found


def _within(consumer: Any, begins: Mapping[Any, int], ends: Mapping[Any, int]) -> Heads:
    """The last head of each place between two offsets."""
    consumer.assign(list(begins))
    for place, begin in begins.items():
        consumer.seek(place, begin)
    found: Heads = {}
    unread = set(begins)
    while unread:
        for place, records in consumer.poll(timeout_ms=_POLL_MS).items():
            found |= _heads_in(records, feed_of(place.topic) or "")
        unread = {place for place in unread if consumer.position(place) < ends[place]}
    return found


def _heads_in(records: Collection[Any], location_id: str) -> Heads:
    newest: Heads = {}
    for record in records:
        if record.key == HEAD_KEY.encode() and record.value is not None:
            told = read_feed(record.key, record.value)
            if isinstance(told, FeedHead):
                newest[location_id] = told
    return newest
