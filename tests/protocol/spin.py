"""Runs spin: a model with its bounds becomes a program in C, which looks at every state."""

import re
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from tests.protocol.scenarios import Scenario

MODEL = Path(__file__).resolve().parents[2] / "edge" / "protocol"

FAIR_PROCESSES = "-DNFAIR=4"
"""Room for 14 processes; the default has room for 10, and the largest model has 11."""

MEGABYTES_MAX = 6_000
"""Of a search. It ends unfinished beyond that, which is told."""

DEPTH_MAX = 1_000_000
"""Steps of one run. The longest seen has 250; a search that met the bound would not be complete."""

_STEP = re.compile(r"^\s*((?:till|gateway|centre|FAULT).*|<<<<<START OF CYCLE>>>>>)$")


class SpinMissing(Exception):
    """What is needed beyond Python is not installed."""


class Result(NamedTuple):
    """What a search found. ``fault`` is None where all states were looked at and nothing was wrong,
    and else what spin says; ``trace`` are the steps that lead there, one a line."""

    scenario: Scenario
    states: int
    seconds: float
    fault: str | None
    trace: Sequence[str]

    def __str__(self) -> str:
        end = self.fault or "nothing is wrong"
        first = f"{self.scenario.name}: {self.states:,} states, {self.seconds:.1f} s: {end}"
        return "\n".join([first, *(f"    {step}" for step in self.trace)])


def check(scenario: Scenario, folder: Path, *without: str, optimize: int = 1) -> Result:
    """Look at every state of a scenario, with the rules switched off that ``without`` names.

    A short search is sooner through where less is spent on optimizing it. Raises `SpinMissing`.
    """
    defined = [f"-D{name}={value}" for name, value in scenario.bounds.items()]
    defined += [f"-D{name}" for name in (*scenario.faults, *without)]
    for source in MODEL.glob("*.pml"):
        shutil.copy(source, folder)
    _run(["spin", "-a", *defined, "protocol.pml"], folder)
    kind = [FAIR_PROCESSES] if scenario.is_lasting else ["-DSAFETY", "-DNOCLAIM"]
    _run(
        ["cc", f"-O{optimize}", "-w", *kind, f"-DMEMLIM={MEGABYTES_MAX}", "-o", "pan", "pan.c"],
        folder,
    )
    searched = ["-a", "-f"] if scenario.is_lasting else []
    said = _run(["./pan", "-n", f"-m{DEPTH_MAX}", *searched], folder)
    fault = _fault(said)
    trace = _run(["spin", "-T", "-t", "-B", *defined, "protocol.pml"], folder) if fault else ""
    return Result(scenario, _states(said), _seconds(said), fault, _steps(trace))


def _run(command: Sequence[str], folder: Path) -> str:
    try:
        done = subprocess.run(
            command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
    except FileNotFoundError as error:
        raise SpinMissing(
            "spin and a C compiler check the protocol: install Debian's spin, gcc and libc6-dev"
        ) from error
    if "rror:" in done.stdout and command[0] in ("spin", "cc") and "-t" not in command:
        raise AssertionError(f"{' '.join(command)}:\n{done.stdout}")
    return done.stdout


def _fault(said: str) -> str | None:
    if found := re.search(r"pan:\s*\d*:?\s*(.+?) \(at depth", said):
        return found.group(1)
    if "errors: 0" in said and "max search depth too small" not in said:
        return None
    return f"the search did not end:\n{said}"


def _states(said: str) -> int:
    found = re.search(r"^\s*([\d.e+]+) states, stored", said, re.M)
    return int(float(found.group(1))) if found else 0


def _seconds(said: str) -> float:
    found = re.search(r"elapsed time ([\d.e+]+) seconds", said)
    return float(found.group(1)) if found else 0.0


def _steps(trace: str) -> list[str]:
    return [found.group(1) for line in trace.splitlines() if (found := _STEP.match(line))]
