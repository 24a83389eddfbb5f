"""Worker processes that a command starts beside the live ones; they end with it."""

import sys
import time
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from tillstream.local.child import Child, Service, failure_text
from tillstream.settings import HOME, PREFIX, Settings

STEADY_SECONDS = 60.0
"""A worker that ran so long had begun well: what ended it may pass. One that ends sooner does so
again, and somebody must see why."""

GRACE_SECONDS = 20
"""A worker finishes its batch and its transaction; killed, it would remain a member of its group
until its session has run out."""


class CrewStopped(Exception):
    """A worker of the crew ended: the text says how, with the tail of its log."""


class Crew:
    """Some workers that run."""

    def __init__(self, services: Sequence[Service]) -> None:
        self._children = [Child(service) for service in services]
        self._started = [time.monotonic()] * len(services)

    def check(self) -> None:
        """Raise `CrewStopped` where a worker has ended."""
        for child in self._children:
            if child.exit_code is not None:
                raise CrewStopped(failure_text(child.service, child.ending))

    def keep_up(self) -> None:
        """Start again what has ended after a good while; `CrewStopped` for what ended sooner."""
        for at, child in enumerate(self._children):
            if child.exit_code is None:
                continue
            if time.monotonic() - self._started[at] < STEADY_SECONDS:
                raise CrewStopped(failure_text(child.service, child.ending))
            self._children[at] = Child(child.service)
            self._started[at] = time.monotonic()

    def stop(self) -> None:
        """Stop them all."""
        for child in self._children:
            child.ask_to_stop()
        for child in self._children:
            child.stop()


def member(
    settings: Settings, name: str, command: Sequence[str], log: Path, given: Mapping[str, str]
) -> Service:
    """One worker, run by ``python -m`` with ``command``; ``given`` are its settings by name."""
    everything = {
        "home": str(settings.home),
        "kafka": settings.require("kafka"),
        "worker_name": name,
        **given,
    }
    environment = {f"{PREFIX}{key.upper()}": value for key, value in everything.items()}
    return Service(
        name=name,
        # -P keeps the current folder, whatever is in it, off the import path.
        command=[sys.executable, "-P", "-m", *command],
        log=log,
        ready=lambda: True,
        environment={"PYTHONPATH": str(HOME), "PYTHONUNBUFFERED": "1", **environment},
        grace_seconds=GRACE_SECONDS,
    )


@contextmanager
def crew(services: Sequence[Service]) -> Generator[Crew]:
    """Workers for the length of a block."""
    running = Crew(services)
    try:
        yield running
    finally:
        running.stop()
