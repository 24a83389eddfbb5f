"""A simulation that finds nothing proves nothing: every broken order must be found, and soon."""

from __future__ import annotations

import pytest

from .mutants import MUTANTS, Mutant
from .run import run, virtual

SEEDS_MAX = 500
"""Within so many seeds a mutant is found, wherever one begins; most are within ten."""

FIRST_SEEDS = (0, 20_000, 40_000)


def _seeds_until_found(mutant: Mutant, first: int) -> int:
    """How many it took, 0 where it was not found; the right order must pass the same."""
    for seed in range(first, first + SEEDS_MAX):
        scenario = mutant.draw(seed)
        if not run(scenario, mutant.parts).is_right:
            assert run(scenario).wrong() == {}, f"seed {seed} fails in the right order, too"
            return seed - first + 1
    return 0


@pytest.mark.parametrize("order", MUTANTS)
def test_a_broken_order_is_found_every_time(order: str) -> None:
    with virtual():
        took = [_seeds_until_found(MUTANTS[order], first) for first in FIRST_SEEDS]
    assert all(took), f"{order}: not found within {SEEDS_MAX} seeds: {took} (0 is never)"
