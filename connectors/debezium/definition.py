"""The connector's definition with this installation's addresses filled in."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from string import Template

from clients.postgres import PostgresAccess
from connectors.connect.errors import ConnectorError
from connectors.connect.secrets import held_in

FILE = Path(__file__).parent / "tillstream-cdc.json"

NAME = FILE.stem
"""The connector's name in Connect; its stored position is kept under it."""

ROLE = "tillstream_cdc"
"""As whom the connector, and what keeps it, come to the database."""


@dataclass(frozen=True, slots=True)
class SourceDatabase:
    """Where the rows come from, and how wide their topics are.

    ``postgres`` is the way of `ROLE` to it, as Connect goes it too: files that it names must lie
    at the same paths on Connect's machine.
    """

    postgres: PostgresAccess
    partitions: int
    replication: int


def definition(source: SourceDatabase) -> dict[str, str]:
    """What Connect should be told; settings that have no value here are left out."""
    values = _values(source)
    template: dict[str, str] = json.loads(FILE.read_text())
    filled = {name: Template(text).substitute(values) for name, text in template.items()}
    return {"name": NAME} | {name: text for name, text in filled.items() if text}


def _values(source: SourceDatabase) -> dict[str, object]:
    address = source.postgres.address()
    host = address.get("host", "")
    if not host or host.startswith("/"):
        raise ConnectorError("Debezium needs a database that listens on TCP: name its host")
    return {
        "hostname": host,
        "port": address.get("port") or 5432,
        "dbname": address.get("dbname") or ROLE,
        "sslmode": address.get("sslmode") or "prefer",
        "sslrootcert": _authorities(address),
        "sslcert": address.get("sslcert") or "",
        "sslkey": _key(address.get("sslkey") or ""),
        "password": _password(source.postgres.password_file),
        "partitions": source.partitions,
        "replication": source.replication,
    }


def _authorities(address: Mapping[str, str]) -> str:
    file = address.get("sslrootcert") or ""
    if file == "system":
        raise ConnectorError(
            "Debezium's driver trusts no authorities of the system: name a file of them in "
            "TILLSTREAM_POSTGRES_CA"
        )
    return file


def _key(file: str) -> str:
    """The key's twin for Java's driver, which tells the form from the name and reads no PEM."""
    return str(Path(file).with_suffix(".pk8")) if file else ""


def _password(file: Path | None) -> str:
    """Where Connect finds the password; the definition lies in a topic, and holds none itself."""
    if file is None:
        return ""
    try:
        held = file.read_text()
    except OSError as error:
        raise ConnectorError(f"no password in {file}: {error}") from error
    if held != held.strip():
        raise ConnectorError(
            f"{file} holds more than the password: Kafka's provider takes a line's end for a part "
            "of it, so write the file without"
        )
    return held_in(file)
