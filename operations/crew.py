"""Worker processes that a command starts beside the live ones; they end with it."""

import time
from collections.abc import Generator, Sequence
from contextlib import contextmanager

from local.child import Child, Service, failure_text

STEADY_SECONDS = 60.0
"""A worker that ran so long had begun well: what ended it may pass. One that ends sooner does so
again, and somebody must see why."""


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


@contextmanager
def crew(services: Sequence[Service]) -> Generator[Crew]:
    """Workers for the length of a block."""
    running = Crew(services)
    try:
        yield running
    finally:
        running.stop()
