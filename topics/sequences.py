"""What a sequence number says: new, seen before, after a gap, or taken by what nobody could read.

A till numbers its events from 1 without gaps within an epoch. A `Window` remembers, for one
epoch, the highest number seen, the ranges below it that are missing, and the numbers that came
and could not be read, so that every number is counted once, in whatever order it arrives.
Workers and sink ask the same windows, so their verdicts are the same.
"""

from bisect import bisect_right
from dataclasses import dataclass, field
from enum import Enum, auto

Range = list[int]
"""[first, last], both included."""

RANGES_MAX = 32_768
"""Missing ranges of one window. A till that counts by twos would fill the memory and make each of
its events slower than the one before; a tenth, and a till that sends a busy day backwards in
small parcels would be refused."""


class Verdict(Enum):
    """What a number says about its event."""

    IN_ORDER = auto()
    OPENS_GAP = auto()
    HEALS = auto()
    REPLACES_UNREADABLE = auto()
    DUPLICATE = auto()
    TOO_MANY_GAPS = auto()


@dataclass(slots=True)
class Window:
    """What has been seen of one epoch: every number up to ``last`` but those in ``missing``.

    ``quarantined`` are numbers whose events came and could not be read: they are not missing, and
    one that comes again readable counts.
    """

    last: int = 0
    missing: list[Range] = field(default_factory=list[Range])
    quarantined: list[Range] = field(default_factory=list[Range])

    def judge(self, sequence: int) -> Verdict:
        """What `admit` would say; changes nothing."""
        if sequence == self.last + 1:
            return Verdict.IN_ORDER
        if sequence > self.last:
            full = len(self.missing) >= RANGES_MAX
            return Verdict.TOO_MANY_GAPS if full else Verdict.OPENS_GAP
        if self.quarantined and holds(self.quarantined, sequence):
            return Verdict.REPLACES_UNREADABLE
        at = _place(self.missing, sequence)
        if at < 0:
            return Verdict.DUPLICATE
        first, last = self.missing[at]
        cuts = first < sequence < last and len(self.missing) >= RANGES_MAX
        return Verdict.TOO_MANY_GAPS if cuts else Verdict.HEALS

    def admit(self, sequence: int) -> Verdict:
        """Note ``sequence``; a refused one (`DUPLICATE`, `TOO_MANY_GAPS`) changes nothing."""
        if sequence == self.last + 1:
            self.last = sequence
            return Verdict.IN_ORDER
        verdict = self.judge(sequence)
        if verdict is Verdict.OPENS_GAP:
            self.missing.append([self.last + 1, sequence - 1])
            self.last = sequence
        elif verdict is Verdict.HEALS:
            take_out(self.missing, sequence)
        elif verdict is Verdict.REPLACES_UNREADABLE:
            take_out(self.quarantined, sequence)
        return verdict

    def quarantine(self, sequence: int) -> bool:
        """Note that ``sequence`` came and cannot be read; False where it takes no number.

        That is where it was seen before, or where the window is full.
        """
        if len(self.quarantined) >= RANGES_MAX or holds(self.quarantined, sequence):
            return False
        if self.admit(sequence) in (Verdict.DUPLICATE, Verdict.TOO_MANY_GAPS):
            return False
        put_in(self.quarantined, sequence)
        return True

    def forget(self, sequence: int) -> None:
        """Take back that ``sequence`` was seen: it is missing again, whatever the bound says."""
        if not holds(self.missing, sequence):
            put_in(self.missing, sequence)


def holds(ranges: list[Range], number: int) -> bool:
    """Whether ``number`` lies in one of the ascending ``ranges``."""
    return _place(ranges, number) >= 0


def count(ranges: list[Range]) -> int:
    """How many numbers the ranges hold."""
    return sum(last - first + 1 for first, last in ranges)


def take_out(ranges: list[Range], number: int) -> bool:
    """Take ``number`` out of the ranges; False where none holds it."""
    at = _place(ranges, number)
    if at < 0:
        return False
    first, last = ranges[at]
    left = [[first, number - 1]] if first < number else []
    right = [[number + 1, last]] if number < last else []
    ranges[at : at + 1] = left + right
    return True


def put_in(ranges: list[Range], number: int) -> None:
    """Put a ``number`` that no range holds into the ranges, which stay as few as can be."""
    at = bisect_right(ranges, number, key=_first)
    joins_left = at > 0 and ranges[at - 1][1] == number - 1
    joins_right = at < len(ranges) and ranges[at][0] == number + 1
    first = ranges[at - 1][0] if joins_left else number
    last = ranges[at][1] if joins_right else number
    ranges[at - joins_left : at + joins_right] = [[first, last]]


def _place(ranges: list[Range], number: int) -> int:
    """Index of the range that holds ``number``; -1 where none does."""
    at = bisect_right(ranges, number, key=_first) - 1
    return at if at >= 0 and number <= ranges[at][1] else -1


def _first(span: Range) -> int:
    return span[0]
