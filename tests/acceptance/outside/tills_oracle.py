"""What the contract says about sequences, worked out from the set of numbers seen."""

from __future__ import annotations

from dataclasses import dataclass, field

Ranges = list[list[int]]


@dataclass
class TillSeen:
    """Everything a till has sent, epoch by epoch."""

    location_id: str
    seen: dict[int, set[int]] = field(default_factory=dict[int, set[int]])
    repeats: dict[int, int] = field(default_factory=dict[int, int])

    def first_time(self, epoch: int, sequence: int) -> bool:
        """Note an event; false where the same number was seen before."""
        numbers = self.seen.setdefault(epoch, set())
        if sequence in numbers:
            self.repeats[epoch] = self.repeats.get(epoch, 0) + 1
            return False
        numbers.add(sequence)
        return True

    @property
    def epoch(self) -> int:
        """The highest epoch seen."""
        return max(self.seen)

    @property
    def last_sequence(self) -> int:
        """The highest sequence of the highest epoch."""
        return max(self.seen[self.epoch])

    def missing(self, epoch: int) -> Ranges:
        """Gaps below the highest sequence of an epoch, as [first, last]."""
        gaps: Ranges = []
        expected = 1
        for number in sorted(self.seen[epoch]):
            if number > expected:
                gaps.append([expected, number - 1])
            expected = number + 1
        return gaps
