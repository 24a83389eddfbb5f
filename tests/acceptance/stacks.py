"""A stack of the tests' own, reached by the commands that users have."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

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
    """A running stack, whose state is in ``home``; ``settings`` are more of its environment."""

    home: Path
    settings: Mapping[str, str] = field(default_factory=dict[str, str])

    def python(self, *arguments: str, timeout: float = 180) -> subprocess.CompletedProcess[str]:
        """Run a module of the checkout against the stack."""
        own = {**HASTENED, **self.settings, "TILLSTREAM_HOME": str(self.home)}
        return subprocess.run(
            [sys.executable, "-m", *arguments],
            cwd=ROOT,
            env={**os.environ, **own},
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )

    def status(self) -> dict[str, Any]:
        """What `tillstream local status --json` says."""
        return json.loads(self.python("tillstream", "local", "status", "--json").stdout)
