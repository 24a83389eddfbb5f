"""What a gateway's file says of one number, for `tillstream trace`."""

from pathlib import Path
from typing import Any, NamedTuple

import apsw

from edge.gateway.errors import GatewayUnusable
from edge.gateway.records import look


class TracedNumber(NamedTuple):
    """``reason`` says why nobody could read the event; ``is_waiting`` that something of the till,
    this or what came before it, waits for the topic."""

    is_taken: bool
    reason: str | None
    is_waiting: bool


def traced(path: Path, till_id: str, epoch: int, sequence: int) -> TracedNumber:
    """What is known of it, also beside the process that writes; raises `GatewayUnusable`."""
    try:
        database: Any = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READONLY)
        try:
            known = look(database, till_id, epoch, sequence, sequence)
        finally:
            database.close()
    except apsw.Error as error:
        raise GatewayUnusable(f"no gateway's file can be read from {path}: {error}") from error
    taken_to = known.standing.accepted_to if known.standing else 0
    reason = known.held.quarantined.get(sequence)
    return TracedNumber(sequence <= taken_to, reason, known.is_spooled)
