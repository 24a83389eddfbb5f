"""A whole stack of the tests' own, started by the command that users have."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
HASTENED = {
    "TILLSTREAM_WEBHOOK_FIRST_WAIT_SECONDS": "1",
    "TILLSTREAM_WEBHOOK_ATTEMPTS_MAX": "4",
    "TILLSTREAM_KAFKA_PLAINTEXT": "false",
}
"""Webhooks that are given up within half a minute: by default it takes a day. Kafka is never asked
in cleartext, as the brokers of other tests may be."""

START_SECONDS_MAX = 900.0
"""A first start fetches the jars; on a slow line that takes minutes."""


@dataclass(frozen=True)
class Stack:
    """A running stack, whose state is in ``home``."""

    home: Path

    def python(self, *arguments: str, timeout: float = 180) -> subprocess.CompletedProcess[str]:
        """Run a module of the checkout against the stack."""
        return subprocess.run(
            [sys.executable, "-m", *arguments],
            cwd=ROOT,
            env={**os.environ, **HASTENED, "TILLSTREAM_HOME": str(self.home)},
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )

    def status(self) -> dict[str, Any]:
        """What `tillstream local status --json` says."""
        return json.loads(self.python("tillstream", "local", "status", "--json").stdout)


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """The whole stack without its simulator, taken down after the last test."""
    whole = Stack(tmp_path_factory.mktemp("stack") / "home")
    up = ("tillstream", "local", "up", "--detach", "--no-simulator")
    try:
        started = whole.python(*up, timeout=START_SECONDS_MAX)
        assert started.returncode == 0, started.stdout + started.stderr
        yield whole
    finally:
        whole.python("tillstream", "local", "down")
