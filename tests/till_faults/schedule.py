"""Which faults happen, drawn from the seed."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

KINDS = (
    "till_killed",
    "till_suspended",
    "till_rolled_back",
    "till_enrolled_anew",
    "link_cut",
    "answers_dropped",
    "answers_halved",
    "gateway_killed",
    "gateway_suspended",
    "gateway_file_lost",
    "broker_killed",
    "broker_suspended",
    "worker_killed",
    "everything_killed",
)

FAULTS_MIN = 10

FAULTS_PER_MINUTE = 5.0
"""More leaves no time between two; fewer and a seed shows little."""

TOGETHER_SHARE = 0.3
"""How often the next fault does not wait until all tills have sent what they have."""


@dataclass(frozen=True)
class TillFault:
    """One fault; ``seconds`` is how long it lasts, for kinds that last; ``till`` is the one that
    it happens to."""

    kind: str
    seconds: float
    till: int
    together: bool


def draw(
    seed: int, minutes: float, tills: int, kinds: Sequence[str] = KINDS, least: int = FAULTS_MIN
) -> list[TillFault]:
    """The faults of a run in their order: every kind before any comes again."""
    rng = random.Random(f"till-faults-{seed}")
    wanted = max(least, round(minutes * FAULTS_PER_MINUTE))
    drawn: list[str] = []
    while len(drawn) < wanted:
        drawn += rng.sample(kinds, len(kinds))
    return [
        TillFault(kind, rng.uniform(2, 9), rng.randrange(tills), rng.random() < TOGETHER_SHARE)
        for kind in drawn[:wanted]
    ]
