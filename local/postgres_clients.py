"""What programs are told of the stack's PostgreSQL: where it is, and who they are there."""

from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlencode

from local.identities import Identities
from local.postgres_door import SERVICES

CLIENT = "client"
"""The identity for programs of the user: it books, keeps master data, and reads."""


def dsn(address: str, identities: Identities, service: str = CLIENT) -> str:
    """A complete address for libpq, as the role that ``service`` comes as."""
    told = {
        "sslmode": "verify-full",
        "sslrootcert": _path(identities.authorities),
        "sslcert": _path(identities.certificate(service)),
        "sslkey": _path(identities.key(service)),
    }
    return f"{address.replace('//', f'//{SERVICES[service][0]}@')}?{urlencode(told, safe='/')}"


def settings(identities: Identities) -> Mapping[str, str]:
    """The settings by which our own processes and commands come to it."""
    return {"postgres_identities": _path(identities.folder)}


def _path(file: Path) -> str:
    return str(file.absolute())
