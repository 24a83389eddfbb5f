"""The replication slot: PostgreSQL's side of how far the connector has read."""

from collections.abc import Mapping

import psycopg
from psycopg import errors

from connectors.debezium.errors import ConnectorError


def drop(config: Mapping[str, str]) -> bool:
    """Drop the slot that the definition ``config`` names; False while somebody reads from it."""
    try:
        with _connect(config) as conn:
            conn.execute(
                "SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots "
                "WHERE slot_name = %s",
                (config["slot.name"],),
            )
    except errors.ObjectInUse:
        return False
    except psycopg.Error as error:
        raise ConnectorError(f"cannot drop the slot {config['slot.name']}: {error}") from error
    return True


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
