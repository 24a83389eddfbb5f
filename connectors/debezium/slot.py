"""The replication slot: PostgreSQL's side of how far the connector has read."""

from collections.abc import Mapping
from typing import LiteralString

import psycopg
from psycopg import errors
from psycopg.conninfo import make_conninfo

from clients.postgres import PostgresAccess
from connectors.debezium.errors import ConnectorError

_OWN = "FROM pg_replication_slots WHERE slot_name = %s AND database = current_database()"


def is_read(config: Mapping[str, str]) -> bool:
    """Whether somebody reads the slot that the definition ``config`` names."""
    return _ask_about(config, f"SELECT active {_OWN}") == [(True,)]


def holds_on(config: Mapping[str, str]) -> bool:
    """Whether the slot is there, with all that was not read yet."""
    return _ask_about(config, f"SELECT wal_status <> 'lost' {_OWN}") == [(True,)]


def has_read(config: Mapping[str, str], position: str) -> bool:
    """Whether all up to ``position`` in the log was read, and is in Kafka."""
    found = _ask_about(config, f"SELECT confirmed_flush_lsn >= %s::pg_lsn {_OWN}", position)
    return found == [(True,)]


def insert_signal(config: Mapping[str, str], name: str, kind: str, data: str) -> str:
    """Put a message for the connector into the log; the position after it."""
    _ask(config, "INSERT INTO cdc_signals (id, type, data) VALUES (%s, %s, %s)", name, kind, data)
    ((position,),) = _ask(config, "SELECT pg_current_wal_lsn()::text")
    return str(position)


def drop(config: Mapping[str, str]) -> bool:
    """Drop the slot that ``config`` names; False while somebody reads it. None is fine too."""
    try:
        _ask_about(config, f"SELECT pg_drop_replication_slot(slot_name) {_OWN}")
    except errors.ObjectInUse:
        return False
    return True


def _ask_about(
    config: Mapping[str, str], query: LiteralString, *values: str
) -> list[tuple[object, ...]]:
    return _ask(config, query, *values, config["slot.name"])


def _ask(config: Mapping[str, str], query: LiteralString, *values: str) -> list[tuple[object, ...]]:
    try:
        with _connect(config) as conn:
            cursor = conn.execute(query, values)
            return cursor.fetchall() if cursor.description else []
    except errors.ObjectInUse:
        raise
    except psycopg.Error as error:
        name = config["slot.name"]
        raise ConnectorError(f"cannot look after the slot {name}: {error}") from error


def _connect(config: Mapping[str, str]) -> psycopg.Connection[tuple[object, ...]]:
    """As the connector's own role, which may drop slots as it may make them."""
    address = make_conninfo(
        host=config["database.hostname"],
        port=config["database.port"],
        dbname=config["database.dbname"],
        user=config["database.user"],
        password=config.get("database.password"),
        sslmode=config["database.sslmode"],
        sslrootcert=config.get("database.sslrootcert"),
    )
    return PostgresAccess(address).connect(autocommit=True)
