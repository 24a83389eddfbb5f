"""One child process: started with a log of its own, asked whether it is ready, stopped by pid.

A child dies with the process that started it, even if that one is killed outright: the kernel
sends it `Service.death_signal`.
"""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

POLL_SECONDS = 0.05

TAIL_LINES = 25
"""Of a log that is shown when a child fails: a Java stack trace fits."""

PR_SET_PDEATHSIG = 1


LOG_BYTES_MAX = 20_000_000
"""A log that is larger at a start becomes the old one, and the one before that goes."""


class StartError(Exception):
    """A child did not become ready; the text holds the tail of its log."""


def nothing() -> None:
    """The `Service.prepare` of a service that needs none."""


@dataclass(frozen=True)
class Service:
    """What to start, when it counts as ready, and how to stop it.

    ``prepare`` runs before each start and must be repeatable. ``user`` is a numeric user id to
    run as. ``settle_seconds`` is how long it must have lived before it is asked whether it is
    ready; ``grace_seconds`` is how long it may take to stop before it is killed.
    """

    name: str
    command: Sequence[str]
    log: Path
    ready: Callable[[], bool]
    environment: Mapping[str, str] = field(default_factory=dict[str, str])
    prepare: Callable[[], None] = nothing
    user: int | None = None
    stop_signal: signal.Signals = signal.SIGTERM
    death_signal: signal.Signals = signal.SIGKILL
    settle_seconds: float = 0
    grace_seconds: float = 10
    ready_seconds: float = 120


class Child:
    """A `Service` that runs. Start it from a thread that lives as long as the child may."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self._is_asked = False
        service.prepare()
        _make_room(service.log)
        with service.log.open("ab") as log:
            self._process = subprocess.Popen(
                service.command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                env={**os.environ, **service.environment},
                user=service.user,
                group=service.user,
                extra_groups=None if service.user is None else [],
                start_new_session=True,
                preexec_fn=_bound_to_parent(service.death_signal),
            )

    @property
    def pid(self) -> int:
        """Process id; of the last one, once it has ended."""
        return self._process.pid

    @property
    def exit_code(self) -> int | None:
        """None while it runs; the negative signal number if one ended it."""
        return self._process.poll()

    @property
    def ending(self) -> str:
        """How it ended, in words."""
        code = self._process.returncode
        return (
            f"was killed by {signal.Signals(-code).name}" if code < 0 else f"ended, status {code}"
        )

    def wait_ready(self) -> None:
        """Return once the service answers; `StartError` if it ends or takes too long."""
        deadline = time.monotonic() + self.service.ready_seconds
        while not self.service.ready():
            if self.exit_code is not None:
                raise StartError(failure_text(self.service, self.ending))
            if time.monotonic() > deadline:
                late = f"was not ready within {self.service.ready_seconds:g} s"
                raise StartError(failure_text(self.service, late))
            time.sleep(POLL_SECONDS)

    def ask_to_stop(self) -> None:
        """Send the stop signal, once, and return at once: a second one ends many programs in the
        middle of what they finish."""
        if self.exit_code is None and not self._is_asked:
            self._is_asked = True
            self._process.send_signal(self.service.stop_signal)

    def stop(self) -> bool:
        """End the process; True if it went within its grace, False if it had to be killed."""
        self.ask_to_stop()
        try:
            self._process.wait(self.service.grace_seconds)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
            return False
        return True


def start(service: Service) -> Child:
    """Start a service and wait until it is ready; it is stopped again if it does not get there."""
    child = Child(service)
    try:
        child.wait_ready()
    except BaseException:
        child.stop()
        raise
    return child


def _make_room(log: Path) -> None:
    log.parent.mkdir(parents=True, exist_ok=True)
    if log.exists() and log.stat().st_size > LOG_BYTES_MAX:
        log.replace(log.with_suffix(".old.log"))


def failure_text(service: Service, what: str) -> str:
    """What happened to a service, with the tail of its log."""
    lines = service.log.read_text(errors="replace").splitlines()[-TAIL_LINES:]
    return "\n".join([f"{service.name} {what}; {service.log} ends:", *lines])


def _bound_to_parent(death_signal: signal.Signals) -> Callable[[], None] | None:
    """What ties a new child to this process; only Linux has it."""
    if sys.platform != "linux":
        return None
    libc = ctypes.CDLL(None, use_errno=True)
    parent = os.getpid()

    def bind() -> None:
        libc.prctl(PR_SET_PDEATHSIG, int(death_signal))
        if os.getppid() != parent:  # it died before the line above took hold
            os._exit(1)

    return bind
