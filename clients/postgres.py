"""How a PostgreSQL database is reached, and the connections to it.

psycopg is loaded with the first address: many commands and workers ask no database.
"""

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from clients.errors import AccessError
from clients.passwords import password_in
from clients.tls import Tls

if TYPE_CHECKING:
    import psycopg


@dataclass(frozen=True, slots=True)
class PostgresAccess:
    """The database at ``dsn``, in either of libpq's forms; it may hold a user and a password.

    ``tls`` goes above what the DSN says of it: the link is encrypted, and the server's
    certificate and name are checked (``verify-full``). ``role`` is who we are where the DSN names
    nobody. ``password_file`` holds the password, and goes to a server that is checked alone.
    """

    dsn: str = field(repr=False)
    tls: Tls | None = None
    role: str = ""
    password_file: Path | None = None

    def __post_init__(self) -> None:
        """Raises `AccessError` where ``dsn`` is none, or a password would go to anybody."""
        mode = self.address().get("sslmode")
        if self.password_file is not None and mode != "verify-full":
            raise AccessError(
                f"the password in {self.password_file} would go to a server that is not checked: "
                "name the authorities, or say sslmode=verify-full"
            )

    def address(self) -> dict[str, str]:
        """What the address says, by libpq's names, without what a file keeps secret."""
        from psycopg import ProgrammingError
        from psycopg.conninfo import conninfo_to_dict

        try:
            given = conninfo_to_dict(self.dsn, **_tls(self.tls))
        except ProgrammingError as error:
            raise AccessError(f"the database's address is no DSN: {error}") from error
        told = {name: str(value) for name, value in given.items() if value is not None}
        return {"user": self.role, **told} if self.role else told

    def parts(self) -> dict[str, str]:
        """All of it; a password is read anew from its file. Raises `AccessError`."""
        told = self.address()
        if self.password_file is not None:
            told["password"] = password_in(self.password_file)
        return told

    def as_role(
        self, role: str, tls: Tls | None = None, password_file: Path | None = None
    ) -> "PostgresAccess":
        """The same database as somebody else, who has a certificate or password of their own."""
        from psycopg.conninfo import make_conninfo

        told = {**self.address(), "user": role}
        for name in ("password", "sslcert", "sslkey"):
            told.pop(name, None)
        return PostgresAccess(make_conninfo(**told), tls, password_file=password_file)

    def conninfo(self) -> str:
        """All of it as one text, for what takes connections from libpq itself."""
        from psycopg.conninfo import make_conninfo

        return make_conninfo(**self.parts())

    def connect(self, **options: Any) -> "psycopg.Connection[Any]":
        """A connection. ``options`` are psycopg's, and go above the address.

        Raises ``psycopg.OperationalError`` where none is had.
        """
        import psycopg

        return psycopg.connect(self.conninfo(), **options)

    async def connect_async(self, **options: Any) -> "psycopg.AsyncConnection[Any]":
        """`connect` for a loop."""
        import psycopg

        return await psycopg.AsyncConnection.connect(self.conninfo(), **options)


def _tls(tls: Tls | None) -> dict[str, str]:
    if tls is None:
        return {}
    told = {"sslmode": "verify-full", "sslrootcert": str(tls.authorities or "system")}
    if tls.certificate is not None:
        told |= {"sslcert": str(tls.certificate), "sslkey": str(tls.key)}
    return told
