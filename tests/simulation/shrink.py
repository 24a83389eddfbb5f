"""Makes a failing scenario smaller, and writes it down as a test."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace

from .inputs import make_inputs
from .parts import Parts
from .run import AS_IT_SHOULD_BE, run
from .scenario import Fault, Scenario

RUNS_MAX = 3_000
"""Runs that a shrinking may take: some 15 s. The smallest scenario is nice to have, not needed."""

EARLIER = (0, 1, 2, 4, 8, 16, 32)
"""With fewer messages a run has fewer steps, so what befalls it must come so much sooner."""

SOON = range(1, 100)
"""Steps at which a single fault is tried in the plainest order."""

Fails = Callable[[Scenario], bool]
Without = Callable[[Scenario, int, int], Iterator[Scenario]]
"""Scenarios without the faults or messages from one number up to another."""


def shrink(scenario: Scenario, parts: Parts = AS_IT_SHOULD_BE) -> Scenario:
    """A smaller scenario in which something of the same kind is wrong."""
    kinds = run(scenario, parts).findings.counts.keys()
    runs = 0

    def fails(candidate: Scenario) -> bool:
        nonlocal runs
        runs += 1
        return runs <= RUNS_MAX and bool(kinds & run(candidate, parts).findings.counts.keys())

    kept = scenario.kept or tuple(range(len(make_inputs(scenario.inputs).sent)))
    smallest = replace(scenario, kept=kept)
    while (smaller := _smaller(smallest, fails)) != smallest:
        smallest = smaller
    return smallest


def _smaller(scenario: Scenario, fails: Fails) -> Scenario:
    """One round: fewer faults, the plainest order, fewer messages, plainer faults."""
    scenario = _fewer(scenario, len(scenario.faults), _without_faults, fails)
    scenario = _first(_plain(scenario), fails) or scenario
    scenario = _fewer(scenario, len(scenario.kept or ()), _without_messages, fails)
    for at in range(len(scenario.faults)):
        scenario = _first(_plainer(scenario, at), fails) or scenario
    return scenario


def _first(candidates: Iterable[Scenario], fails: Fails) -> Scenario | None:
    return next((candidate for candidate in candidates if fails(candidate)), None)


def _fewer(scenario: Scenario, count: int, without: Without, fails: Fails) -> Scenario:
    """Leave out ever shorter runs of ``count`` things, as long as it still fails."""
    length = count
    while length:
        start = 0
        while start < count:
            end = min(start + length, count)
            smaller = _first(without(scenario, start, end), fails)
            if smaller is None:
                start = end
            else:
                scenario, count = smaller, count - (end - start)
        length //= 2
    return scenario


def _without_faults(scenario: Scenario, start: int, end: int) -> Iterator[Scenario]:
    """The next fault comes when it came before, or as soon as the first that is left out did."""
    gone, rest = scenario.faults[start:end], scenario.faults[end:]
    if rest:
        delay = sum(fault.after for fault in gone)
        later = replace(rest[0], after=rest[0].after + delay)
        yield replace(scenario, faults=(*scenario.faults[:start], later, *rest[1:]))
    yield replace(scenario, faults=(*scenario.faults[:start], *rest))


def _without_messages(scenario: Scenario, start: int, end: int) -> Iterator[Scenario]:
    kept = scenario.kept or ()
    smaller = replace(scenario, kept=kept[:start] + kept[end:])
    if not smaller.faults:
        yield smaller
        return
    for steps in EARLIER:
        after = smaller.faults[0].after - steps
        if after > 0:
            yield _with(smaller, 0, replace(smaller.faults[0], after=after))


def _plain(scenario: Scenario) -> Iterator[Scenario]:
    if scenario.schedule:
        yield replace(scenario, schedule=0)
        if len(scenario.faults) == 1:
            for after in SOON:
                fault = replace(scenario.faults[0], after=after)
                yield replace(scenario, schedule=0, faults=(fault,))


def _plainer(scenario: Scenario, at: int) -> Iterator[Scenario]:
    fault = scenario.faults[at]
    if fault.size != 0.5:
        yield _with(scenario, at, replace(fault, size=0.5))
    for after in (1, fault.after // 2, fault.after - 1):
        if 0 < after < fault.after:
            yield _with(scenario, at, replace(fault, after=after))


def _with(scenario: Scenario, at: int, fault: Fault) -> Scenario:
    faults = (*scenario.faults[:at], fault, *scenario.faults[at + 1 :])
    return replace(scenario, faults=faults)


def as_test(name: str, scenario: Scenario, findings: Sequence[str], mutant: str = "") -> str:
    """A test to paste into `test_found.py`; ``findings`` say what was wrong."""
    faults = "".join(f"            {fault},\n" for fault in scenario.faults)
    parts = f', MUTANTS["{mutant}"].parts' if mutant else ""
    sent = make_inputs(scenario.inputs).sent
    kept = [sent[at] for at in (scenario.kept or ())]
    messages = "".join(f"    # {one.topic} {(one.value or b'')[:50]!r}\n" for one in kept)
    return (
        f"def test_{name}() -> None:\n"
        f'    """{"; ".join(findings)}."""\n'
        f"{messages}"
        "    scenario = Scenario(\n"
        f"        inputs={scenario.inputs},\n"
        f"        schedule={scenario.schedule},\n"
        f"        faults=(\n{faults}        ),\n"
        f"        kept={scenario.kept},\n"
        "    )\n"
        "    with virtual():\n"
        f"        assert run(scenario{parts}).wrong() == {{}}\n"
    )
