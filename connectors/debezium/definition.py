"""The connector's definition with this installation's addresses filled in."""

import json
from dataclasses import dataclass, field
from pathlib import Path
from string import Template

from clients.postgres import PostgresAccess
from connectors.debezium.errors import ConnectorError

FILE = Path(__file__).parent / "tillstream-cdc.json"

NAME = FILE.stem
"""The connector's name in Connect; its stored position is kept under it."""

HIDDEN = "database.password"
"""The setting that is never shown."""


@dataclass(frozen=True, slots=True)
class SourceDatabase:
    """Where the rows come from, and how wide their topics are.

    ``postgres`` is the address as Connect reaches it too: its user and password are not used, for
    the connector has a role of its own, whose password is ``password`` (empty: the server asks
    none).
    """

    postgres: PostgresAccess
    password: str = field(repr=False)
    partitions: int
    replication: int


def definition(source: SourceDatabase) -> dict[str, str]:
    """What Connect should be told; settings that have no value here are left out."""
    values = _values(source)
    template: dict[str, str] = json.loads(FILE.read_text())
    filled = {name: Template(text).substitute(values) for name, text in template.items()}
    return {"name": NAME} | {name: text for name, text in filled.items() if text}


def _values(source: SourceDatabase) -> dict[str, object]:
    address = source.postgres.parts()
    host = address.get("host", "")
    if not host or host.startswith("/"):
        raise ConnectorError("Debezium needs a database that listens on TCP: name its host")
    return {
        "hostname": host,
        "port": address.get("port") or 5432,
        "dbname": address.get("dbname") or address.get("user") or "",
        "sslmode": address.get("sslmode") or "prefer",
        "sslrootcert": address.get("sslrootcert") or "",
        "password": source.password,
        "partitions": source.partitions,
        "replication": source.replication,
    }
