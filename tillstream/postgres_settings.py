"""Settings of the way to PostgreSQL, and what comes of them."""

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings

from clients.postgres import PostgresAccess
from clients.tls import Tls
from local.identities import Identities
from tillstream.database_roles import CAPTURE, DatabaseRole


class PostgresSettings(BaseSettings):
    """Part of `tillstream.settings.Settings`."""

    postgres: str = Field(
        "",
        description="DSN of the database, postgresql://… Where it names no user, each process "
        "comes as its own role.",
    )
    postgres_ca: Path | None = Field(
        None,
        description="PEM file of the authorities that vouch for PostgreSQL. With it, or with a "
        "certificate, the link is encrypted, and the server and its name are checked.",
    )
    postgres_cert: Path | None = Field(
        None, description="PEM file of the certificate that vouches for this process's role."
    )
    postgres_key: Path | None = Field(None, description="PEM file of the certificate's key.")
    postgres_password_file: Path | None = Field(
        None, description="File that holds this process's password for PostgreSQL, nothing else."
    )
    postgres_identities: Path | None = Field(
        None,
        description="Folder of a local stack's identities: each process and command comes to "
        "PostgreSQL as the service that it is.",
    )
    cdc_cert: Path | None = Field(
        None, description="PEM file of the certificate that vouches for the role tillstream_cdc."
    )
    cdc_key: Path | None = Field(
        None,
        description="PEM file of its key. Beside it lies the same in DER, with the ending .pk8, "
        "which Debezium's driver reads.",
    )
    cdc_password_file: Path | None = Field(
        None,
        description="File that holds the password of the role tillstream_cdc, without a line's "
        "end. Connect reads it by its DirectoryConfigProvider, under the name 'directory'.",
    )

    audit_days: int | None = Field(
        None,
        ge=90,
        le=36_500,
        description="Days that entries of the audit log are kept. `tillstream migrate` writes it "
        "into the database, where it stays; without it, what is there: 730 at first.",
    )

    def as_role(self, dsn: str, role: DatabaseRole) -> PostgresAccess:
        """The way to the database as ``role``; raises `AccessError` where a file is missing."""
        tls = self._tls(self.postgres_cert, self.postgres_key)
        if tls is None and self.postgres_identities is not None:
            own = Identities(self.postgres_identities)
            tls = Tls(own.authorities, own.certificate(role.service), own.key(role.service))
        return PostgresAccess(dsn, tls, role.name, self.postgres_password_file)

    def as_capture(self, dsn: str) -> PostgresAccess:
        """The way of Debezium's role to it; raises `AccessError`."""
        tls = self._tls(self.cdc_cert, self.cdc_key)
        if tls is None and self.postgres_identities is not None:
            own, service = Identities(self.postgres_identities), CAPTURE.service
            tls = Tls(own.authorities, own.certificate_alone(service), own.key(service))
        return PostgresAccess(dsn).as_role(CAPTURE.name, tls, self.cdc_password_file)

    def _tls(self, cert: Path | None, key: Path | None) -> Tls | None:
        return Tls(self.postgres_ca, cert, key) if self.postgres_ca or cert or key else None
