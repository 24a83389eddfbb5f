"""Many seeds, in portions, on several processes."""

from __future__ import annotations

import gc
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from multiprocessing import get_context

from tests.acceptance.outside.stack import say

from .run import run, virtual
from .scenario import draw

PORTION = 60
"""Seeds that a process takes at once, and after which it collects its garbage."""


@dataclass
class Sum:
    """What many runs came to."""

    seeds: int = 0
    steps: int = 0
    lives: int = 0
    looks: int = 0
    virtual_seconds: float = 0.0
    faults: Counter[str] = field(default_factory=Counter[str])
    wrong: list[int] = field(default_factory=list[int])

    def add(self, other: Sum) -> None:
        """Take in what another process did."""
        self.seeds += other.seeds
        self.steps += other.steps
        self.lives += other.lives
        self.looks += other.looks
        self.virtual_seconds += other.virtual_seconds
        self.faults.update(other.faults)
        self.wrong += other.wrong


def run_portion(seeds: range) -> Sum:
    """Run ``seeds``, one after the other."""
    done = Sum(len(seeds))
    gc.disable()
    with virtual():
        for seed in seeds:
            result = run(draw(seed))
            done.steps += result.steps
            done.lives += result.lives
            done.looks += result.looks
            done.virtual_seconds += result.seconds
            done.faults.update(result.suffered)
            if not result.is_right:
                done.wrong.append(seed)
    gc.collect()
    return done


def _portions(first: int, seeds: int) -> Iterator[range]:
    for start in range(first, first + seeds, PORTION):
        yield range(start, min(start + PORTION, first + seeds))


def run_seeds(first: int, seeds: int, processes: int) -> Sum:
    """Run all seeds in several processes, and say how it goes."""
    total, began = Sum(), time.monotonic()
    told = began
    with get_context("spawn").Pool(processes) as pool:
        for done in pool.imap_unordered(run_portion, _portions(first, seeds)):
            total.add(done)
            if time.monotonic() - told > 5:
                told = time.monotonic()
                speed = total.seeds / (told - began) * 60
                say(f"  {total.seeds} of {seeds} seeds, {speed:.0f} a minute")
    return total
