"""Makes Kafka Connect agree with the definition, or says where it does not."""

import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Literal, NamedTuple

from clients.connect import ConnectAccess
from connectors.debezium import resending
from connectors.debezium.definition import NAME, SourceDatabase, definition
from connectors.debezium.errors import ConnectorError
from connectors.debezium.rest import Connect, Status
from connectors.debezium.slot import ReplicationSlot

WAIT_SECONDS = 60.0
"""For Connect to distribute and start the connector: a second or two, and most of a minute
where another worker has just died and its tasks are waited for. A first snapshot of millions of
rows takes longer."""

_POLL_SECONDS = 0.2

_RESTARTS_MAX = 2
"""A task that was down because the database was, runs after one restart; the second is for a
failure that Connect still shows from before the first."""

_RESTART_SHOWS_SECONDS = 2.0
"""How long the state from before a restart may still be shown."""

_SETTLED_SECONDS = 1.0
"""How long it must have been streaming. A fault that shows with the first change that it decodes
takes a moment; longer delays every start of the stack."""

STALLED = "STALLED"
"""Connect says that the connector runs, but it does not read its slot."""

_STALLED_EXPLAINED = (
    "Connect says that it runs, but it reads no changes: either it is taking its first snapshot, "
    "or it retries after a fault, which Connect's log names"
)

_NOT_TAKEN = "the connector did not come to the request, which stays in the log for it,"

_HALTED = ("PAUSED", "STOPPED")
"""Somebody has asked Connect to hold the connector."""

Change = Literal["created", "changed", "unchanged"]


class ConnectorDifference(NamedTuple):
    """One setting: what Connect has (None: nothing) and what the definition says."""

    setting: str
    found: str | None
    wanted: str | None


@dataclass(frozen=True, slots=True)
class ConnectorFinding:
    """How the connector stands: its state, and where its settings differ.

    The state is Connect's own, or ``MISSING``, or `STALLED`: a fault that might pass, such as a
    database that is away, is retried for ever, and to Connect the connector runs meanwhile.
    """

    name: str
    state: str
    trace: str
    differences: tuple[ConnectorDifference, ...]

    @property
    def is_in_order(self) -> bool:
        """Whether it runs as the definition says."""
        return self.state == "RUNNING" and not self.differences

    def in_words(self) -> str:
        """For people: the state, each difference, and the task's own words."""
        lines = [f"{self.state:<10}{self.name}"]
        lines += [
            f"{'':<12}{item.setting}: {item.found or 'unset'}, wanted {item.wanted or 'unset'}"
            for item in self.differences
        ]
        return "\n".join([*lines, self.trace]).rstrip()

    def as_json(self) -> dict[str, object]:
        """For programs."""
        differences = [item._asdict() for item in self.differences]
        return {**asdict(self), "differences": differences, "in_order": self.is_in_order}


def apply(
    access: ConnectAccess, source: SourceDatabase, wait_seconds: float = WAIT_SECONDS
) -> Change:
    """Tell Connect the definition, if it differs, and wait until changes are read.

    Tasks that have failed are restarted, and a connector that was stopped is resumed. Raises
    `ConnectorError`, with the task's own words.
    """
    connect, wanted = Connect(access, NAME), definition(source)
    slot = _slot(source, wanted)
    found = connect.config()
    if found == wanted and _state(connect, slot)[0] == "RUNNING":
        return "unchanged"
    if found != wanted:
        connect.put_config(wanted)
    if _state(connect, slot)[0] in _HALTED:
        connect.resume()
    _wait_until_running(connect, slot, wait_seconds)
    return "created" if found is None else "unchanged" if found == wanted else "changed"


def check(access: ConnectAccess, source: SourceDatabase) -> ConnectorFinding:
    """Compare Connect with the definition; changes nothing."""
    connect, wanted = Connect(access, NAME), definition(source)
    slot = _slot(source, wanted)
    state, trace = _state(connect, slot)
    found = connect.config() or {}
    return ConnectorFinding(NAME, state, trace, tuple(_differences(found, wanted)))


