"""What the contract says about a till's numbers, worked out from the set of numbers seen."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from .limits import EPOCH_CLOSED, FORK, FORK_NUMBERS, KEPT, RANGES_MAX, RANGES_TOLD, TOO_MANY_GAPS

Ranges = list[list[int]]
Content = tuple[str, str | None]
"""An event's id, and its hash in the till's journal where it has one."""

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
    closed_to: int = 0

    def again(self, epoch: int, number: int, content: Content) -> str | None:
        """What an event is whose number was taken by an event; None where it was not."""
        window = self.epochs.get(epoch)
        if window is None or number not in window.contents:
            return None
        if epoch == self.epoch and window.is_fork(number, content):
            self.forks += 1
            return FORK
        self.repeats += 1
        return DUPLICATE

    def refusal(self, epoch: int, number: int) -> str | None:
        """Why an event that is no repeat takes no number."""
        if self._is_closed(epoch):
            return EPOCH_CLOSED
        window = self.epochs.get(epoch, Epoch())
        more = 0 if number in window.quarantined else window.more_ranges(number)
        return TOO_MANY_GAPS if more > 0 and window.ranges + more > RANGES_MAX else None

    def accept(self, epoch: int, number: int, content: Content, clock: datetime) -> None:
        """Note the number of an event that counts."""
        window = self.epochs.setdefault(epoch, Epoch())
        if number in window.quarantined:
            window.quarantined.discard(number)
        else:
            window.take(number)
        window.contents[number] = content
        window.heard = clock

    def _is_closed(self, epoch: int) -> bool:
        return epoch <= self.closed_to and epoch not in self.epochs

    def quarantine(self, epoch: int, number: int, clock: datetime | None) -> bool:
        """Note the number of what cannot be applied; False where it is taken, or cannot be."""
        if self._is_closed(epoch) or self.refusal(epoch, number):
            return False
        window = self.epochs.get(epoch, Epoch())
        if number in window.seen:
            return False
        window.take(number)
        window.quarantined.add(number)
        window.heard = clock or window.heard
        self.epochs[epoch] = window
        return True

    def see(self, seen: datetime) -> None:
        """Note the time of something that was no repeat."""
        self.last_seen = max(self.last_seen or seen, seen)

    def close_old(self, clock: datetime) -> None:
        """Let go of older epochs of which nothing was heard for long, by the location's clock."""
        if len(self.epochs) < 2:
            return
        for epoch, window in list(self.epochs.items()):
            if epoch < self.epoch and window.heard and window.heard + KEPT <= clock:
                del self.epochs[epoch]
                self.closed_to = max(self.closed_to, epoch)

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
        """The open epochs before the newest, with the gaps that are listed: the newest first."""
        older: list[dict[str, object]] = []
        room = RANGES_TOLD
        for epoch in sorted(self.epochs.keys() - {self.epoch}, reverse=True):
            listed = self.missing(epoch)[:room]
            room -= len(listed)
            last = self.epochs[epoch].last
            older.append({"epoch": epoch, "last_sequence": last, "missing": listed})
        return older[::-1]

    @property
    def quarantined(self) -> int:
        """Numbers of all open epochs that came and could not be read."""
        return sum(len(window.quarantined) for window in self.epochs.values())
