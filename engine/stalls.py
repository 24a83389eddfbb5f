"""Which partitions have work to do and make no progress, and for how long. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Wait = Literal["nothing", "assignment", "fence", "recovery", "fetch", "fold", "commit"]
"""What a partition waits for: ``assignment`` to be taken up, ``fence`` that its predecessor is
shut out, ``recovery`` of its state, ``fetch`` of records that the broker has, ``fold`` of what was
fetched, ``commit`` of what is folded."""


@dataclass(frozen=True, slots=True)
class PartitionStanding:
    """How a partition stands at one look.

    ``marks`` is anything that differs once there is progress; ``facts`` are words for the log.
    """

    partition: int
    waits_for: Wait
    marks: tuple[int, ...]
    facts: str


@dataclass(slots=True)
class _Still:
    """Since when a partition stands as it does."""

    standing: PartitionStanding
    since_seconds: float


class Stalls:
    """Measures how long each partition has been standing still."""

    def __init__(self) -> None:
        self._still: dict[int, _Still] = {}

    def look(self, standings: Iterable[PartitionStanding], now_seconds: float) -> None:
        """Take in how all partitions stand now; one that is not among them is forgotten."""
        before, self._still = self._still, {}
        for standing in standings:
            known = before.get(standing.partition)
            since = now_seconds
            if known and _same(known.standing, standing):
                since = known.since_seconds
            self._still[standing.partition] = _Still(standing, since)

    def excuse(self, now_seconds: float) -> None:
        """Start all clocks anew: what they wait for is nothing that a new worker could get."""
        for still in self._still.values():
            still.since_seconds = now_seconds

    def seconds(self, now_seconds: float) -> dict[int, float]:
        """By partition, how long it has had something to do without progress; 0 where idle."""
        return {
            partition: 0.0
            if still.standing.waits_for == "nothing"
            else now_seconds - still.since_seconds
            for partition, still in list(self._still.items())
        }

    def longest(self, now_seconds: float) -> tuple[PartitionStanding, float] | None:
        """The partition that has stood still longest, and its seconds; None where there is none."""
        seconds = self.seconds(now_seconds)
        if not seconds:
            return None
        partition = max(seconds, key=lambda each: seconds[each])
        return self._still[partition].standing, seconds[partition]


def _same(before: PartitionStanding, now: PartitionStanding) -> bool:
    return before.waits_for == now.waits_for and before.marks == now.marks
