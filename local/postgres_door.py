"""How clients come into the local PostgreSQL: by certificate over verified TLS, and no other way.

A certificate names a service, and a service comes as the roles that it needs. The role that made
the cluster is none of them: nobody comes in as a superuser.
"""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from local.ports import LOOPBACK

OWNER = "tillstream"
"""Role and database. It makes roles and publications, but reads no files and skips no checks."""

SERVICES: Mapping[str, Sequence[str]] = {
    "owner": (OWNER,),
    "sink": ("tillstream_sink",),
    "board": ("tillstream_board",),
    "webhooks": ("tillstream_webhooks",),
    "gateway": ("tillstream_gateway",),
    "registration": ("tillstream_registration",),
    "replication": ("tillstream_replication",),
    "store-api": ("tillstream_store_api",),
    "cdc": ("tillstream_cdc",),
    "reader": ("tillstream_reader",),
    "client": ("tillstream_client",),
    "simulator": ("tillstream_client",),
    "operator": (
        *("tillstream_operator", "tillstream_board", "tillstream_webhooks"),
        "tillstream_people",
    ),
}
"""As which roles a service may come: each as its own. The operator's commands look, and keep
users, tokens, endpoints, employees and customers."""

KEY = "server.key"

CERTIFICATE = "server.crt"

AUTHORITIES = "authorities.crt"


@dataclass(frozen=True, slots=True)
class PostgresDoor:
    """Who is let in: rules and names of ``pg_hba.conf`` and ``pg_ident.conf``, the settings that
    belong to them, and files that the server reads, by the name that they get beside its data."""

    rules: str
    names: str = ""
    settings: Mapping[str, str] = field(default_factory=dict[str, str])
    files: Mapping[str, Path] = field(default_factory=dict[str, Path])

    def hang(self, data: Path, user: int | None) -> None:
        """Put it before the server in ``data``, which runs as ``user``; it is read at a start."""
        for name, source in self.files.items():
            _put(data / name, source.read_bytes(), user)
        _put(data / "pg_hba.conf", self.rules.encode(), user)
        _put(data / "pg_ident.conf", self.names.encode(), user)


def by_certificate(authorities: Path, certificate: Path, key: Path) -> PostgresDoor:
    """The door of a server that has this identity, and trusts these authorities about clients.

    OpenSSL trusts whomever a trusted root vouches for: the authority for services must be alone.
    """
    return PostgresDoor(
        rules=(
            f"hostssl all all {LOOPBACK}/32 cert clientname=DN map=services\n"
            "host all all all reject\n"
        ),
        names="".join(
            f'services "CN={service},OU=service,O=Tillstream" {role}\n'
            for service, roles in SERVICES.items()
            for role in roles
        ),
        settings={
            "ssl": "on",
            "ssl_min_protocol_version": "TLSv1.3",
            "ssl_ca_file": AUTHORITIES,
            "ssl_cert_file": CERTIFICATE,
            "ssl_key_file": KEY,
        },
        files={AUTHORITIES: authorities, CERTIFICATE: certificate, KEY: key},
    )


def _put(path: Path, content: bytes, user: int | None) -> None:
    """Replace a file that only the server reads."""
    fresh = path.with_name(f".{path.name}.fresh")
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
    if user is not None:
        os.chown(fresh, user, -1)
    fresh.replace(path)
