"""One partition number of Kafka's topics, with the transactions of KIP-98 as a reader sees them.

A transaction is decided by its coordinator and then marked in each partition at a time of its
own; a reader of committed data waits before the first message of one that is not marked yet.
Whoever asks for the transactional id next fences the holder before, and ends what it left open.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from operator import attrgetter
from typing import NamedTuple

from topics.registry import INPUTS

from .topic_log import Entry, Fetched, TopicLog, Transaction

PARTITIONS = 4
PARTITION = 1
"""The partition number that is simulated; what belongs elsewhere is a dead letter here."""

CHANGELOG = "changelog"
OFFSETS = "__consumer_offsets"

PRODUCER_ID = 4711
"""A transactional id keeps its producer id; only the epoch grows."""

TRANSACTION_TIMEOUT_SECONDS = 30.0
"""After so long the coordinator ends a transaction and fences its producer, as configured."""


class Retry(Exception):
    """The coordinator is busy with this transactional id: ask again."""


class Fenced(Exception):
    """Another producer has the transactional id."""


class InputRecord(NamedTuple):
    """One message of an input topic; see `engine.contract.Record`."""

    topic: str
    partition: int
    offset: int
    timestamp: int
    key: bytes | None
    value: bytes | None
    headers: Sequence[tuple[str, bytes]]


Wanted = dict[str, tuple[int, int]]
"""By topic, the first offset that is new and the one to read from."""

Later = Callable[[str, Callable[[], None]], None]
"""Runs a step of the broker (its name first) after a while of its own."""


class Broker:
    """The logs, and the coordinator of the partition's transactional id."""

    def __init__(self, later: Later) -> None:
        self.inputs: dict[str, list[InputRecord]] = {spec.name: [] for spec in INPUTS}
        self.parked: list[Callable[[], None]] = []
        self.logs = {CHANGELOG: TopicLog(CHANGELOG)}
        self.committed_offsets: dict[str, int] = {}
        self.told: Callable[[], None] = lambda: None
        self._epoch = -1
        self._running: list[Transaction] = []
        self._later = later

    # The inputs.

    def produce(self, records: Iterable[InputRecord]) -> None:
        """Append to the inputs, and answer those that wait for it."""
        for record in records:
            self.inputs[record.topic].append(record)
        parked, self.parked = self.parked, []
        for answer in parked:
            answer()

    def fetch(self, wanted: Wanted, most: int) -> dict[str, list[InputRecord]]:
        """The next records of those topics that have any."""
        found: dict[str, list[InputRecord]] = {}
        for topic, (position, start) in wanted.items():
            records = self.inputs[topic]
            if records and records[-1].offset >= position:
                at = bisect_left(records, start, key=attrgetter("offset"))
                fresh = bisect_left(records, position, key=attrgetter("offset"))
                found[topic] = records[at : fresh + most]
        return found

    # What a producer asks.

    def init_producer(self) -> int:
        """A new epoch; whoever had one before is fenced. Raises `Retry`."""
        self._epoch += 1
        self._end_abandoned()
        if self._running:
            raise Retry
        return self._epoch

    def begin(self, epoch: int) -> Transaction:
        """A transaction of the producer of ``epoch``. Raises `Retry` and `Fenced`."""
        self.require(epoch)
        if self._running:
            raise Retry
        transaction = Transaction(epoch, self.producer_id(epoch))
        self._running.append(transaction)
        self._later("timeout", lambda: self._expire(transaction))
        return transaction

    def producer_id(self, epoch: int) -> int:
        """What the producer of ``epoch`` writes into its batches."""
        return PRODUCER_ID

    def append(self, transaction: Transaction, topic: str, batch: bytes) -> int:
        """Write a record batch; the offset of its first record."""
        self._require_open(transaction)
        return self._log(topic).append(transaction, batch)

    def _log(self, topic: str) -> TopicLog:
        if topic not in self.logs:
            self.logs[topic] = TopicLog(topic)
        return self.logs[topic]

    def stage(self, transaction: Transaction, positions: dict[str, int]) -> None:
        """Take input offsets into the transaction."""
        self._require_open(transaction)
        transaction.first.setdefault(OFFSETS, 0)
        transaction.positions.update(positions)

    def end(self, transaction: Transaction, commit: bool) -> None:
        """Decide; the markers follow, each in its own time."""
        self._require_open(transaction)
        self._decide(transaction, commit)

    def require(self, epoch: int) -> None:
        """`Fenced` where a newer epoch was given out."""
        if epoch != self._epoch:
            raise Fenced(f"epoch {epoch}, now {self._epoch}")

    def _require_open(self, transaction: Transaction) -> None:
        self.require(transaction.epoch)
        if transaction.outcome is not None:
            raise Fenced("the transaction has ended")

    def _end_abandoned(self) -> None:
        for transaction in self._running:
            if transaction.outcome is None:
                self._decide(transaction, False)

    def _expire(self, transaction: Transaction) -> None:
        if transaction.outcome is None:
            self._epoch += 1
            self._decide(transaction, False)

    def _decide(self, transaction: Transaction, commit: bool) -> None:
        transaction.outcome = commit
        for topic in transaction.first:
            self._later("marker", lambda topic=topic: self._mark(transaction, topic))
        self._retire(transaction)

    def _mark(self, transaction: Transaction, topic: str) -> None:
        transaction.marked.add(topic)
        if topic != OFFSETS:
            self.logs[topic].mark(transaction)
        elif transaction.outcome:
            self.committed_offsets.update(transaction.positions)
        self._retire(transaction)

    def _retire(self, transaction: Transaction) -> None:
        if transaction.is_over and transaction in self._running:
            self._running.remove(transaction)
            self.told()

    # What a reader of committed data sees.

    @property
    def is_settled(self) -> bool:
        """Whether no transaction is decided and not yet marked everywhere."""
        return all(transaction.outcome is None for transaction in self._running)

    def stable_end(self, topic: str) -> int:
        """The last stable offset: nothing before it can still change."""
        firsts = [
            one.first[topic]
            for one in self._running
            if topic in one.first and topic not in one.marked
        ]
        return min([self._log(topic).end, *firsts])

    def read(self, topic: str, start: int, most: int) -> tuple[list[Entry], int]:
        """Committed messages from ``start`` on, ``most`` at once, and where to read on."""
        return self._log(topic).read(start, most, self.stable_end(topic))

    def fetch_changelog(self, at: int, most: int) -> Fetched:
        """``most`` record batches from that which holds ``at`` on."""
        return self.logs[CHANGELOG].fetch(at, most, self.stable_end(CHANGELOG))

    def compact(self, keep_tombstones: bool) -> None:
        """Keep the newest committed message of each key of the changelog, and what is undecided."""
        self.logs[CHANGELOG].compact(self.stable_end(CHANGELOG), keep_tombstones)
