"""Moves one input message out of the way of the workers: no fold can take it.

What is written down here the workers read when they start; the message then goes to the dead
letters instead of into a fold, and can be sent back after a fix like any other.
"""

# pyright: reportMissingTypeStubs=false

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from kafka.structs import TopicPartition

from clients.kafka import KafkaAccess
from operations.errors import OperationError
from operations.generations.log import load
from operations.generations.standing import state_id
from operations.kafka.admin import admin, group_reached
from operations.kafka.posting import append
from operations.kafka.reader import TopicReader, consuming, telling_where
from operations.who import who
from topics.dead_letters import LetterSource
from topics.mirrored import stands_for
from topics.registry import INPUTS, SET_ASIDE
from topics.upkeep import SetAside

_POLL_MS = 500


class CannotQuarantine(OperationError):
    """There is nothing to set aside; the text says why."""


@dataclass(frozen=True, slots=True)
class Quarantined:
    """What was set aside. ``before`` where it had been already, and nothing was written now.

    ``passed_by`` are the states that have applied it: for them nothing changes.
    """

    source: LetterSource
    key: str | None
    size_bytes: int
    decision: SetAside
    before: bool
    passed_by: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        """For programs."""
        return {
            "source": str(self.source),
            "key": self.key,
            "size_bytes": self.size_bytes,
            "was_set_aside": self.before,
            "passed_by": list(self.passed_by),
            **self.decision.model_dump(mode="json"),
        }

    def in_words(self) -> Iterator[str]:
        """For people: what became of it, and what to do after a fix."""
        verb = "was set aside before" if self.before else "is set aside"
        key = "no key" if self.key is None else f"key {self.key!r}"
        yield f"{self.source} ({key}, {self.size_bytes} bytes) {verb}: {self.decision.reason}"
        for state in self.passed_by:
            yield f"{state} has passed it already; there it changes nothing."
        yield (
            "A worker that stops at it passes it at its next start, to the dead letters with the "
            "reason 'quarantined'. The local stack starts it again by itself within 30 s."
        )
        yield f"After a fix: tillstream dead-letters retry --source {self.source}"


def quarantine(
    kafka: KafkaAccess, application_id: str, source: LetterSource, reason: str
) -> Quarantined:
    """Set the message at ``source`` aside; raises `CannotQuarantine` or `KafkaAway`."""
    message = _message(kafka, source)
    states = _states(kafka, application_id)
    passed_by = _passed_by(kafka, states, source)
    noted = set_aside(kafka).get(str(source))
    if noted is None and passed_by == states:
        raise CannotQuarantine(
            f"the workers have passed {source}: nothing waits at it, and taken away now it would "
            "be missing after a rebuild"
        )
    decision = noted or SetAside(decided_by=who(), decided_at=datetime.now(UTC), reason=reason)
    if noted is None:
        append(kafka, SET_ASIDE.name, str(source), decision, lambda _: source.partition)
    key = None if message.key is None else message.key.decode(errors="backslashreplace")
    size_bytes = len(message.value or b"")
    return Quarantined(source, key, size_bytes, decision, noted is not None, passed_by)


def set_aside(kafka: KafkaAccess) -> dict[str, SetAside]:
    """All decisions so far, by source; raises `KafkaAway`."""
    with TopicReader(kafka, [SET_ASIDE.name]) as decisions:
        return {
            each.key.decode(): SetAside.model_validate_json(each.value)
            for each in decisions
            if each.value is not None
        }


def _message(kafka: KafkaAccess, source: LetterSource) -> Any:
    if (stands_for(source.topic) or source.topic) not in {spec.name for spec in INPUTS}:
        known = ", ".join(spec.name for spec in INPUTS)
        raise CannotQuarantine(f"{source.topic} is no input of the workers; those are {known}")
    with consuming(kafka, auto_offset_reset="none", max_poll_records=1) as consumer:
        return _read(consumer, source)


def _read(consumer: Any, source: LetterSource) -> Any:
    if source.partition not in (consumer.partitions_for_topic(source.topic) or ()):
        raise CannotQuarantine(f"{source.topic} has no partition {source.partition}")
    place = TopicPartition(source.topic, source.partition)
    consumer.assign([place])
    first, end = consumer.beginning_offsets([place])[place], consumer.end_offsets([place])[place]
    if not first <= source.offset < end:
        raise CannotQuarantine(f"{source} is not there: the partition holds {first} to {end - 1}")
    consumer.seek(place, source.offset)
    while consumer.position(place) < end:
        for message in consumer.poll(timeout_ms=_POLL_MS).get(place, []):
            if message.offset == source.offset:
                return message
            raise CannotQuarantine(f"no message lies at {source}; the next one is {message.offset}")
    raise CannotQuarantine(f"no message lies at {source}, and none after it")


def _states(kafka: KafkaAccess, application_id: str) -> tuple[str, ...]:
    """What reads the inputs: the live generation, and the one that is being built."""
    standing = load(kafka)
    generations = {standing.live.get(application_id, 0), standing.building.get(application_id)}
    return tuple(state_id(application_id, each) for each in generations if each is not None)


def _passed_by(kafka: KafkaAccess, states: Sequence[str], source: LetterSource) -> tuple[str, ...]:
    with telling_where(kafka), admin(kafka) as client:
        at = {state: group_reached(client, state, [source.topic]) for state in states}
    place = source.topic, source.partition
    return tuple(state for state in states if at[state].get(place, 0) > source.offset)
