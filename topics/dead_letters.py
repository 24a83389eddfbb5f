"""What a dead letter says about itself: three headers beside the original ones.

Key and value of a dead letter are the original bytes, so that it can be sent back as it came.
"""

from collections.abc import Sequence
from typing import NamedTuple

from topics.events import Contract
from topics.scalars import Count

Headers = Sequence[tuple[str, bytes]]

REASON = "reason"
ERROR = "error"
SOURCE = "source"

ADDED = frozenset({REASON, ERROR, SOURCE})
"""The headers that dead-lettering adds and sending back takes off again."""

ERROR_BYTES_MAX = 4096
"""Longest error text in a header. `registry.DEAD_LETTER_BYTES_MAX` leaves room for the three:
a text without bound could make a dead letter that its topic refuses; a short one hides the fault.
"""


class LetterSource(NamedTuple):
    """Where a message lay before it was refused; as text, ``topic-partition-offset``."""

    topic: str
    partition: int
    offset: int

    def __str__(self) -> str:
        return f"{self.topic}-{self.partition}-{self.offset}"


def dead_letter_headers(
    original: Headers, reason: str, error: str, topic: str, partition: int, offset: int
) -> list[tuple[str, bytes]]:
    """The original headers plus reason, error and source; those of an earlier round give way."""
    text = error.encode(errors="replace")[:ERROR_BYTES_MAX].decode(errors="ignore").encode()
    return [
        *original_headers(original),
        (REASON, reason.encode()),
        (ERROR, text),
        (SOURCE, str(LetterSource(topic, partition, offset)).encode()),
    ]


def original_headers(headers: Headers) -> list[tuple[str, bytes]]:
    """The headers as the first sender wrote them."""
    return [(name, value) for name, value in headers if name not in ADDED]


def parse_source(text: str) -> LetterSource:
    """``till.cart-events-3-1042`` as its parts; ValueError where it is not one."""
    topic, partition, offset = ([*text.rsplit("-", 2), "", ""])[:3]
    if not (topic and partition.isdecimal() and offset.isdecimal()):
        raise ValueError(f"{text!r} is not a source: write topic-partition-offset")
    return LetterSource(topic, int(partition), int(offset))


def told(headers: Headers, name: str) -> str:
    """The text of one of the three added headers; empty where it is missing."""
    values = [value for given, value in headers if given == name]
    return (values[-1] or b"").decode(errors="replace") if values else ""


class RetriedLetters(Contract):
    """What has been sent back of one partition of a dead-letter topic.

    Every letter below the offset ``below``, and those within the [first, last] ranges ``also``.
    """

    below: Count = 0
    also: tuple[tuple[Count, Count], ...] = ()

    def holds(self, offset: int) -> bool:
        """Whether the letter at ``offset`` has been sent back."""
        return offset < self.below or any(first <= offset <= last for first, last in self.also)
