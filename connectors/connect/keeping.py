"""Makes Kafka Connect agree with a definition, or says where it does not."""

import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Literal

from clients.connect import ConnectAccess
from connectors.connect.errors import ConnectorError
from connectors.connect.finding import ConnectorFinding, differences, state_in_connect
from connectors.connect.rest import Connect

WAIT_SECONDS = 60.0
"""For Connect to distribute and start the connector: a second or two, and most of a minute
where another worker has just died and its tasks are waited for. A first snapshot of millions of
rows takes longer."""

POLL_SECONDS = 0.2

_RESTARTS_MAX = 2
"""A task that was down because a server was, runs after one restart; the second is for a failure
that Connect still shows from before the first."""

_RESTART_SHOWS_SECONDS = 2.0
"""How long the state from before a restart may still be shown."""

_SETTLED_SECONDS = 1.0
"""How long it must have been working. A fault that shows with the first record that it handles
takes a moment; longer delays every start of the stack."""

_HALTED = ("PAUSED", "STOPPED")
"""Somebody has asked Connect to hold the connector."""

Change = Literal["created", "changed", "unchanged"]


def nothing_hidden() -> tuple[str, str] | None:
    """Of a connector that does what Connect says."""
    return None


@dataclass(frozen=True, slots=True)
class KeptConnector:
    """The connector ``name``, and what it is ``wanted`` to be.

    ``hidden`` is asked where Connect says that it runs: a state and its words if it does not.
    Values of the settings ``secrets`` are not told.
    """

    access: ConnectAccess
    name: str
    wanted: Mapping[str, str]
    hidden: Callable[[], tuple[str, str] | None] = nothing_hidden
    secrets: Collection[str] = ()

    @property
    def connect(self) -> Connect:
        """Its part of Connect."""
        return Connect(self.access, self.name)

    def apply(self, wait_seconds: float = WAIT_SECONDS) -> Change:
        """Tell Connect the definition, if it differs, and wait until it works.

        Tasks that have failed are restarted, and a connector that was stopped is resumed. Raises
        `ConnectorError`, with the task's own words.
        """
        change = self.tell()
        if change != "unchanged" or self.state()[0] != "RUNNING":
            self.wait_until_running(wait_seconds)
        return change

    def tell(self) -> Change:
        """Tell Connect the definition, if it differs, and resume what was stopped; waits for
        nothing."""
        found = self.connect.config()
        if found != self.wanted:
            self.connect.put_config(dict(self.wanted))
        if self.state()[0] in _HALTED:
            self.connect.resume()
        return "created" if found is None else "unchanged" if found == self.wanted else "changed"

    def check(self) -> ConnectorFinding:
        """Compare Connect with the definition; changes nothing."""
        state, trace = self.state()
        found = differences(self.connect.config() or {}, self.wanted, self.secrets)
        return ConnectorFinding(self.name, state, trace, found)

    def state(self) -> tuple[str, str]:
        """What `ConnectorFinding` calls the state, and the words that go with it."""
        state, trace = state_in_connect(self.connect.status())
        hidden = self.hidden() if state == "RUNNING" else None
        return hidden or (state, trace)

    def wait_until_running(self, wait_seconds: float) -> None:
        """Until it has been working for a while, restarting what fails; then give up."""
        restarts, started = 0, time.monotonic()
        running_since = None
        while running_since is None or time.monotonic() < running_since + _SETTLED_SECONDS:
            state, trace = self.state()
            running_since = (running_since or time.monotonic()) if state == "RUNNING" else None
            if state == "FAILED" and restarts < _RESTARTS_MAX:
                self.connect.restart_failed()
                restarts += 1
                time.sleep(_RESTART_SHOWS_SECONDS)
            elif state == "FAILED" or time.monotonic() > started + wait_seconds:
                told = f"connector {self.name} is {state}: {trace or 'it says no more'}"
                raise ConnectorError(told)
            time.sleep(POLL_SECONDS)

    def stop(self) -> None:
        """Take its tasks down and wait until they are; nothing where there is no connector."""
        if self.connect.config() is not None:
            self.connect.stop()
            until(lambda: self.state()[0] == "STOPPED", "the connector does not stop")


def until(is_done: Callable[[], bool], complaint: str, wait_seconds: float = WAIT_SECONDS) -> None:
    """Wait until ``is_done``; raises `ConnectorError` with the ``complaint``."""
    deadline = time.monotonic() + wait_seconds
    while not is_done():
        if time.monotonic() > deadline:
            raise ConnectorError(f"{complaint} within {wait_seconds:.0f} s")
        time.sleep(POLL_SECONDS)
