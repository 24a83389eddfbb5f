"""The replication slot: PostgreSQL's side of how far the connector has read."""

from collections.abc import Mapping
from typing import LiteralString

import psycopg
from psycopg import errors

from connectors.debezium.errors import ConnectorError

_OWN = "FROM pg_replication_slots WHERE slot_name = %s AND database = current_database()"


def is_read(config: Mapping[str, str]) -> bool:
    """Whether somebody reads the slot that the definition ``config`` names."""
    return _query(config, f"SELECT active {_OWN}") == [(True,)]


def drop(config: Mapping[str, str]) -> bool:
    """Drop the slot that ``config`` names; False while somebody reads it. None is fine too."""
    try:
        _query(config, f"SELECT pg_drop_replication_slot(slot_name) {_OWN}")
    except errors.ObjectInUse:
        return False
    return True


def _query(config: Mapping[str, str], query: LiteralString) -> list[tuple[object, ...]]:
    name = config["slot.name"]
    try:
        with _connect(config) as conn:
            return conn.execute(query, (name,)).fetchall()
    except errors.ObjectInUse:
        raise
    except psycopg.Error as error:
        raise ConnectorError(f"cannot look after the slot {name}: {error}") from error


def _connect(config: Mapping[str, str]) -> psycopg.Connection[tuple[object, ...]]:
    """As the connector's own role, which may drop slots as it may make them."""
    return psycopg.connect(
        host=config["database.hostname"],
        port=config["database.port"],
        dbname=config["database.dbname"],
        user=config["database.user"],
        password=config.get("database.password"),
        sslmode=config["database.sslmode"],
        sslrootcert=config.get("database.sslrootcert"),
        autocommit=True,
    )
