"""How a PostgreSQL database is reached, and the connections to it."""

from dataclasses import dataclass, field
from typing import Any

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from clients.errors import AccessError
from clients.tls import Tls


@dataclass(frozen=True, slots=True)
class PostgresAccess:
    """The database at ``dsn``, in either of libpq's forms; it may hold the user's password.

    ``tls`` goes above what the DSN says of it: the link is encrypted, and the server's
    certificate and name are checked (``verify-full``).
    """

    dsn: str = field(repr=False)
    tls: Tls | None = None

    def __post_init__(self) -> None:
        """Raises `AccessError` where ``dsn`` is none."""
        self.parts()

    def parts(self) -> dict[str, str]:
        """What the address says, by libpq's names."""
        try:
            given = conninfo_to_dict(self.dsn, **_tls(self.tls))
        except psycopg.ProgrammingError as error:
            raise AccessError(f"the database's address is no DSN: {error}") from error
        return {name: str(value) for name, value in given.items() if value is not None}

    def conninfo(self) -> str:
        """All of it as one text, for what takes connections from libpq itself."""
        return make_conninfo(**self.parts())

    def connect(self, **options: Any) -> psycopg.Connection[Any]:
        """A connection. ``options`` are psycopg's, and go above the address.

        Raises ``psycopg.OperationalError`` where none is had.
        """
        return psycopg.connect(self.conninfo(), **options)

    async def connect_async(self, **options: Any) -> psycopg.AsyncConnection[Any]:
        """`connect` for a loop."""
        return await psycopg.AsyncConnection.connect(self.conninfo(), **options)


def _tls(tls: Tls | None) -> dict[str, str]:
    if tls is None:
        return {}
    told = {"sslmode": "verify-full", "sslrootcert": str(tls.authorities or "system")}
    if tls.certificate is not None:
        told |= {"sslcert": str(tls.certificate), "sslkey": str(tls.key)}
    return told
