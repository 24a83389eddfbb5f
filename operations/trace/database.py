"""What PostgreSQL says of an event."""

from datetime import datetime
from typing import NamedTuple

import psycopg

from clients.postgres import PostgresAccess
from clients.statements import statement
from operations.errors import OperationError
from operations.trace.hops import Hop, HopState, TracedEvent
from operations.trace.topics import InTopics

CONNECT_SECONDS = 5
"""How long the database may take to answer before it counts as away."""

NAME = "sink"


class InDatabase(NamedTuple):
    """The row of ``sql/traced_event.sql``: None where there is no such thing."""

    kind: str | None
    receipt_no: str | None
    source_offset: int | None
    sale_at: datetime | None
    effects: int
    status_version: int | None


def look_up(postgres: PostgresAccess, event: TracedEvent) -> InDatabase:
    """What is there; raises `OperationError` where the database does not answer."""
    try:
        with postgres.connect(autocommit=True, connect_timeout=CONNECT_SECONDS) as connection:
            rows = connection.execute(statement(__file__, "traced_event"), event._asdict())
            return InDatabase(*next(iter(rows)))
    except psycopg.Error as error:
        raise OperationError(f"PostgreSQL does not answer: {str(error).strip()}") from error


def sink_hop(found: InDatabase, topics: InTopics) -> Hop:
    """Whether what became of the event is in PostgreSQL."""
    if found.kind is not None:
        words = f"{found.kind} {found.receipt_no}, {found.effects} stock effects in the ledger"
        return Hop(NAME, HopState.PASSED, words, found.sale_at)
    if topics.accepted is not None:
        return Hop(NAME, HopState.WAITING, "no row of it yet")
    if topics.letter is not None:
        return Hop(NAME, HopState.REFUSED, "it counts for nothing, so there is no row of it")
    if topics.version is None or (found.status_version or 0) < topics.version:
        return Hop(NAME, HopState.WAITING, "till_status does not know of it yet")
    return Hop(NAME, HopState.PASSED, f"till_status, version {found.status_version}")
