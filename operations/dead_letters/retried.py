"""The memory of what has been sent back, so that no dead letter is sent twice unasked.

One message a partition of a dead-letter topic, in the compacted topic `registry.RETRIED`.
Offsets of a consumer group would not do: Kafka forgets those of an idle group after a week, and
they cannot say that a later letter was sent before an earlier one.
"""

from typing import NamedTuple

from clients.kafka import KafkaAccess
from operations.kafka.reader import TopicReader
from topics.dead_letters import RetriedLetters
from topics.registry import RETRIED


class LetterPartition(NamedTuple):
    """A partition of a dead-letter topic."""

    topic: str
    partition: int

    def key(self) -> bytes:
        """The key of its message."""
        return f"{self.topic}/{self.partition}".encode()


NOTHING = RetriedLetters()


def load(kafka: KafkaAccess) -> dict[LetterPartition, RetriedLetters]:
    """What has been sent back so far; raises `KafkaAway`."""
    remembered: dict[LetterPartition, RetriedLetters] = {}
    with TopicReader(kafka, [RETRIED.name]) as messages:
        for message in messages:
            topic, _, partition = message.key.decode().rpartition("/")
            place = LetterPartition(topic, int(partition))
            remembered[place] = RetriedLetters.model_validate_json(message.value)
    return remembered


class RetriedTally:
    """Goes through the letters of one partition in order and notes which are sent back."""

    def __init__(self, before: RetriedLetters) -> None:
        self._before = before
        self._below = before.below
        self._also: list[tuple[int, int]] = []
        self._letter_waits = False
        self._in_range = False
        self._looked_at = -1

    def note(self, offset: int, *, sent: bool) -> None:
        """The next letter, and whether it has been sent back, now or before."""
        self._looked_at = offset
        if not sent:
            self._letter_waits = True
        elif not self._letter_waits:
            self._below = max(self._below, offset + 1)
        elif self._in_range:
            self._also[-1] = (self._also[-1][0], offset)
        else:
            self._also.append((offset, offset))
        self._in_range = sent and self._letter_waits

    def so_far(self) -> RetriedLetters:
        """What is now sent back, with what was known before of the letters still to come."""
        later = [(first, last) for first, last in self._before.also if last > self._looked_at]
        return RetriedLetters(below=self._below, also=(*self._also, *later))
