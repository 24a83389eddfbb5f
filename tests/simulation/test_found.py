"""What the simulation has found, each as the scenario that showed it.

Each is run as it is now, and with the mistake put back: otherwise it would show nothing. Where a
step more or less of the engine shifts what befalls it, another order of the same steps shows it.
"""

from __future__ import annotations

from dataclasses import replace

from .mutants import MUTANTS
from .run import run, virtual
from .scenario import Fault, Scenario

SCHEDULES_MAX = 200
"""Orders that are tried; one in four to twenty shows the mistake."""


def _shows(mistake: str, scenario: Scenario) -> None:
    """The engine is right in every order, up to one in which the mistake is seen."""
    with virtual():
        for schedule in range(1, SCHEDULES_MAX + 1):
            ordered = replace(scenario, schedule=schedule)
            assert run(ordered).wrong() == {}, ordered
            if run(ordered, MUTANTS[mistake].parts).wrong():
                return
    raise AssertionError(f"{mistake}: no order of {scenario} shows it")


def test_a_worker_suspended_in_its_recovery_takes_in_no_half_of_its_successors_transaction() -> (
    None
):
    """It went on to read past the end that it had asked for, and cut a transaction in two.

    Fenced it would have been in any case; but it stopped before with the advice to start a new
    application id, for nothing.
    """
    faults = (Fault(60, "pause"), Fault(10, "pause"), Fault(10, "pause"))
    _shows("recovered past its end", Scenario(inputs=1, schedule=1, faults=faults))


def test_a_machine_that_was_away_for_days_does_not_bring_back_carts_that_were_forgotten() -> None:
    """Its store was older than the changelog's tombstones: carts left the figures twice."""
    faults = (Fault(300, "back after days", 0.3),)
    _shows("old store trusted", Scenario(inputs=11, schedule=1, faults=faults))


def test_a_recovery_that_is_interrupted_twice_leaves_out_no_rest_of_a_record_batch() -> None:
    """Its store claimed the whole batch of which a read had brought a part.

    A store that was elsewhere has a tail to read; killed within it, the next recovery began
    behind what had never been applied.
    """
    faults = (Fault(150, "elsewhere"), Fault(150, "elsewhere"), Fault(10, "kill"))
    _shows("position of the batch, not of the record", Scenario(3, 1, faults))


def test_who_slept_while_recovering_takes_no_compacted_changelog_for_a_state() -> None:
    """An owner that slept while it recovered read a changelog that was compacted meanwhile.

    Its successor had written newer values behind the end that it knew, so the old ones were gone:
    a state without positions. It blamed the topic, and advised to start a new application id.
    """
    scenario = Scenario(
        inputs=175,
        schedule=0,
        faults=(
            Fault(after=47, kind="request fails", size=0.5),
            Fault(after=12, kind="pause", size=0.5),
            Fault(after=37, kind="compact", size=0.5),
        ),
        kept=(24, 25, 29),
    )
    with virtual():
        assert run(scenario).wrong() == {}
