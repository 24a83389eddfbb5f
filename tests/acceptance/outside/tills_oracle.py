"""What the contract says about a till's numbers, worked out from the set of numbers seen."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from .limits import EPOCH_CLOSED, FORK, FORK_NUMBERS, KEPT, RANGES_MAX, RANGES_TOLD, TOO_MANY_GAPS

Ranges = list[list[int]]
Content = tuple[str, str | None]
"""An event's id, and its hash in the till's journal where it has one."""

NEW = "new"
DUPLICATE = "duplicate"


@dataclass
class Epoch:
    """Every number of one epoch that was seen, with what came under it."""

    seen: set[int] = field(default_factory=set[int])
    contents: dict[int, Content] = field(default_factory=dict[int, Content])
    quarantined: set[int] = field(default_factory=set[int])
    last: int = 0
    ranges: int = 0
    heard: datetime | None = None

    def more_ranges(self, number: int) -> int:
        """By how much the number of missing ranges would change."""
        if number > self.last:
            return 1 if number > self.last + 1 else 0
        left = number > 1 and number - 1 not in self.seen
        return left + (number + 1 not in self.seen) - 1

    def take(self, number: int) -> bool:
        """Note a number that was not seen before; False where the window is full."""
        more = self.more_ranges(number)
        if more > 0 and self.ranges + more > RANGES_MAX:
            return False
        self.ranges += more
        self.seen.add(number)
        self.last = max(self.last, number)
        return True

    def missing(self) -> Ranges:
        """Gaps below the highest number, as [first, last]."""
        gaps: Ranges = []
        expected = 1
        for number in sorted(self.seen):
            if number > expected:
                gaps.append([expected, number - 1])
            expected = number + 1
        return gaps

    def is_fork(self, number: int, content: Content) -> bool:
        """Whether a number that was seen comes with another content, near enough to tell."""
        known = self.contents[number]
        hashes = {known[1], content[1]} - {None}
        differs = known[0] != content[0] or len(hashes) == 2
        return differs and number > self.last - FORK_NUMBERS


@dataclass
class TillSeen:
    """Everything a till has sent, epoch by epoch."""

    location_id: str
    till_id: str
    epochs: dict[int, Epoch] = field(default_factory=dict[int, Epoch])
    repeats: int = 0
    forks: int = 0
    last_seen: datetime | None = None
    closed: set[int] = field(default_factory=set[int])

    def verdict(self, epoch: int, number: int, content: Content) -> str:
        """Note an event's number: new, a duplicate, or the reason of its dead letter."""
        if epoch in self.closed:
            return EPOCH_CLOSED
        window = self.epochs.setdefault(epoch, Epoch())
        if number in window.quarantined:
            window.quarantined.discard(number)
        elif number in window.seen:
            return self._again(window, number, content)
        elif not window.take(number):
            return TOO_MANY_GAPS
        window.contents[number] = content
        return NEW

    def _again(self, window: Epoch, number: int, content: Content) -> str:
        if window.is_fork(number, content):
            self.forks += 1
            return FORK
        self.repeats += 1
        return DUPLICATE

    def quarantine(self, epoch: int, number: int) -> None:
        """Note the number of what cannot be applied, unless it is taken."""
        if epoch in self.closed:
            return
        window = self.epochs.setdefault(epoch, Epoch())
        if number not in window.seen and window.take(number):
            window.quarantined.add(number)

    def withdraw(self, epoch: int, number: int) -> None:
        """What was new has turned out to be beyond what can be counted."""
        window = self.epochs[epoch]
        window.contents.pop(number)
        window.quarantined.add(number)

    def hear(self, epoch: int, seen: datetime, clock: datetime) -> None:
        """Note the times of an event that counts: the till's own and the location's."""
        self.last_seen = max(self.last_seen or seen, seen)
        self.epochs[epoch].heard = clock

    def close_old(self, clock: datetime | None) -> None:
        """Let go of older epochs of which nothing was heard for long, by the location's clock."""
        if clock is None or len(self.epochs) < 2:
            return
        for epoch, window in list(self.epochs.items()):
            if epoch < self.epoch and window.heard and window.heard + KEPT <= clock:
                del self.epochs[epoch]
                self.closed.add(epoch)

    @property
    def epoch(self) -> int:
        """The highest epoch seen."""
        return max(self.epochs)

    @property
    def last_sequence(self) -> int:
        """The highest sequence of the highest epoch."""
        return self.epochs[self.epoch].last

    @property
    def last_hash(self) -> str | None:
        """The hash of the event with that number, where it has one and could be read."""
        return self.epochs[self.epoch].contents.get(self.last_sequence, ("", None))[1]

    def missing(self, epoch: int) -> Ranges:
        """All gaps of an epoch."""
        return self.epochs[epoch].missing()

    def older(self) -> list[dict[str, object]]:
        """The open epochs before the newest, with the gaps that are listed."""
        older: list[dict[str, object]] = []
        room = RANGES_TOLD
        for epoch in sorted(self.epochs.keys() - {self.epoch}):
            listed = self.missing(epoch)[:room]
            room -= len(listed)
            last = self.epochs[epoch].last
            older.append({"epoch": epoch, "last_sequence": last, "missing": listed})
        return older

    @property
    def quarantined(self) -> int:
        """Numbers of all open epochs that came and could not be read."""
        return sum(len(window.quarantined) for window in self.epochs.values())
