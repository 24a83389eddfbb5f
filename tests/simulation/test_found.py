"""What the simulation has found, each as the small scenario that showed it.

Each is run as it is now, and with the mistake put back: otherwise it would show nothing.
"""

from __future__ import annotations

from .mutants import MUTANTS
from .run import run, virtual
from .scenario import Fault, Scenario


def test_a_worker_suspended_in_its_recovery_takes_in_no_half_of_its_successors_transaction() -> (
    None
):
    """It went on to read past the end that it had asked for, and cut a transaction in two.

    Fenced it would have been in any case; but it stopped before with the advice to start a new
    application id, for nothing.
    """
    scenario = Scenario(
        inputs=1,
        schedule=28,
        faults=(Fault(after=22, kind="rival", size=0.5), Fault(after=6, kind="pause", size=0.5)),
        kept=(76, 78, 79, 80),
    )
    with virtual():
        assert run(scenario).wrong() == {}
        assert run(scenario, MUTANTS["recovered past its end"].parts).wrong()


def test_a_machine_that_was_away_for_days_does_not_bring_back_carts_that_were_forgotten() -> None:
    """Its store was older than the changelog's tombstones: carts left the figures twice."""
    scenario = Scenario(
        inputs=7,
        schedule=159,
        faults=(
            Fault(after=202, kind="back after days", size=0.93),
            Fault(after=8, kind="handover", size=0.56),
            Fault(after=208, kind="handover", size=0.64),
            Fault(after=5, kind="back after days", size=0.01),
            Fault(after=24, kind="back after days", size=0.08),
        ),
    )
    with virtual():
        assert run(scenario).wrong() == {}
        assert run(scenario, MUTANTS["old store trusted"].parts).wrong()
