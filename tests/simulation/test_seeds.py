"""1,500 drawn lives of a partition end as the contracts say; `make simulate` draws more."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from .run import Result, run, virtual
from .scenario import KINDS, Scenario, draw

CHECKOUT = Path(__file__).resolve().parents[2]


@pytest.mark.timeout(900)
def test_fifteen_hundred_seeds_lose_nothing_and_double_nothing() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "tests.simulation", "--seeds", "1500", "--processes", "2"],
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
    said: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    assert (said["seeds"], said["wrong"]) == (1_500, 0)
    assert set(said["faults"]) == set(KINDS), "a kind of fault never happened"


def _told(result: Result) -> tuple[Any, ...]:
    return result.values, result.steps, result.lives, result.seconds, result.wrong()


def test_the_same_seed_is_the_same_run_step_by_step() -> None:
    with virtual():
        for seed in range(20):
            assert _told(run(draw(seed))) == _told(run(draw(seed)))


def test_a_run_without_faults_is_one_life() -> None:
    with virtual():
        result = run(Scenario(inputs=1, schedule=2, faults=()))
    assert (result.lives, result.wrong()) == (1, {})
