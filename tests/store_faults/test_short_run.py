"""A handful of faults in a store with two tills: the short version of `make store-faults`."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.outside.stack import ROOT

SEED = 1
MINUTES = 0.4
KINDS = ("line_cut", "kafka_killed", "connect_killed", "power_cut")


@pytest.mark.timeout(900)
def test_what_is_sold_and_booked_in_a_store_is_there_and_at_the_centre_once(
    tmp_path: Path,
) -> None:
    command = [sys.executable, "-m", "tests.store_faults", "--seed", str(SEED)]
    command += ["--minutes", str(MINUTES), "--faults", str(len(KINDS)), "--kinds", *KINDS]
    done = subprocess.run(
        [*command, "--keep", str(tmp_path)], cwd=ROOT, capture_output=True, text=True
    )
    assert done.stdout, done.stderr
    report: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    told = f"{done.stdout}\nlogs: {tmp_path}"
    assert (report["lost"], report["doubled"], report["wrong"]) == (0, 0, 0), told
    assert report["faults"]["total"] == len(KINDS) and report["sales"] > 0, told
    assert report["booked"] > 0, told
