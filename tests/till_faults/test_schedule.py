"""Faults are drawn from the seed alone, each kind before any comes again."""

from __future__ import annotations

from .schedule import KINDS, draw


def test_the_same_seed_draws_the_same_faults() -> None:
    assert draw(7, 3, 3) == draw(7, 3, 3) != draw(8, 3, 3)


def test_every_kind_comes_before_any_comes_again() -> None:
    drawn = [fault.kind for fault in draw(3, 3, 2)]
    assert sorted(drawn[: len(KINDS)]) == sorted(KINDS)
    assert {fault.till for fault in draw(3, 30, 2)} == {0, 1}
