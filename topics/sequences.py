"""What a sequence number says: new, seen before, or after a gap.

A till numbers its events from 1 without gaps within an epoch. A `Window` remembers, for one
epoch, the highest number seen and the ranges below it that are missing, so that every number is
counted once, in whatever order it arrives.
"""

from dataclasses import dataclass, field

Range = list[int]
"""[first, last], both missing."""


@dataclass(slots=True)
class Window:
    """What has been seen of one epoch: every number up to ``last`` but those in ``missing``."""

    last: int = 0
    missing: list[Range] = field(default_factory=list[Range])

    def admit(self, sequence: int) -> bool:
        """Note ``sequence``; False when it was seen before."""
        if sequence == self.last + 1:
            self.last = sequence
            return True
        if sequence > self.last:
            self.missing.append([self.last + 1, sequence - 1])
            self.last = sequence
            return True
        return self._heal(sequence)

    def _heal(self, sequence: int) -> bool:
        for at, (first, last) in enumerate(self.missing):
            if first <= sequence <= last:
                left = [[first, sequence - 1]] if first < sequence else []
                right = [[sequence + 1, last]] if sequence < last else []
                self.missing[at : at + 1] = left + right
                return True
        return False