def reset(
    access: ConnectAccess,
    source: SourceDatabase,
    days: int = resending.DAYS,
    wait_seconds: float = WAIT_SECONDS,
) -> None:
    """Have master data sent again, and movements as far as ``days`` back.

    The slot stays and the connector reads on from where it was, so what is booked meanwhile is
    sent as well. Returns once the connector has taken the request; the last rows may be on their
    way. Only where the slot is gone, or has lost what was not read, both begin anew: then
    ``days`` must reach back to before the loss. Raises `ConnectorError`, also where it takes more
    than ``wait_seconds``; what was begun goes on.
    """
    connect, wanted = Connect(access, NAME), definition(source)
    slot = _slot(source, wanted)
    if connect.config() is None or not slot.holds_on():
        remove(access, source)
        connect.put_config(resending.limited(wanted, days))
        _wait_until_running(connect, slot, wait_seconds)
        apply(access, source, wait_seconds)
        return
    apply(access, source, wait_seconds)
    position = resending.signal(slot, wanted, days)
    _until(lambda: slot.has_read(position), _NOT_TAKEN, wait_seconds)


def remove(access: ConnectAccess, source: SourceDatabase) -> None:
    """Take the connector away for good, with its slot: nothing holds back WAL afterwards.

    1. Stop it. 2. Drop its position. 3. Delete it. 4. Drop its slot. Whatever of this has been
    done before is passed over.
    """
    connect, wanted = Connect(access, NAME), definition(source)
    slot = _slot(source, wanted)
    if connect.config() is not None:
        connect.stop()
        _until(lambda: _state(connect, slot)[0] == "STOPPED", "the connector does not stop")
        connect.forget_position()
        connect.delete()
    _until(lambda: slot.drop(), f"the slot {slot.name} is still being read")


def _slot(source: SourceDatabase, wanted: dict[str, str]) -> ReplicationSlot:
    return ReplicationSlot(source.postgres, wanted["slot.name"])


def _differences(found: dict[str, str], wanted: dict[str, str]) -> list[ConnectorDifference]:
    differing = sorted(n for n in found.keys() | wanted.keys() if found.get(n) != wanted.get(n))
    return [
        ConnectorDifference(name, _shown(name, found.get(name)), _shown(name, wanted.get(name)))
        for name in differing
    ]


def _shown(name: str, value: str | None) -> str | None:
    # A definition of before may hold the password itself, and not where it is.
    is_secret = name == "database.password" and value and not value.startswith("${")
    return "(hidden)" if is_secret else value


def _state(connect: Connect, slot: ReplicationSlot) -> tuple[str, str]:
    """What `ConnectorFinding` calls the state, and the words that go with it."""
    state, trace = _state_in_connect(connect.status())
    if state == "RUNNING" and not slot.is_read():
        return STALLED, _STALLED_EXPLAINED
    return state, trace


def _state_in_connect(status: Status | None) -> tuple[str, str]:
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


def _wait_until_running(connect: Connect, slot: ReplicationSlot, wait_seconds: float) -> None:
    """Until it has been streaming for a while, restarting what fails; then give up."""
    restarts, started = 0, time.monotonic()
    running_since = None
    while running_since is None or time.monotonic() < running_since + _SETTLED_SECONDS:
        state, trace = _state(connect, slot)
        running_since = (running_since or time.monotonic()) if state == "RUNNING" else None
        if state == "FAILED" and restarts < _RESTARTS_MAX:
            connect.restart_failed()
            restarts += 1
            time.sleep(_RESTART_SHOWS_SECONDS)
        elif state == "FAILED" or time.monotonic() > started + wait_seconds:
            raise ConnectorError(f"connector {NAME} is {state}: {trace or 'it says no more'}")
        time.sleep(_POLL_SECONDS)


def _until(is_done: Callable[[], bool], complaint: str, wait_seconds: float = WAIT_SECONDS) -> None:
    deadline = time.monotonic() + wait_seconds
    while not is_done():
        if time.monotonic() > deadline:
            raise ConnectorError(f"{complaint} within {wait_seconds:.0f} s")
        time.sleep(_POLL_SECONDS)
