"""Dead letters, and sending them back after a fix.

A letter goes back as it came: its key, its value and its own headers, to the partition of its
key. It goes once: what has been sent is remembered (`operations.dead_letters.retried`), unless a
letter is named by its source, which is a wish to send it again. Between sending and remembering
lie some hundred letters that a crash would send twice; the workers recognise those as duplicates.
"""

# pyright: reportMissingTypeStubs=false

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from clients import blocking_kafka
from clients.kafka import KafkaAccess
from operations.dead_letters.repeats import Repeats
from operations.dead_letters.retried import NOTHING, LetterPartition, RetriedTally, load
from operations.kafka.reader import TopicReader, telling_where
from topics.dead_letters import (
    ERROR,
    REASON,
    SOURCE,
    RetriedLetters,
    original_headers,
    parse_source,
    told,
)
from topics.mirrored import stands_for, told_by
from topics.partitioning import partition_of_key
from topics.registry import ALL_DEAD_LETTERS, RETRIED
from topics.topic_spec import DEAD_LETTER_SUFFIX

_REMEMBER_EVERY = 500
"""Letters between two notes of what was sent. More are sent twice after a crash; fewer spend
their time in waiting for Kafka."""

_REQUEST_BYTES_MAX = 2**31 - 1
"""A letter came compressed if it is larger than the topic allows, and goes back compressed: the
client's own limit, which counts what is not compressed yet, must not stop it."""

Progress = Callable[[int, int], None]
"""Called with the offsets gone through so far and their number."""


@dataclass(frozen=True, slots=True)
class Letter:
    """One message of a dead-letter topic."""

    place: LetterPartition
    offset: int
    key: bytes | None
    value: bytes | None
    headers: Sequence[tuple[str, bytes]]
    timestamp_ms: int

    @property
    def source(self) -> str:
        """Where it lay before: topic-partition-offset."""
        return told(self.headers, SOURCE)

    @property
    def reason(self) -> str:
        """Why it was refused, in one word."""
        return told(self.headers, REASON)

    @property
    def error(self) -> str:
        """What was found wrong, in words."""
        return told(self.headers, ERROR)

    @property
    def input_topic(self) -> str:
        """Where it goes back to: in a store to the topic that takes the place of the usual one."""
        usual = self.place.topic.removesuffix(DEAD_LETTER_SUFFIX)
        try:
            lay_in = parse_source(self.source).topic
        except ValueError:
            return usual
        return lay_in if stands_for(lay_in) == usual else usual

    def input_partition(self, partitions: int) -> int:
        """The partition of its key's first part; without a key, that in which it lay.

        A key of several parts has before the first stroke what places it, as everywhere.
        """
        if self.key is not None:
            return partition_of_key(self.key.partition(b"/")[0], partitions)
        try:
            return parse_source(self.source).partition % partitions
        except ValueError:
            return self.place.partition % partitions


@dataclass(frozen=True, slots=True)
class Choice:
    """Which letters to send back: of one reason, from some sources, or all that wait."""

    reason: str | None = None
    sources: frozenset[str] = frozenset()

    def takes(self, letter: Letter, sent_before: bool) -> bool:
        """Whether ``letter`` is to go; one that went before goes again only by its source."""
        if self.sources:
            return letter.source in self.sources
        return not sent_before and self.reason in (None, letter.reason)


@dataclass(slots=True)
class RetryOutcome:
    """Sources of the letters that went back, or would go, and how many had gone before."""

    sent: list[str] = field(default_factory=list[str])
    sent_before: int = 0


def dead_letter_topics(topic: str | None) -> list[str]:
    """The dead-letter topics meant by an input's name, its own, or None for all of the registry.

    Those of a store are meant by the name of what it sends. Raises ValueError, which names the
    known ones, for any other.
    """
    known = [spec.name for spec in ALL_DEAD_LETTERS]
    if topic is None:
        return known
    name = topic.removesuffix(DEAD_LETTER_SUFFIX) + DEAD_LETTER_SUFFIX
    if name not in known and not told_by(name.removesuffix(DEAD_LETTER_SUFFIX)):
        raise ValueError(f"{topic} has no dead letters; known: {', '.join(known)}")
    return [name]


def letters(messages: Iterable[Any]) -> Iterator[Letter]:
    """The messages of dead-letter topics as letters."""
    for message in messages:
        place = LetterPartition(message.topic, message.partition)
        yield Letter(
            place, message.offset, message.key, message.value, message.headers, message.timestamp
        )


def retry(
    kafka: KafkaAccess, topics: Sequence[str], choice: Choice, progress: Progress, *, dry_run: bool
) -> RetryOutcome:
    """Send the chosen letters back and remember them; raises `KafkaAway`."""
    outcome = RetryOutcome()
    remembered, repeats = load(kafka), Repeats()
    with TopicReader(kafka, topics) as messages, _Post(kafka, remembered) as post:
        for looked_at, letter in enumerate(letters(messages), start=1):
            sent_before = remembered.get(letter.place, NOTHING).holds(letter.offset)
            is_repeat = repeats.note(letter.source, letter.reason)
            chosen = not is_repeat and choice.takes(letter, sent_before)
            outcome.sent_before += sent_before
            if chosen:
                outcome.sent.append(letter.source)
            if not dry_run:
                post.handle(letter, send=chosen, sent_before=sent_before)
            progress(looked_at, messages.span)
        post.remember()
    return outcome


class _Post:
    """Sends letters back, and notes them once Kafka has acknowledged them."""

    def __init__(
        self, kafka: KafkaAccess, remembered: dict[LetterPartition, RetriedLetters]
    ) -> None:
        self._access = kafka
        self._remembered = remembered
        self._tallies: dict[LetterPartition, RetriedTally] = {}
        self._unacknowledged: list[Any] = []
        with telling_where(kafka):
            self._kafka = blocking_kafka.producer(
                kafka,
                acks="all",
                compression_type="gzip",
                max_request_size=_REQUEST_BYTES_MAX,
                allow_auto_create_topics=False,
                metrics_enabled=False,
            )

    def handle(self, letter: Letter, *, send: bool, sent_before: bool) -> None:
        """Send one letter, or pass it over."""
        before = self._remembered.get(letter.place, NOTHING)
        tally = self._tallies.setdefault(letter.place, RetriedTally(before))
        if send:
            self._send(letter)
        tally.note(letter.offset, sent=send or sent_before)
        if len(self._unacknowledged) >= _REMEMBER_EVERY:
            self.remember()

    def _send(self, letter: Letter) -> None:
        with telling_where(self._access):
            topic = letter.input_topic
            partition = letter.input_partition(len(self._kafka.partitions_for(topic)))
            headers = original_headers(letter.headers)
            self._unacknowledged.append(
                self._kafka.send(topic, letter.value, letter.key, headers, partition)
            )

    def remember(self) -> None:
        """Wait for Kafka, then note what has gone."""
        if not self._unacknowledged:
            return
        self._wait()
        for place, tally in self._tallies.items():
            value = tally.so_far().model_dump_json().encode()
            self._unacknowledged.append(self._kafka.send(RETRIED.name, value, place.key()))
        self._wait()

    def _wait(self) -> None:
        with telling_where(self._access):
            self._kafka.flush()
            for future in self._unacknowledged:
                future.get(timeout=0)
        self._unacknowledged.clear()

    def __enter__(self) -> "_Post":
        return self

    def __exit__(self, *_: object) -> None:
        self._kafka.close(timeout=1)
