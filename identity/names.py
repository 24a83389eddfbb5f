"""Names of tills, stores and services, in each of the forms in which they travel.

A certificate names its holder by one URI, for programs, and again in its subject, for servers
that read nothing else. Kafka makes a principal of the subject.
"""

import re
from dataclasses import astuple, dataclass
from typing import ClassVar

from cryptography import x509
from cryptography.x509.oid import NameOID

from identity.errors import IdentityError

PREFIX = "spiffe://tillstream/"
"""Of every URI."""

ORGANIZATION = "Tillstream"

PART = re.compile(r"(?!\.+\Z)[A-Za-z0-9._-]{1,64}\Z")
"""Of a name. The ids of the contracts; dots alone are a step up in a path. Nothing that a subject,
a URI or a principal would have to escape."""


@dataclass(frozen=True, slots=True)
class _Name:
    """What all names have in common: a kind, and the parts that its dataclass lists."""

    KIND: ClassVar[str]

    def __post_init__(self) -> None:
        """Raises `IdentityError` where a part is none."""
        for part in self._parts():
            if not PART.match(part):
                raise IdentityError(
                    f"{part[:80]!r} is no name of a {self.KIND}: 1 to 64 of A-Z a-z 0-9 . _ -, "
                    "and not dots alone"
                )

    def uri(self) -> str:
        """As a certificate's one URI."""
        return PREFIX + "/".join((self.KIND, *self._parts()))

    def subject(self) -> x509.Name:
        """As a certificate's subject, encoded from the largest to the smallest.

        Kafka and PostgreSQL print it the other way round.
        """
        *units, common = (self.KIND, *self._parts())
        return x509.Name(
            [
                x509.NameAttribute(NameOID.ORGANIZATION_NAME, ORGANIZATION),
                *(x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, unit) for unit in units),
                x509.NameAttribute(NameOID.COMMON_NAME, common),
            ]
        )

    def principal(self) -> str:
        """As Kafka calls it."""
        return ":".join((self.KIND, *self._parts()))

    def _parts(self) -> tuple[str, ...]:
        return astuple(self)

    def __str__(self) -> str:
        """For messages to people."""
        return f"{self.KIND} {'/'.join(self._parts())}"


@dataclass(frozen=True, slots=True)
class TillName(_Name):
    """A till of a location."""

    KIND: ClassVar[str] = "till"
    location_id: str
    till_id: str


@dataclass(frozen=True, slots=True)
class StoreName(_Name):
    """A location's own machine: its gateway, and what it tells the centre."""

    KIND: ClassVar[str] = "store"
    location_id: str


@dataclass(frozen=True, slots=True)
class ServiceName(_Name):
    """A process of the centre, or somebody who works there."""

    KIND: ClassVar[str] = "service"
    name: str


Name = TillName | StoreName | ServiceName


def name_of(certificate: x509.Certificate) -> Name:
    """Whose certificate it is; `IdentityError` unless it has one URI, and that is a name of ours.

    It says nothing about whether the certificate is to be trusted.
    """
    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        uris = names.get_values_for_type(x509.UniformResourceIdentifier)
    except (x509.ExtensionNotFound, x509.DuplicateExtension, ValueError) as error:
        raise IdentityError(f"the certificate names nobody: {error}") from error
    if len(uris) != 1:
        raise IdentityError(f"a certificate names its holder by one URI, this one has {len(uris)}")
    return name_in(uris[0])


def name_in(uri: str) -> Name:
    """The name that ``uri`` carries; `IdentityError` where it carries none of ours."""
    match uri.removeprefix(PREFIX).split("/") if uri.startswith(PREFIX) else []:
        case ["till", location_id, till_id]:
            return TillName(location_id, till_id)
        case ["store", location_id]:
            return StoreName(location_id)
        case ["service", name]:
            return ServiceName(name)
        case _:
            raise IdentityError(f"{uri[:200]!r} is no name of a till, a store or a service")
