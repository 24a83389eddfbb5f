"""A handful of faults on a whole stack: the short version of `make faults`."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.outside.stack import ROOT

SEED = 2
MINUTES = 0.4
KINDS = (
    "worker_killed",
    "broker_killed",
    "sink_killed_in_transaction",
    "state_from_earlier",
    "postgres_killed",
)


@pytest.mark.timeout(900)
def test_five_faults_lose_nothing_and_double_nothing(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tests.faults", "--seed", str(SEED)]
    command += ["--minutes", str(MINUTES), "--faults", str(len(KINDS)), "--kinds", *KINDS]
    done = subprocess.run(
        [*command, "--keep", str(tmp_path)], cwd=ROOT, capture_output=True, text=True
    )
    assert done.stdout, done.stderr
    report: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    told = f"{done.stdout}\nlogs: {tmp_path}"
    assert (report["lost"], report["doubled"], report["wrong"]) == (0, 0, 0), told
    assert report["faults"]["total"] == len(KINDS) and report["events"] > 0, told
