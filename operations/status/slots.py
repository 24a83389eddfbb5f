"""The database's logical replication slots: who reads them, and what they hold back."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

import psycopg

from clients.postgres import PostgresAccess
from connectors.debezium.definition import FILE
from operations.status.database import ask

OURS: str = json.loads(FILE.read_text())["slot.name"]
"""The slot that our connector reads."""


@dataclass(frozen=True, slots=True)
class Slot:
    """One slot; ``held_bytes`` is the WAL that may not go before it is confirmed."""

    is_read: bool
    held_bytes: int


def look(postgres: PostgresAccess) -> Mapping[str, Slot] | None:
    """The slots of the database by name; None where it does not answer."""
    try:
        return {name: Slot(active, held or 0) for name, active, held in ask(postgres, "slots")}
    except psycopg.Error:
        return None
