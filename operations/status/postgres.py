"""PostgreSQL: its clock, its size, its slots, and how far the sink has come."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

import psycopg

from clients.postgres import PostgresAccess
from operations.status.database import ask
from operations.status.slots import Slot
from operations.status.slots import look as look_at_slots


@dataclass(frozen=True, slots=True)
class PostgresSeen:
    """The database at one moment; ``fault`` is why it did not answer.

    ``written`` is the next offset that the sink will write, by topic and partition; None where
    the tables are not there yet.
    """

    clock: datetime | None = None
    version: str = ""
    size_bytes: int = 0
    slots: Mapping[str, Slot] = field(default_factory=dict[str, Slot])
    written: Mapping[tuple[str, int], int] | None = None
    fault: str = ""


def look(postgres: PostgresAccess) -> PostgresSeen:
    """The database as it answers now."""
    try:
        clock, version, size_bytes = ask(postgres, "standing")[0]
        return PostgresSeen(
            clock, version, size_bytes, look_at_slots(postgres) or {}, _written(postgres)
        )
    except psycopg.Error as fault:
        return PostgresSeen(fault=" ".join(str(fault).split()) or type(fault).__name__)


def _written(postgres: PostgresAccess) -> Mapping[tuple[str, int], int] | None:
    try:
        return {(topic, number): at for topic, number, at in ask(postgres, "sink_offsets")}
    except psycopg.errors.UndefinedTable:
        return None
