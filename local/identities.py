"""Where the identities of a local stack lie; `local.vouching` makes them."""

import ssl
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Identities:
    """Where the files lie."""

    folder: Path

    @property
    def authorities(self) -> Path:
        """Whom everybody trusts: the root and the authority that issues for services."""
        return self.folder / "ca.pem"

    @property
    def issuing(self) -> tuple[Path, Path]:
        """Chain and key of the authority that issues for services."""
        return self.folder / "issuing.pem", self.folder / "issuing.key"

    @property
    def devices(self) -> tuple[Path, Path]:
        """Chain and key of the authority that issues for devices: the registration's own."""
        return self.folder / "devices.pem", self.folder / "devices.key"

    @property
    def services(self) -> Path:
        """The authority that issues for services, alone: whom a server trusts that nobody else
        should reach, and that cannot look at names."""
        return self.folder / "services.pem"

    @property
    def services_alone(self) -> Path:
        """The same as `services`, for servers that need it to be a root."""
        return self.folder / "services-alone.pem"

    @property
    def root(self) -> tuple[Path, Path]:
        """The root's certificate and key."""
        return self.folder / "root" / "root.pem", self.folder / "root" / "root.key"

    def context(self, service: str) -> ssl.SSLContext:
        """For a client of this process that is ``service``; OSError where a file is not there."""
        made = ssl.create_default_context(cafile=self.authorities)
        made.load_cert_chain(self.certificate(service), self.key(service))
        return made

    def certificate(self, service: str) -> Path:
        """A service's certificate, followed by who vouches for it."""
        return self.folder / f"{service}.pem"

    def key(self, service: str) -> Path:
        """A service's key."""
        return self.folder / f"{service}.key"

    def of_store(self, location_id: str) -> str:
        """What a store is called among the services, for its certificate and key."""
        return f"store-{location_id}"

    def certificate_alone(self, service: str) -> Path:
        """A service's certificate without who vouches for it, as PostgreSQL's driver for Java
        wants it: that one shows none whose last authority the server does not ask for."""
        return self.folder / f"{service}-alone.pem"

    def key_for_java(self, service: str) -> Path:
        """The same as PostgreSQL's driver for Java reads it."""
        return self.folder / f"{service}.pk8"
