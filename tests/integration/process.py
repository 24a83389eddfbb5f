"""A process of the project's own, as a user's machine runs it: started, killed, stopped."""

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from urllib.request import urlopen

HOME = Path(__file__).resolve().parents[2]
PATIENCE_SECONDS = 120.0
"""How long anything may take before a test gives up on it: a limit, not an expectation."""


class Process:
    """One program with its settings; its log goes on over restarts."""

    def __init__(self, arguments: Sequence[str], log: Path, settings: dict[str, str]) -> None:
        self._arguments = arguments
        self._log = log
        self.environment = {f"TILLSTREAM_{name.upper()}": each for name, each in settings.items()}
        self.process = self._start()

    def _start(self) -> subprocess.Popen[bytes]:
        with self._log.open("ab") as log:
            return subprocess.Popen(
                [sys.executable, *self._arguments],
                cwd=HOME,
                env={**os.environ, **self.environment},
                stdout=log,
                stderr=subprocess.STDOUT,
            )

    @property
    def log(self) -> str:
        """All that it has said."""
        return self._log.read_text()

    def kill(self) -> None:
        """End it as a power cut would, by its own pid."""
        self.process.kill()
        self.process.wait()

    def restart(self) -> None:
        """Start it again after `kill` or `stop`."""
        self.process = self._start()

    def stop(self) -> int:
        """Ask it to stop; its exit status."""
        self.process.terminate()
        return self.process.wait(timeout=PATIENCE_SECONDS)

    def metric(self, name: str) -> float:
        """The sum of a metric's samples, or the one with the labels that ``name`` has; 0 where
        there is none."""
        at = self.log.rsplit("metrics=", 1)[1].split()[0]
        with urlopen(at) as answer:
            lines = answer.read().decode().splitlines()
        return sum(
            float(each.rsplit(" ", 1)[1])
            for each in lines
            if name in (each.split("{")[0].split(" ")[0], each.rpartition(" ")[0])
        )
