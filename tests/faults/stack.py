"""A stack of the run's own, and hands on its processes."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from tests.acceptance.outside.stack import ROOT, Stack, status, tillstream

START_SECONDS_MAX = 600.0
NOTICE_SECONDS_MAX = 90.0
"""The longest back-off of the supervisor, and a start, on a busy machine."""


class OwnStack:
    """The local stack in a folder of its own, without its simulator."""

    def __init__(self, home: Path, *options: str) -> None:
        """``options`` are further ones of `local up`."""
        self.home = home
        self._options = options
        self.addresses: Stack
        self.extras: dict[str, subprocess.Popen[bytes]] = {}
        self._extras_started = 0

    def up(self) -> None:
        """Start it, and point every command of this process at it."""
        os.environ["TILLSTREAM_HOME"] = str(self.home)
        options = ("--detach", "--no-simulator", *self._options)
        started = tillstream("local", "up", *options, timeout=START_SECONDS_MAX)
        if started.returncode:
            raise RuntimeError(f"the stack did not start: {started.stdout}{started.stderr}")
        self.addresses = status()

    def down(self) -> None:
        """Stop everything that was started here."""
        for name in list(self.extras):
            self.leave(name, signal.SIGKILL)
        tillstream("local", "down")

    def process(self, name: str) -> dict[str, Any]:
        """What the supervisor notes about a process."""
        return next(one for one in self._record()["processes"] if one["name"] == name)

    def _record(self) -> dict[str, Any]:
        return json.loads((self.home / "stack.json").read_text())

    def signal(self, name: str, number: signal.Signals) -> None:
        """Send a signal to a process that runs, once it does."""
        os.kill(self.running(name), number)

    def running(self, name: str) -> int:
        """The process id, as soon as there is one."""
        limit = time.monotonic() + NOTICE_SECONDS_MAX
        while (one := self.process(name))["pid"] is None:
            if time.monotonic() > limit:
                raise RuntimeError(f"{name} does not run: {one}")
            time.sleep(0.1)
        return int(one["pid"])

    def ended(self, name: str, restarts: int, seconds: float) -> bool:
        """Whether a process ends (or was started again) within some seconds."""
        limit = time.monotonic() + seconds
        while time.monotonic() < limit:
            one = self.process(name)
            if one["pid"] is None or one["restarts"] > restarts:
                return True
            time.sleep(0.1)
        return False

    @contextmanager
    def killed(self, name: str) -> Iterator[None]:
        """A process is killed, and nobody starts it or any other again meanwhile."""
        pid, supervisor = self.running(name), int(self._record()["pid"])
        os.kill(supervisor, signal.SIGSTOP)
        try:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
            time.sleep(0.2)
            yield
        finally:
            os.kill(supervisor, signal.SIGCONT)

    def join(self) -> str:
        """Start one more worker; its name."""
        self._extras_started += 1
        name = f"extra-{self._extras_started}"
        command = [sys.executable, "-m", "tillstream", "worker", "--name", name]
        with (self.home / "logs" / f"{name}.log").open("ab") as log:
            self.extras[name] = subprocess.Popen(
                command, cwd=ROOT, stdout=log, stderr=subprocess.STDOUT
            )
        return name

    def leave(self, name: str, number: signal.Signals) -> None:
        """End one of the additional workers."""
        process = self.extras.pop(name)
        process.send_signal(number)
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def present(self) -> list[str]:
        """The additional workers that run; those that ended by themselves are forgotten."""
        for name, process in list(self.extras.items()):
            if process.poll() is not None:
                del self.extras[name]
        return sorted(self.extras)

    def states(self) -> str:
        """All processes in one line, for a report."""
        noted = self._record()["processes"]
        return ", ".join(f"{one['name']} {one['state']} ({one['restarts']})" for one in noted)
