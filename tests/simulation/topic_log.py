"""One partition of a topic as a broker keeps it: record batches, markers, and what is compacted.

What a producer sent is kept byte for byte, at the offsets that the broker gives it, and goes out
so. Readers of the engine get those bytes; the verdict gets the messages in them.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import dataclass, field
from operator import attrgetter
from typing import Any, NamedTuple

from aiokafka.record.memory_records import MemoryRecords

from engine.contract import Message
from tests.record_batches import Kept, batch_of, marker, placed

_BY_OFFSET = attrgetter("offset")
_BY_END = attrgetter("end")


@dataclass(slots=True, eq=False)
class Transaction:
    """What one commit sent. ``outcome`` is None while it is open."""

    epoch: int
    producer: int
    first: dict[str, int] = field(default_factory=dict[str, int])
    marked: set[str] = field(default_factory=set[str])
    positions: dict[str, int] = field(default_factory=dict[str, int])
    outcome: bool | None = None

    @property
    def is_over(self) -> bool:
        """Whether every partition that it wrote to has its marker."""
        return self.outcome is not None and len(self.marked) == len(self.first)


class Entry(NamedTuple):
    """A message in the log."""

    offset: int
    message: Message
    transaction: Transaction


@dataclass(slots=True, eq=False)
class Piece:
    """A record batch, or a marker: ``batch`` holds offsets from ``base`` up to ``end``."""

    base: int
    end: int
    transaction: Transaction
    batch: bytes
    is_marker: bool = False


Fetched = tuple[bytes, list[tuple[int, int]]]
"""Record batches, and the aborted transactions among them: producer id and first offset."""


class TopicLog:
    """The log of one partition of one topic."""

    def __init__(self, topic: str) -> None:
        self.end = 0
        self._topic = topic
        self._pieces: list[Piece] = []
        self._entries: list[Entry] = []

    def append(self, transaction: Transaction, batch: bytes) -> int:
        """Write what a producer sent; the offset of its first record."""
        base = self.end
        transaction.first.setdefault(self._topic, base)
        sent: Any = MemoryRecords(batch).next_batch()
        self.end = base + sent.next_offset
        self._pieces.append(Piece(base, self.end, transaction, placed(batch, base)))
        for record in sent:
            message = Message(record.key, record.value, record.headers)
            self._entries.append(Entry(base + record.offset, message, transaction))
        return base

    def mark(self, transaction: Transaction) -> None:
        """Write the marker of a transaction that is decided."""
        commit = bool(transaction.outcome)
        batch = marker(self.end, transaction.producer, commit=commit)
        self._pieces.append(Piece(self.end, self.end + 1, transaction, batch, is_marker=True))
        self.end += 1

    def read(self, start: int, most: int, stable_end: int) -> tuple[list[Entry], int]:
        """Committed messages from ``start`` on, ``most`` at once, and where to read on."""
        found = list[Entry]()
        for entry in self._entries[bisect_left(self._entries, start, key=_BY_OFFSET) :]:
            if entry.offset >= stable_end:
                break
            if len(found) == most:
                return found, entry.offset
            if entry.transaction.outcome:
                found.append(entry)
        return found, max(start, stable_end)

    def fetch(self, at: int, most: int, stable_end: int) -> Fetched:
        """What a reader of committed data is sent: ``most`` batches, and the half of one more."""
        first = bisect_right(self._pieces, at, key=_BY_END)
        sent = [p for p in self._pieces[first : first + most + 1] if p.base < stable_end]
        whole, cut = sent[:most], sent[most:]
        batches = b"".join(
            [*(p.batch for p in whole), *(p.batch[: len(p.batch) // 2] for p in cut)]
        )
        return batches, self._aborted(at, whole[-1].end if whole else at)

    def _aborted(self, at: int, end: int) -> list[tuple[int, int]]:
        return [
            (piece.transaction.producer, piece.transaction.first[self._topic])
            for piece in self._pieces
            if piece.is_marker
            and not piece.transaction.outcome
            and piece.end > at
            and piece.transaction.first[self._topic] < end
        ]

    def end_of_batch(self, offset: int) -> int:
        """Where the batch ends that ``offset`` lies within, or ``offset`` between two."""
        at = bisect_right(self._pieces, offset, key=_BY_END)
        within = at < len(self._pieces) and self._pieces[at].base < offset
        return self._pieces[at].end if within else offset

    # Compaction.

    def compact(self, stable_end: int, keep_tombstones: bool) -> None:
        """Keep the newest committed message of each key, and what is undecided."""
        newest = {
            entry.message.key: entry.offset
            for entry in self._entries
            if entry.offset < stable_end and entry.transaction.outcome
        }
        self._entries = [
            entry
            for entry in self._entries
            if entry.offset >= stable_end
            or (
                newest.get(entry.message.key) == entry.offset
                and entry.transaction.outcome
                and (keep_tombstones or entry.message.value is not None)
            )
        ]
        self._pieces = self._left(stable_end, keep_tombstones)

    def _left(self, stable_end: int, keep_markers: bool) -> list[Piece]:
        """Batches keep their offsets, however little is left in them; the last stays even empty."""
        left: list[Piece] = []
        for piece in self._pieces:
            if piece.base >= stable_end or piece is self._pieces[-1]:
                left.append(piece)
            elif piece.is_marker:
                left += [piece] if keep_markers else []
            elif kept := self._kept(piece):
                piece.batch = batch_of(kept, piece.base, piece.end, piece.transaction.producer)
                left.append(piece)
        return left

    def _kept(self, piece: Piece) -> list[Kept]:
        start = bisect_left(self._entries, piece.base, key=_BY_OFFSET)
        end = bisect_left(self._entries, piece.end, key=_BY_OFFSET)
        return [
            Kept(one.offset, one.message.key, one.message.value) for one in self._entries[start:end]
        ]
