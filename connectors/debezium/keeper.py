"""Keeps the connector to its definition: what of that is Debezium's own, its slot."""

from clients.connect import ConnectAccess
from connectors.connect.finding import ConnectorFinding
from connectors.connect.keeping import WAIT_SECONDS as WAIT_SECONDS
from connectors.connect.keeping import Change, KeptConnector, until
from connectors.debezium import resending
from connectors.debezium.definition import NAME, SourceDatabase, definition
from connectors.debezium.slot import ReplicationSlot

STALLED = "STALLED"
"""Connect says that the connector runs, but it does not read its slot. A fault that might pass,
such as a database that is away, is retried for ever, and to Connect the connector runs meanwhile.
"""

_STALLED_EXPLAINED = (
    "Connect says that it runs, but it reads no changes: either it is taking its first snapshot, "
    "or it retries after a fault, which Connect's log names"
)

_NOT_TAKEN = "the connector did not come to the request, which stays in the log for it,"


def apply(
    access: ConnectAccess, source: SourceDatabase, wait_seconds: float = WAIT_SECONDS
) -> Change:
    """Tell Connect the definition, if it differs, and wait until changes are read.

    Tasks that have failed are restarted, and a connector that was stopped is resumed. Raises
    `ConnectorError`, with the task's own words.
    """
    return _kept(access, source).apply(wait_seconds)


def check(access: ConnectAccess, source: SourceDatabase) -> ConnectorFinding:
    """Compare Connect with the definition; changes nothing."""
    return _kept(access, source).check()


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
    kept = _kept(access, source)
    slot = _slot(source, kept.wanted["slot.name"])
    if kept.connect.config() is None or not slot.holds_on():
        remove(access, source)
        kept.connect.put_config(resending.limited(kept.wanted, days))
        kept.wait_until_running(wait_seconds)
        kept.apply(wait_seconds)
        return
    kept.apply(wait_seconds)
    position = resending.signal(slot, kept.wanted, days)
    until(lambda: slot.has_read(position), _NOT_TAKEN, wait_seconds)


def remove(access: ConnectAccess, source: SourceDatabase) -> None:
    """Take the connector away for good, with its slot: nothing holds back WAL afterwards.

    1. Stop it. 2. Drop its position. 3. Delete it. 4. Drop its slot. Whatever of this has been
    done before is passed over.
    """
    kept = _kept(access, source)
    slot = _slot(source, kept.wanted["slot.name"])
    if kept.connect.config() is not None:
        kept.stop()
        kept.connect.forget_position()
        kept.connect.delete()
    until(lambda: slot.drop(), f"the slot {slot.name} is still being read")


def _kept(access: ConnectAccess, source: SourceDatabase) -> KeptConnector:
    wanted = definition(source)
    slot = _slot(source, wanted["slot.name"])

    def hidden() -> tuple[str, str] | None:
        return None if slot.is_read() else (STALLED, _STALLED_EXPLAINED)

    return KeptConnector(access, NAME, wanted, hidden, ("database.password",))


def _slot(source: SourceDatabase, name: str) -> ReplicationSlot:
    return ReplicationSlot(source.postgres, name)
