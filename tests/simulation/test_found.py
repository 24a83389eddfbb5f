"""What the simulation has found, each as the small scenario that showed it.

Each is run as it is now, and with the mistake put back: otherwise it would show nothing.
"""

from __future__ import annotations

from .mutants import MUTANTS
from .run import run, virtual
from .scenario import Fault, Scenario, draw


def test_a_worker_suspended_in_its_recovery_takes_in_no_half_of_its_successors_transaction() -> (
    None
):
    """It went on to read past the end that it had asked for, and cut a transaction in two.

    Fenced it would have been in any case; but it stopped before with the advice to start a new
    application id, for nothing.
    """
    scenario = Scenario(
        inputs=0,
        schedule=8,
        faults=(Fault(after=42, kind="pause", size=0.5), Fault(after=5, kind="pause", size=0.5)),
        kept=(8, 19, 20, 32, 55, 56, 59, 60, 65),
    )
    with virtual():
        assert run(scenario).wrong() == {}
        assert run(scenario, MUTANTS["recovered past its end"].parts).wrong()


def test_a_machine_that_was_away_for_days_does_not_bring_back_carts_that_were_forgotten() -> None:
    """Its store was older than the changelog's tombstones: carts left the figures twice."""
    scenario = draw(171, ("back after days", "kill"))
    with virtual():
        assert run(scenario).wrong() == {}
        assert run(scenario, MUTANTS["old store trusted"].parts).wrong()
