"""An outsider's program feeds a stack of its own, kills its worker, and finds everything right."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
EVENTS = 30_000


def _python(home: Path, *arguments: str, timeout: float) -> subprocess.CompletedProcess[str]:
    """Run a module of the checkout against the stack in `home`."""
    environment = {**os.environ, "TILLSTREAM_HOME": str(home)}
    return subprocess.run(
        [sys.executable, "-m", *arguments],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    """A stack of this test's own, taken down afterwards."""
    place = tmp_path / "home"
    up = ("tillstream", "local", "up", "--detach", "--no-simulator")
    try:
        started = _python(place, *up, timeout=900)
        assert started.returncode == 0, started.stdout + started.stderr
        yield place
    finally:
        _python(place, "tillstream", "local", "down", timeout=180)


@pytest.mark.timeout(3000)
def test_an_outsider_finds_every_output_right(home: Path) -> None:
    """With bad input among good, a killed worker, and a row altered by hand at the end."""
    options = ("--events", str(EVENTS), "--seed", "7", "--kill-worker", "--alter")
    result = _python(home, "tests.acceptance.outside", *options, timeout=1800)
    assert result.stdout, result.stderr
    summary: dict[str, Any] = json.loads(result.stdout.splitlines()[-1])
    assert summary["differences"] == {}, result.stdout
    assert result.returncode == 0
    assert summary["messages"] > EVENTS * 0.9
    assert summary["dead_letters"] > 0 and summary["duplicates"] > 0
