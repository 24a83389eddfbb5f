"""What the centre has of one till: its events in the topic, or its receipts."""

from collections.abc import Iterator

import msgspec

from clients.kafka import KafkaAccess
from edge.journal.comparing import ToldEvent
from edge.journal.entries import TillPlace
from operations.kafka.reader import TopicReader
from topics.registry import RECEIPTS, TILL_EVENTS


class _Chain(msgspec.Struct, gc=False):
    hash: str


class _Told(msgspec.Struct, gc=False):
    """What is needed of an event or a receipt; that it is whole, others have judged."""

    event_id: str
    location_id: str
    till_id: str
    epoch: int
    sequence: int
    chain: _Chain | None = None


_decode = msgspec.json.Decoder(_Told).decode


def told_by_kafka(kafka: KafkaAccess, till: TillPlace, receipts: bool) -> Iterator[ToldEvent]:
    """All that Kafka has of a till, or of its ``receipts`` alone; raises `KafkaAway`.

    Of two events under one number the first counts, and the second is a fork: in the topic both
    are there.
    """
    topic = RECEIPTS if receipts else TILL_EVENTS
    with TopicReader(kafka, [topic.name], till.location_id) as messages:
        for message in messages:
            told = _read(message.value)
            if told and (told.location_id, told.till_id) == till:
                digest = told.chain and told.chain.hash
                yield ToldEvent(told.epoch, told.sequence, told.event_id, digest)


def _read(value: bytes | None) -> _Told | None:
    try:
        return _decode(value) if value else None
    except msgspec.DecodeError:
        return None  # it is a dead letter: nobody has applied it
