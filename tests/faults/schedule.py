"""Which faults happen, drawn from the seed."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

KINDS = (
    "worker_killed",
    "worker_suspended",
    "worker_joins",
    "worker_leaves",
    "broker_killed",
    "broker_suspended",
    "connect_killed",
    "postgres_killed",
    "postgres_away",
    "sink_killed_in_transaction",
    "sink_suspended",
    "state_deleted",
    "state_from_earlier",
    "state_ahead_of_log",
    "disk_full_state",
    "disk_full_kafka",
    "disk_full_postgres",
)

FAULTS_MIN = 10

FAULTS_PER_MINUTE = 2.6
"""More leaves no time between two; fewer and a seed shows little."""

TOGETHER_SHARE = 0.2
"""How often a fault happens before the one before it has been caught up with."""


@dataclass(frozen=True)
class Fault:
    """One fault; ``seconds`` is how long it lasts, for kinds that last."""

    kind: str
    seconds: float
    together: bool = False


def draw(
    seed: int, minutes: float, kinds: Sequence[str] = KINDS, least: int = FAULTS_MIN
) -> list[Fault]:
    """The faults of a run in their order: every kind before any comes again."""
    rng = random.Random(f"faults-{seed}")
    wanted = max(least, round(minutes * FAULTS_PER_MINUTE))
    drawn: list[str] = []
    while len(drawn) < wanted:
        drawn += rng.sample(kinds, len(kinds))
    return [_fault(kind, minutes, rng) for kind in drawn[:wanted]]


def _fault(kind: str, minutes: float, rng: random.Random) -> Fault:
    return Fault(kind, _seconds(kind, minutes, rng), rng.random() < TOGETHER_SHARE)


def _seconds(kind: str, minutes: float, rng: random.Random) -> float:
    """Longer than the session timeout of 12 s where that is the point."""
    if kind == "postgres_away":
        return rng.uniform(20, 120 if minutes >= 10 else 40)
    if kind == "broker_suspended":
        # Beyond 30 s the broker ends the workers' transactions itself.
        return rng.choice((5, 14, 34))
    if kind == "worker_suspended":
        return rng.uniform(13, 18)
    return rng.uniform(3, 8)
