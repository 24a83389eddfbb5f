"""Makes Kafka Connect agree with the definition, or says where it does not."""

import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Literal, NamedTuple, TypeVar

from connectors.debezium import slot
from connectors.debezium.definition import HIDDEN, NAME, Source, definition
from connectors.debezium.errors import ConnectorError
from connectors.debezium.rest import Busy, Connect, Status

T = TypeVar("T")

_WAIT_SECONDS_MAX = 60
"""For Connect to distribute and start the connector: a second or two, and most of a minute
where another worker has just died and its tasks are waited for."""

_POLL_SECONDS = 0.2

_RESTARTS_MAX = 2
"""A task that was down because the database was, runs after one restart; the second is for a
failure that Connect still shows from before the first."""

_RESTART_SHOWS_SECONDS = 2.0
"""How long the state from before a restart may still be shown."""

Change = Literal["created", "changed", "unchanged"]


class Difference(NamedTuple):
    """One setting: what Connect has (None: nothing) and what the definition says."""

    setting: str
    found: str | None
    wanted: str | None


@dataclass(frozen=True, slots=True)
class Finding:
    """How the connector stands: its state, and where its settings differ."""

    name: str
    state: str
    trace: str
    differences: tuple[Difference, ...]

    @property
    def is_in_order(self) -> bool:
        """Whether it runs as the definition says."""
        return self.state == "RUNNING" and not self.differences

    def as_json(self) -> dict[str, object]:
        """For programs."""
        differences = [item._asdict() for item in self.differences]
        return {**asdict(self), "differences": differences, "in_order": self.is_in_order}


def apply(url: str, source: Source) -> Change:
    """Tell Connect the definition, if it differs, and wait until the connector runs.

    Tasks that have failed are restarted. Raises `ConnectorError`, with the task's own words.
    """
    connect, wanted = Connect(url, NAME), definition(source)
    found = _patiently(connect.config)
    if found != wanted:
        _patiently(lambda: connect.put_config(wanted))
    _wait_until_running(connect)
    return "created" if found is None else "unchanged" if found == wanted else "changed"


def check(url: str, source: Source) -> Finding:
    """Compare Connect with the definition; changes nothing."""
    connect, wanted = Connect(url, NAME), definition(source)
    state, trace = _state(connect.status())
    return Finding(NAME, state, trace, tuple(_differences(connect.config() or {}, wanted)))


def reset(url: str, source: Source) -> None:
    """Forget how far the connector has read, so that all rows are sent again."""
    remove(url, source)
    apply(url, source)


def remove(url: str, source: Source) -> None:
    """Take the connector away for good, with its slot: nothing holds back WAL afterwards.

    1. Stop it. 2. Drop its position. 3. Delete it. 4. Drop its slot. Whatever of this has been
    done before is passed over.
    """
    connect, wanted = Connect(url, NAME), definition(source)
    if _patiently(connect.config) is not None:
        _patiently(connect.stop)
        _until(lambda: _state(connect.status())[0] == "STOPPED", "the connector does not stop")
        _patiently(connect.forget_position)
        _patiently(connect.delete)
    _until(lambda: slot.drop(wanted), f"the slot {wanted['slot.name']} is still being read")


def _differences(found: dict[str, str], wanted: dict[str, str]) -> list[Difference]:
    differing = sorted(n for n in found.keys() | wanted.keys() if found.get(n) != wanted.get(n))
    return [
        Difference(name, _shown(name, found.get(name)), _shown(name, wanted.get(name)))
        for name in differing
    ]


def _shown(name: str, value: str | None) -> str | None:
    return "(hidden)" if name == HIDDEN and value else value


def _state(status: Status | None) -> tuple[str, str]:
    """The worst state among the connector and its tasks, with its trace."""
    if status is None:
        return "MISSING", ""
    parts = [status["connector"], *status["tasks"]]
    failed = [part for part in parts if part["state"] == "FAILED"]
    if failed:
        return "FAILED", str(failed[0].get("trace", ""))
    if status["connector"]["state"] == "RUNNING" and not status["tasks"]:
        return "UNASSIGNED", ""
    others = [part["state"] for part in parts if part["state"] != "RUNNING"]
    return (others[0] if others else "RUNNING"), ""


def _wait_until_running(connect: Connect) -> None:
    restarts, deadline = 0, time.monotonic() + _WAIT_SECONDS_MAX
    while (found := _state(_patiently(connect.status)))[0] != "RUNNING":
        state, trace = found
        if state == "FAILED" and restarts < _RESTARTS_MAX:
            _patiently(connect.restart_failed)
            restarts += 1
            time.sleep(_RESTART_SHOWS_SECONDS)
        elif state == "FAILED" or time.monotonic() > deadline:
            raise ConnectorError(f"connector {NAME} is {state}: {trace or 'it says no more'}")
        time.sleep(_POLL_SECONDS)


def _patiently(call: Callable[[], T]) -> T:
    """``call``, again while Connect is busy distributing its connectors."""
    deadline = time.monotonic() + _WAIT_SECONDS_MAX
    while True:
        try:
            return call()
        except Busy:
            if time.monotonic() > deadline:
                raise
            time.sleep(_POLL_SECONDS)


def _until(is_done: Callable[[], bool], complaint: str) -> None:
    deadline = time.monotonic() + _WAIT_SECONDS_MAX
    while not is_done():
        if time.monotonic() > deadline:
            raise ConnectorError(f"{complaint} within {_WAIT_SECONDS_MAX} s")
        time.sleep(_POLL_SECONDS)
