"""The replication slot: PostgreSQL's side of how far the connector has read."""

from dataclasses import dataclass
from typing import LiteralString

import psycopg
from psycopg import errors

from clients.errors import AccessError
from clients.postgres import PostgresAccess
from connectors.connect.errors import ConnectorError

_OWN = "FROM pg_replication_slots WHERE slot_name = %s AND database = current_database()"


@dataclass(frozen=True, slots=True)
class ReplicationSlot:
    """The slot called ``name``. ``postgres`` is the way of the connector's own role, which may
    drop slots as it may make them."""

    postgres: PostgresAccess
    name: str

    def is_read(self) -> bool:
        """Whether somebody reads it."""
        return self._ask_about(f"SELECT active {_OWN}") == [(True,)]

    def holds_on(self) -> bool:
        """Whether it is there, with all that was not read yet."""
        return self._ask_about(f"SELECT wal_status <> 'lost' {_OWN}") == [(True,)]

    def has_read(self, position: str) -> bool:
        """Whether all up to ``position`` in the log was read, and is in Kafka."""
        found = self._ask_about(f"SELECT confirmed_flush_lsn >= %s::pg_lsn {_OWN}", position)
        return found == [(True,)]

    def insert_signal(self, name: str, kind: str, data: str) -> str:
        """Put a message for the connector into the log; the position after it."""
        self._ask("INSERT INTO cdc_signals (id, type, data) VALUES (%s, %s, %s)", name, kind, data)
        ((position,),) = self._ask("SELECT pg_current_wal_lsn()::text")
        return str(position)

    def drop(self) -> bool:
        """Drop it; False while somebody reads it. None is fine too."""
        try:
            self._ask_about(f"SELECT pg_drop_replication_slot(slot_name) {_OWN}")
        except errors.ObjectInUse:
            return False
        return True

    def _ask_about(self, query: LiteralString, *values: str) -> list[tuple[object, ...]]:
        return self._ask(query, *values, self.name)

    def _ask(self, query: LiteralString, *values: str) -> list[tuple[object, ...]]:
        try:
            with self.postgres.connect(autocommit=True) as conn:
                cursor = conn.execute(query, values)
                return cursor.fetchall() if cursor.description else []
        except errors.ObjectInUse:
            raise
        except (psycopg.Error, AccessError) as error:
            raise ConnectorError(f"cannot look after the slot {self.name}: {error}") from error
