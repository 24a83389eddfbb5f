"""What a store has of its feed, and what each record changes of it. Pure.

A record counts where its version is above the last one that did; a mirror may repeat some. Where
the feed is another one, or was put back, versions say nothing: then all that the topic holds is
taken once more in its order, and what the feed no longer has is found by the head's sums.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from topics.down import FeedGone, FeedHead, FeedKey, FeedRow, FeedSums, canonical, row_digest


class HeldRow(NamedTuple):
    """A row that stands: its version, what it adds to its kind's hash, and when it last came, as
    a number that ascends with each record."""

    version: int
    digest: int
    place: int


class NewRow(NamedTuple):
    """A row as it is to be kept; ``body`` is its canonical JSON."""

    held: HeldRow
    row: Mapping[str, Any]
    body: bytes


@dataclass(frozen=True, slots=True)
class ReplicaStanding:
    """How far a store is. The newest head that it has read lies at ``head_offset``.

    ``filling_to`` is the offset up to which all is taken once more, and ``may_sweep`` says that the
    head may show rows to be of a feed that is no more.
    """

    next_offset: int
    applied_version: int = 0
    place: int = 0
    feed: str | None = None
    head_version: int | None = None
    head_offset: int | None = None
    is_whole: bool | None = None
    may_sweep: bool = False
    filling_to: int | None = None

    @property
    def behind_itself(self) -> int:
        """By how much the newest head is below what was applied: the feed was put back, or a mirror
        repeats itself."""
        return max(0, self.applied_version - (self.head_version or self.applied_version))


Changes = dict[FeedKey, NewRow | None]
"""What is to be kept, and None for what goes."""


class AnotherFeed(Exception):
    """The head at this offset is of another feed."""

    def __init__(self, offset: int) -> None:
        super().__init__(f"the head at {offset} is of another feed")
        self.offset = offset


class Replica:
    """The rows that stand and the sums over them; ``changes`` are those since `written`."""

    def __init__(self, standing: ReplicaStanding, rows: Mapping[FeedKey, HeldRow]) -> None:
        self.standing = standing
        self.rows = dict(rows)
        self.sums = _sums(self.rows.items())
        self.changes: Changes = {}

    def take(self, offset: int, told: FeedRow | FeedGone | FeedHead) -> bool:
        """Take the next record; False where it was known. Raises `AnotherFeed`, and TypeError for
        a row with a number that no column holds."""
        taken = self._take_head(offset, told) if isinstance(told, FeedHead) else self._take(told)
        self.passed(offset)
        return taken

    def passed(self, offset: int) -> None:
        """Leave a record behind."""
        self.standing = replace(self.standing, next_offset=offset + 1)

    def written(self) -> None:
        """What there was to write is written."""
        self.changes = {}

    def begin_anew(self, first_offset: int, end_offset: int) -> None:
        """Nothing is known of what the topic says, which has records from the one to the other."""
        self.standing = ReplicaStanding(first_offset, place=self.standing.place, may_sweep=True)
        if end_offset > first_offset:
            self.fill(end_offset - 1, first_offset)

    def fill(self, filling_to: int, first_offset: int) -> None:
        """Take all once more from ``first_offset``; versions count again after ``filling_to``."""
        self.standing = replace(
            self.standing,
            next_offset=first_offset,
            filling_to=filling_to,
            may_sweep=True,
            is_whole=None,
        )

    def _take(self, told: FeedRow | FeedGone) -> bool:
        now = self.standing
        if now.filling_to is None and told.version <= now.applied_version:
            return False
        key = FeedKey(told.kind, told.id)
        if isinstance(told, FeedGone):
            self._drop(key)
        else:
            self._keep(key, told)
        if now.filling_to is None:
            self.standing = replace(self.standing, applied_version=told.version)
        return True

    def _keep(self, key: FeedKey, told: FeedRow) -> None:
        body = canonical(told.row)
        digest = row_digest(key, body)
        self._drop(key)
        held = HeldRow(told.version, digest, self._next_place())
        self.rows[key], self.changes[key] = held, NewRow(held, told.row, body)
        self.sums.add(key.kind, digest)

    def _drop(self, key: FeedKey) -> None:
        before = self.rows.pop(key, None)
        if before is not None:
            self.sums.remove(key.kind, before.digest)
            self.changes[key] = None
            self._next_place()

    def _next_place(self) -> int:
        self.standing = replace(self.standing, place=self.standing.place + 1)
        return self.standing.place

    def _take_head(self, offset: int, head: FeedHead) -> bool:
        now = self.standing
        if now.filling_to is not None:
            return offset >= now.filling_to and self._reach(offset, head)
        if now.feed not in (None, head.feed):
            raise AnotherFeed(offset)
        if head.version < now.applied_version:
            self.standing = replace(now, head_version=head.version, head_offset=offset)
            return False
        return self._reach(offset, head)

    def _reach(self, offset: int, head: FeedHead) -> bool:
        """All before the head is here: is it the same?"""
        if self.standing.may_sweep and not self._is_same(head):
            self._sweep(head)
        is_whole = self._is_same(head)
        self.standing = replace(
            self.standing,
            applied_version=head.version,
            feed=head.feed,
            head_version=head.version,
            head_offset=offset,
            is_whole=is_whole,
            may_sweep=self.standing.may_sweep and not is_whole,
            filling_to=None,
        )
        return True

    def _is_same(self, head: FeedHead) -> bool:
        return (self.sums.rows(), self.sums.hash()) == (head.rows, head.hash)

    def _sweep(self, head: FeedHead) -> None:
        """Let go of what came before the feed began, if the rest is all that the head says.

        A feed's own rows came last, so they are as many of the newest as it has. The sums prove it:
        where they do not agree, nothing goes.
        """
        newest = sorted(self.rows.items(), key=lambda each: each[1].place, reverse=True)
        count = sum(head.rows.values())
        kept = _sums(newest[:count])
        if (kept.rows(), kept.hash()) == (head.rows, head.hash):
            for key, _ in newest[count:]:
                self._drop(key)


def _sums(rows: Iterable[tuple[FeedKey, HeldRow]]) -> FeedSums:
    sums = FeedSums()
    for key, held in rows:
        sums.add(key.kind, held.digest)
    return sums
