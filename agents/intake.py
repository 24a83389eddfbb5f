"""Records to decoded values; what cannot be applied becomes a dead letter instead.

One fault never takes its neighbours along: the rest of the batch goes on.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Protocol, TypeVar

from agents.ports import Counting
from engine.contract import Message, Outbox, Record
from topics.dead_letters import dead_letter_headers
from topics.partitioning import partition_of
from topics.topic_spec import DEAD_LETTER_SUFFIX
from topics.wire import Refused

MALFORMED = "malformed"
WRONG_PARTITION = "wrong_partition"
OUT_OF_RANGE = "out_of_range"
FORK = "fork"
TOO_MANY_GAPS = "too_many_gaps"
CART_TOO_LONG = "cart_too_long"
DAY_CLOSED = "day_closed"
EPOCH_CLOSED = "epoch_closed"
QUARANTINED = "quarantined"

LOCATIONS_REMEMBERED = 16_384
"""Locations known to belong to the partition. Fewer than it has brings back the cost of a hash
for every event; without a bound, a till that makes locations up would fill the memory."""


class _Located(Protocol):
    @property
    def location_id(self) -> str: ...


Refusal = tuple[str, str]
"""Why an event cannot be applied: the reason in one word, and in a sentence."""

T = TypeVar("T")
L = TypeVar("L", bound=_Located)


class Intake:
    """Decodes one partition's records and keeps its dead letters until they are announced.

    ``at`` is the offset of the record that is being applied: it is named where a rule fails.
    ``inputs`` are topics that take the place of others, by the usual name: a letter lies beside
    the usual one, and names the place where its message lies.
    """

    def __init__(
        self,
        partition: int,
        partitions: int,
        counting: Counting,
        inputs: Mapping[str, str] | None = None,
    ) -> None:
        self.at: int | None = None
        self._partition = partition
        self._partitions = partitions
        self._letters: list[tuple[str, Message]] = []
        self._counting = counting
        self._inputs = inputs or {}
        self._here: set[str] = set()

    def take(
        self,
        topic: str,
        records: Sequence[Record],
        decode: Callable[[bytes | None], L],
        malformed: Callable[[Record], None] | None = None,
    ) -> Iterator[tuple[Record, L]]:
        """Decode records of a topic by location; those that lie where their location's do.

        The others become dead letters. ``malformed`` is told each that cannot be decoded, after it.
        """
        here = self._here
        for record in records:
            self.at = record.offset
            try:
                value = decode(record.value)
            except Refused as refusal:
                self.refuse(topic, record, (MALFORMED, str(refusal)))
                if malformed is not None:
                    malformed(record)
                continue
            location_id = value.location_id
            if location_id in here or not self.refuse_elsewhere(topic, record, location_id):
                yield record, value
        self.at = None

    def read(
        self, topic: str, records: Sequence[Record], read: Callable[[Record], T]
    ) -> Iterator[tuple[Record, T]]:
        """Read records of any topic, wherever they lie; what ``read`` refuses is a dead letter."""
        for record in records:
            self.at = record.offset
            try:
                value = read(record)
            except Refused as refusal:
                self.refuse(topic, record, (MALFORMED, str(refusal)))
            else:
                yield record, value
        self.at = None

    def is_of_here(self, owner: str) -> bool:
        """Whether the location's or the SKU's partition is this one."""
        return partition_of(owner, self._partitions) == self._partition

    def refuse(self, topic: str, record: Record, refusal: Refusal) -> None:
        """Make ``record`` a dead letter."""
        reason, error = refusal
        source = self._inputs.get(topic, topic), self._partition, record.offset
        headers = dead_letter_headers(record.headers, reason, error, *source)
        letter = Message(record.key, record.value, headers)
        self._letters.append((topic + DEAD_LETTER_SUFFIX, letter))
        self._counting.now.note_letter(topic, reason)

    def refuse_elsewhere(self, topic: str, record: Record, owner: str) -> bool:
        """Make a dead letter of a record whose location's partition, or SKU's, is another one.

        Whether it is; an ``owner`` that belongs here is remembered.
        """
        if not self.is_of_here(owner):
            right = partition_of(owner, self._partitions)
            error = f"{owner} belongs to partition {right} of {self._partitions}"
            self.refuse(topic, record, (WRONG_PARTITION, error))
            return True
        if len(self._here) >= LOCATIONS_REMEMBERED:
            self._here.clear()
        self._here.add(owner)
        return False

    def set_aside(self, topic: str, record: Record) -> None:
        """Make a dead letter of what an operator has moved out of the way."""
        error = "moved here by an operator, because no rule could take it"
        self.refuse(topic, record, (QUARANTINED, error))

    def announce(self, outbox: Outbox) -> None:
        """Send the dead letters, each once."""
        for topic, letter in self._letters:
            outbox.send(topic, letter)
        self._letters = []


def without_tombstones(records: Sequence[Record]) -> list[Record]:
    """Row changes without the tombstones that follow a deleted row: its own change said it."""
    return [record for record in records if record.value is not None]
