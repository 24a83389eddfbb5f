"""What a run does: its input, its order, and what befalls it. All of it from one seed."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass

SCHEDULES_PER_INPUT = 20
"""Runs over the same input. Making one and what must come of it costs as much as three runs."""

KINDS = (
    "kill",
    "kill",
    "kill",
    "power",
    "delete",
    "old copy",
    "elsewhere",
    "pause",
    "pause",
    "rival",
    "rival",
    "handover",
    "request fails",
    "request fails",
    "answer fails",
    "hang",
    "compact",
    "back after days",
)
"""What may happen, as often as it is named; `fleet.Fleet` says what each does."""

FAULTS_MAX = 6
STEPS_BETWEEN_FAULTS = 70
"""On average. A life that ends sooner has not recovered; much later, it has come to rest."""

SOON_STEPS_MAX = 25
SOON_SHARE = 0.2
"""Faults that come so soon after the one before that they meet a recovery."""


@dataclass(frozen=True, slots=True)
class Fault:
    """``kind`` happens ``after`` steps of workers since the one before. ``size`` is 0 to 1."""

    after: int
    kind: str
    size: float = 0.5


@dataclass(frozen=True, slots=True)
class Scenario:
    """A run. ``kept`` numbers the messages of the input that are sent; None is all of them.

    ``schedule`` 0 is the plainest order: no latency differs and nothing is tuned.
    """

    inputs: int
    schedule: int
    faults: tuple[Fault, ...]
    kept: tuple[int, ...] | None = None


@dataclass(frozen=True, slots=True)
class Knobs:
    """Sizes and times that the seed draws, small ones to reach what large ones rarely do."""

    latency_seconds: float = 0.01
    fetch_records_max: int = 50
    recovery_records_max: int = 20_000
    batch_bytes_max: int = 512 * 1024
    fetch_batches_max: int = 1_000
    cache_entries: int = 200_000
    pending_records_max: int = 20_000
    write_every_seconds: float = 1.0
    burst_records_max: int = 8
    burst_every_seconds: float = 0.2


def draw(
    seed: int, kinds: Sequence[str] = KINDS, steps_between: int = STEPS_BETWEEN_FAULTS
) -> Scenario:
    """The scenario of a seed, with faults of ``kinds`` only."""
    rng = random.Random(seed)
    faults = tuple(_fault(rng, kinds, steps_between) for _ in range(rng.randint(0, FAULTS_MAX)))
    return Scenario(seed // SCHEDULES_PER_INPUT, seed + 1, faults)


def _fault(rng: random.Random, kinds: Sequence[str], steps_between: int) -> Fault:
    soon = rng.random() < SOON_SHARE
    after = 1 + int(SOON_STEPS_MAX * rng.random() if soon else rng.expovariate(1 / steps_between))
    return Fault(after, rng.choice(kinds), round(rng.random(), 2))


def knobs_of(scenario: Scenario) -> Knobs:
    """The sizes of a run."""
    if scenario.schedule == 0:
        return Knobs()
    rng = random.Random(scenario.schedule)
    return Knobs(
        latency_seconds=rng.choice((0.002, 0.02, 0.2)),
        fetch_records_max=rng.choice((3, 10, 50)),
        recovery_records_max=rng.choice((3, 12, 20_000)),
        batch_bytes_max=rng.choice((200, 2_000, 20_000)),
        fetch_batches_max=rng.choice((1, 5, 1_000)),
        cache_entries=rng.choice((1, 6, 200_000)),
        pending_records_max=rng.choice((5, 20_000)),
        write_every_seconds=rng.choice((0.05, 0.3, 0.3, 1.0, 30.0)),
        burst_records_max=rng.choice((3, 10, 30)),
        burst_every_seconds=rng.choice((0.02, 0.1, 0.5)),
    )
