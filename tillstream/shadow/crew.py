"""The shadow's worker processes; they end with the one that started them."""

import sys
from collections.abc import Generator
from contextlib import contextmanager

from tillstream.local.child import Child, Service, failure_text
from tillstream.settings import HOME, PREFIX, Settings
from tillstream.shadow.run import ShadowStopped
from tillstream.shadow.sides import Shadow

GRACE_SECONDS = 20
"""A worker finishes its batch and its transaction; nothing of it is kept, but killed it would
remain a member of its group until its session has run out."""


class Crew:
    """The workers of one shadow."""

    def __init__(self, settings: Settings, shadow: Shadow, workers: int) -> None:
        services = [_service(settings, shadow, number + 1) for number in range(workers)]
        self._children = [Child(service) for service in services]

    def check(self) -> None:
        """Raise `ShadowStopped` where a worker has ended."""
        for child in self._children:
            if child.exit_code is not None:
                raise ShadowStopped(failure_text(child.service, child.ending))

    def stop(self) -> None:
        """Stop them all."""
        for child in self._children:
            child.ask_to_stop()
        for child in self._children:
            child.stop()


def _service(settings: Settings, shadow: Shadow, number: int) -> Service:
    name = f"shadow-{number}"
    given = {
        "home": str(settings.home),
        "kafka": settings.require("kafka"),
        "application_id": shadow.application_id,
        "worker_name": name,
        "metrics_port": "0",
    }
    environment = {f"{PREFIX}{key.upper()}": value for key, value in given.items()}
    return Service(
        name=name,
        # -P keeps the current folder, whatever is in it, off the import path.
        command=[sys.executable, "-P", "-m", "tillstream.shadow.worker", shadow.live],
        log=settings.home / "logs" / f"{shadow.application_id}-{number}.log",
        ready=lambda: True,
        environment={"PYTHONPATH": str(HOME), "PYTHONUNBUFFERED": "1", **environment},
        grace_seconds=GRACE_SECONDS,
    )


@contextmanager
def crew(settings: Settings, shadow: Shadow, workers: int) -> Generator[Crew]:
    """Workers for the length of a block."""
    running = Crew(settings, shadow, workers)
    try:
        yield running
    finally:
        running.stop()
