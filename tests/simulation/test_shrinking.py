"""A failing scenario becomes small, and a test that fails in the same way."""

from __future__ import annotations

from typing import Any

from . import mutants, run, scenario
from .shrink import as_test, shrink

BROKEN = "outputs before state"


def _failing(parts: Any) -> scenario.Scenario:
    for seed in range(100):
        drawn = scenario.draw(seed)
        if len(drawn.faults) > 2 and not run.run(drawn, parts).is_right:
            return drawn
    raise AssertionError("nothing fails")


def test_a_failing_scenario_is_shrunk_and_printed_as_a_test_that_fails() -> None:
    parts = mutants.MUTANTS[BROKEN].parts
    with run.virtual():
        drawn = _failing(parts)
        small = shrink(drawn, parts)
        wrong = run.run(small, parts).wrong()
    assert wrong
    assert len(small.faults) <= 1, small
    assert len(small.kept or ()) <= 10, small

    text = as_test("it", small, sorted(wrong), BROKEN)
    names: dict[str, Any] = {**vars(scenario), **vars(run), **vars(mutants)}
    exec(text, names)  # noqa: S102  (what is printed must run as it is)
    try:
        names["test_it"]()
    except AssertionError:
        return
    raise AssertionError(f"the printed test passes:\n{text}")
