"""What Kafka says of an event: the event itself, what the worker made of it, or why it did not."""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any, NamedTuple

import msgspec

from operations.trace.hops import Hop, HopState, TracedEvent
from operations.trace.partitions import Partitions
from topics.confirmed import confirmed
from topics.dead_letters import ERROR, REASON, SOURCE, LetterSource, told
from topics.registry import ACCEPTED, TILL_EVENTS, TILL_STATUS, dead_letter_of
from topics.wire_derived import WireTillStatus, decode_status

KAFKA, WORKER = "kafka", "worker"


class InTopics(NamedTuple):
    """Messages of the event: as it was sent, as a sale or return that counts, as a dead letter; and
    the version of the till's status, where that counts the event."""

    event: Any = None
    accepted: Any = None
    letter: Any = None
    version: int | None = None


class _Numbered(msgspec.Struct, gc=False):
    location_id: str
    till_id: str
    epoch: int
    sequence: int


_decode = msgspec.json.Decoder(_Numbered).decode


def look_up(partitions: Partitions, number: TracedEvent, offset: int | None) -> InTopics:
    """What is there; ``offset`` is where the event lies, if that is known. Raises `KafkaAway`."""
    topic = TILL_EVENTS.name
    source = partitions.since(topic, None) if offset is None else partitions.at(topic, offset)
    event = next(_numbered(source, number), None)
    if event is None:
        return InTopics(version=_counted(partitions, number))
    at = time_of(event)
    key = "/".join(map(str, number)).encode()
    results = partitions.since(ACCEPTED.name, at)
    accepted = next((each for each in results if each.key == key and each.value), None)
    letters = partitions.since(dead_letter_of(TILL_EVENTS).name, at) if accepted is None else ()
    source_of = str(LetterSource(topic, event.partition, event.offset))
    letter = next((each for each in letters if told(each.headers, SOURCE) == source_of), None)
    return InTopics(event, accepted, letter, _counted(partitions, number))


def _numbered(messages: Iterable[Any], number: TracedEvent) -> Iterator[Any]:
    for message in messages:
        try:
            found = _decode(message.value or b"null")
        except msgspec.DecodeError:
            continue  # another has no number: it is a dead letter
        if (found.location_id, found.till_id, found.epoch, found.sequence) == number:
            yield message


def _counted(partitions: Partitions, number: TracedEvent) -> int | None:
    """The version of the till's status where it counts the event."""
    key = f"{number.location_id}/{number.till_id}".encode()
    status: WireTillStatus | None = None
    for message in partitions.since(TILL_STATUS.name, None):
        if message.key == key:
            status = decode_status.decode(message.value) if message.value else None
    word = confirmed(status, number.epoch)
    if status is None or number.sequence > word.confirmed_to or word.lacks(number.sequence):
        return None
    return status.version


def time_of(message: Any) -> datetime:
    """When Kafka, or the message's sender, says that it was written."""
    return datetime.fromtimestamp(message.timestamp / 1000, UTC)


def kafka_hop(found: InTopics) -> Hop:
    """Whether the event is in its topic."""
    if found.event is not None:
        place = LetterSource(found.event.topic, found.event.partition, found.event.offset)
        return Hop(KAFKA, HopState.PASSED, str(place), time_of(found.event))
    if found.version is not None:
        return Hop(KAFKA, HopState.PASSED, "counted by the worker, and not in the topic any more")
    return Hop(KAFKA, HopState.WAITING, f"not in {TILL_EVENTS.name}")


def worker_hop(found: InTopics) -> Hop:
    """What the worker made of the event."""
    if found.accepted is not None:
        place = LetterSource(found.accepted.topic, found.accepted.partition, found.accepted.offset)
        return Hop(WORKER, HopState.PASSED, str(place), time_of(found.accepted))
    if found.letter is not None:
        words = (
            f"dead letter, {told(found.letter.headers, REASON)}: "
            f"{told(found.letter.headers, ERROR)}"
        )
        return Hop(WORKER, HopState.REFUSED, words, time_of(found.letter))
    if found.version is not None:
        return Hop(WORKER, HopState.PASSED, f"counted in till.status, version {found.version}")
    return Hop(WORKER, HopState.WAITING, "not judged yet")
