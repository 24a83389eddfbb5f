"""A fresh application that replays every input reaches the same state."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.acceptance.outside.crossings import check_standing
from tests.acceptance.outside.findings import Findings
from tests.acceptance.outside.outputs import Outputs
from tests.acceptance.outside.plan import ALERTS, LEVELS, TILLS, TOTALS
from tests.acceptance.outside.run import Run
from tests.acceptance.outside.stack import ROOT

from .feed import eventually

Values = Mapping[str, Mapping[str, Any]]
NAME = "fresh"
REPLAY_SECONDS_MAX = 600.0

GENERATION = 2**44
"""Versions of another application id may begin with another generation."""


def check_fresh(
    home: Path, kafka: dict[str, Any], run: Run, before: Mapping[str, Values], findings: Findings
) -> dict[str, dict[str, Any]]:
    """Run a worker under a new application id until it has said all that was said before.

    It says every row once, with versions above the others'. As it may read the topics in another
    order, an alert that stands need only be one that some order leads to.
    Returns the newest of both by key, which is what PostgreSQL must hold then.
    """
    outputs = Outputs(kafka, run.plan)
    settings = {"TILLSTREAM_APPLICATION_ID": NAME, "TILLSTREAM_WORKER_NAME": NAME}
    environment = {**os.environ, **settings}
    with (home / "logs" / f"{NAME}.log").open("ab") as log:
        sync = [sys.executable, "-m", "tillstream", "topics", "sync"]  # gives it rights of its own
        subprocess.run(sync, cwd=ROOT, env=environment, stdout=log, check=True)
        worker = subprocess.Popen(
            [sys.executable, "-m", "tillstream", "worker"],
            cwd=ROOT,
            env=environment,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    try:
        told = _still_kept(before, run)
        eventually(REPLAY_SECONDS_MAX, lambda: _same(outputs, told))
        compare_fresh(told, outputs.history.last, findings)
        alerts = outputs.history.last[ALERTS]
        check_standing(run.oracle.levels, run.policies(), alerts, findings)
        return {topic: newest(before[topic], outputs.history.last[topic]) for topic in before}
    finally:
        worker.terminate()
        worker.wait(30)
        outputs.close()


def _still_kept(before: Mapping[str, Values], run: Run) -> dict[str, Values]:
    """Without totals of business dates that have left: a replay has nothing to say of them."""
    places = run.oracle.places
    kept = {
        key: row
        for key, row in before[TOTALS].items()
        if row["business_date"] > places[row["location_id"]].closed_to
    }
    return {**before, TOTALS: kept}


def _same(outputs: Outputs, before: Mapping[str, Values]) -> bool:
    outputs.catch_up()
    trial = Findings()
    compare_fresh(before, outputs.history.last, trial)
    return not trial.counts


def compare_fresh(
    before: Mapping[str, Values], after: Mapping[str, Values], findings: Findings
) -> None:
    """Levels, totals and tills to the last field; no version may be lower than before."""
    for topic in (LEVELS, TOTALS, TILLS):
        for key in before[topic].keys() | after[topic].keys():
            expected, found = before[topic].get(key), after[topic].get(key)
            findings.same(f"fresh {topic}", key, _plain(expected), _plain(found))
            if expected and found and found["version"] < expected["version"]:
                versions = f"{key}: {expected['version']}, then {found['version']}"
                findings.add(f"fresh {topic} version went back", versions)


def _plain(value: Mapping[str, Any] | None) -> Any:
    return value and {**value, "version": value["version"] % GENERATION}


def newest(before: Values, after: Values) -> dict[str, Any]:
    """By key the value with the higher version; the earlier one where both have the same."""
    later = {
        key: one
        for key, one in after.items()
        if key not in before or one["version"] > before[key]["version"]
    }
    return {**before, **later}
