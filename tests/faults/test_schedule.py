"""What a seed draws."""

from __future__ import annotations

from tests.faults.schedule import FAULTS_MIN, KINDS, draw


def test_the_same_seed_draws_the_same_faults() -> None:
    assert draw(7, 4) == draw(7, 4) != draw(8, 4)


def test_every_seed_has_at_least_ten_faults_of_different_kinds() -> None:
    for seed in range(50):
        kinds = [fault.kind for fault in draw(seed, 4)]
        assert len(set(kinds)) == len(kinds) >= FAULTS_MIN


def test_a_long_run_has_every_kind() -> None:
    assert {fault.kind for fault in draw(1, 10)} == set(KINDS)


def test_twenty_seeds_have_every_kind_at_least_five_times() -> None:
    drawn = [fault.kind for seed in range(1, 21) for fault in draw(seed, 4)]
    assert min(drawn.count(kind) for kind in KINDS) >= 5
