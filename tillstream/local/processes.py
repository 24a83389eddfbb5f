"""Tillstream's own processes and one-shot steps, as services of the stack.

Each is the command line in a process of its own, on the interpreter and checkout of this one.
"""

import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from tillstream.local.child import Service
from tillstream.local.home import StackHome
from tillstream.local.ports import LOOPBACK, RememberedPorts, answers_ok
from tillstream.settings import HOME, PREFIX

WORKER_GRACE_SECONDS = 20
"""A worker finishes its batch and its transaction; killed before, the next one repeats it."""

STEPS = (("migrate",), ("topics", "sync"), ("connectors", "apply"))
"""Commands that must have succeeded before workers start, in this order."""

SIMULATOR_SETTLE_SECONDS = 2.0
"""The simulator serves no page: it counts as ready if it has not given up by then."""


@dataclass(frozen=True)
class Process:
    """A process of Tillstream; ``metrics`` is where it serves them, if it does."""

    service: Service
    metrics: str = ""


class Processes:
    """Builds them for one home, with the addresses of its services in their environment."""

    def __init__(
        self, home: StackHome, ports: RememberedPorts, addresses: Mapping[str, str]
    ) -> None:
        self._home = home
        self._ports = ports
        self._settings = {"home": str(home.folder), **addresses}

    def step(self, *arguments: str) -> Service:
        """A command that is run to its end."""
        return self._service(" ".join(arguments), arguments, {}, ready=lambda: False)

    def worker(self, number: int) -> Process:
        """One worker: a member of the group, with state of its own."""
        name = f"worker-{number}"
        return self._measured(name, ("worker",), {"worker_name": name})

    def sink(self) -> Process:
        """What writes the derived topics into PostgreSQL."""
        return self._measured("sink", ("worker", "sink"), {"worker_name": "sink"})

    def webhooks(self) -> Process:
        """What tells endpoints of alerts."""
        return self._measured("webhooks", ("worker", "webhooks"), {"worker_name": "webhooks"})

    def board(self) -> tuple[Process, str]:
        """The live board, and its address."""
        port = self._ports.port("board")
        url = f"http://{LOOPBACK}:{port}"
        # The stack listens on the loopback alone. Whoever wants to try sign-in on it says so.
        sign_in = os.environ.get(f"{PREFIX}BOARD_SIGN_IN", "none")
        settings = {"board_port": str(port), "board_sign_in": sign_in}
        service = self._service("board", ("board",), settings, lambda: answers_ok(url))
        return Process(service, f"{url}/metrics"), url

    def simulator(self, rate: float | None) -> Process:
        """Tills that sell; ``rate`` in events per second, None for the command's default."""
        arguments = ("simulate", *(() if rate is None else ("--rate", f"{rate:g}")))
        service = self._service(
            "simulator", arguments, {}, lambda: True, settle_seconds=SIMULATOR_SETTLE_SECONDS
        )
        return Process(service)

    def _measured(self, name: str, arguments: tuple[str, ...], settings: dict[str, str]) -> Process:
        port = self._ports.port(f"{name}-metrics")
        url = f"http://{LOOPBACK}:{port}/metrics"
        settings = {**settings, "metrics_port": str(port)}
        return Process(self._service(name, arguments, settings, lambda: answers_ok(url)), url)

    def _service(
        self,
        name: str,
        arguments: tuple[str, ...],
        settings: Mapping[str, str],
        ready: Callable[[], bool],
        settle_seconds: float = 0,
    ) -> Service:
        given = {**self._settings, **settings}
        environment = {f"{PREFIX}{key.upper()}": value for key, value in given.items()}
        return Service(
            name=name,
            # -P keeps the current folder, whatever is in it, off the import path.
            command=[sys.executable, "-P", "-m", "tillstream", *arguments],
            log=self._home.log(name),
            ready=ready,
            environment={"PYTHONPATH": str(HOME), "PYTHONUNBUFFERED": "1", **environment},
            settle_seconds=settle_seconds,
            grace_seconds=WORKER_GRACE_SECONDS,
        )
