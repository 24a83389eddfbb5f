"""Makes a failing scenario smaller, and writes it down as a test."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import TypeVar

from .inputs import make_inputs
from .parts import Parts
from .run import AS_IT_SHOULD_BE, run
from .scenario import Fault, Scenario

T = TypeVar("T")

RUNS_MAX = 800
"""Runs that a shrinking may take: some 10 s. The smallest scenario is nice to have, not needed."""

Fails = Callable[[Scenario], bool]


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
    """One round: the plainest order, fewer faults, fewer messages, faults that come sooner."""
    plain = replace(scenario, schedule=0)
    scenario = plain if fails(plain) else scenario
    faults = _fewer(scenario.faults, lambda some: fails(replace(scenario, faults=some)))
    scenario = replace(scenario, faults=faults)
    sent = scenario.kept or ()
    kept = _fewer(sent, lambda some: fails(replace(scenario, kept=some)))
    return _sooner(replace(scenario, kept=kept), fails)


def _fewer(items: tuple[T, ...], fails: Callable[[tuple[T, ...]], bool]) -> tuple[T, ...]:
    """Leave out ever shorter runs of items, as long as it still fails without them."""
    length = len(items)
    while length:
        start = 0
        while start < len(items):
            without = items[:start] + items[start + length :]
            if fails(without):
                items = without
            else:
                start += length
        length //= 2
    return items


def _sooner(scenario: Scenario, fails: Fails) -> Scenario:
    for at, fault in enumerate(scenario.faults):
        for plainer in _plainer(fault):
            candidate = _with(scenario, at, plainer)
            if fails(candidate):
                scenario = candidate
                break
    return scenario


def _plainer(fault: Fault) -> Iterator[Fault]:
    if fault.size != 0.5:
        yield replace(fault, size=0.5)
    for after in (1, fault.after // 2, fault.after - 1):
        if 0 < after < fault.after:
            yield replace(fault, after=after)


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
