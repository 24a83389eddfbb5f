"""The link to the gateway: TLS 1.3 by the device's certificate, to this till's own store alone."""

import ssl
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding

from identity.dateless import ignore_dates
from identity.errors import IdentityError
from identity.files import read_certificates, read_own_key
from identity.names import Name, StoreName, TillName, name_of

Told = Callable[[datetime], None]
"""Hears until when the gateway's certificate holds, at each new connection."""


class TillIdentity(NamedTuple):
    """Who this till is, and whom it trusts."""

    name: TillName
    key: ec.EllipticCurvePrivateKey
    certificate: bytes
    """In DER."""
    files: tuple[Path, Path]
    authorities: Path

    @property
    def store(self) -> StoreName:
        """The only peer."""
        return StoreName(self.name.location_id)


def load(certificate: Path, key: Path, authorities: Path) -> TillIdentity:
    """The identity in these files; raises `IdentityError`."""
    own = read_certificates(certificate)[0]
    name = name_of(own)
    if not isinstance(name, TillName):
        raise IdentityError(f"{certificate} is of {name}, and no till's")
    read_certificates(authorities)
    der = own.public_bytes(Encoding.DER)
    return TillIdentity(name, read_own_key(key), der, (certificate, key), authorities)


def context(till: TillIdentity, told: Told) -> ssl.SSLContext:
    """What connections to the gateway are made with; raises `IdentityError`."""
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    made.minimum_version = ssl.TLSVersion.TLSv1_3
    # A store is known by its name in the URI, wherever it stands.
    made.check_hostname = False
    made.verify_mode = ssl.CERT_REQUIRED
    # A till whose clock is a year off, or a store that was dark for long, goes on.
    ignore_dates(made)
    try:
        made.load_verify_locations(till.authorities)
        made.load_cert_chain(*till.files)
    except (OSError, ValueError) as error:
        raise IdentityError(f"no identity in {till.files[0]}: {error}") from error
    made.sslobject_class = link_to(till.store, told)
    return made


def link_to(wanted: Name, told: Told) -> type[ssl.SSLObject]:
    """The class of connections to nobody but ``wanted``."""

    class LinkToOne(ssl.SSLObject):
        """A connection that breaks before the first byte of a request if the peer is another."""

        def do_handshake(self) -> None:
            super().do_handshake()
            shown = self.getpeercert(binary_form=True)
            told(_check(shown, wanted))

    return LinkToOne


def _check(shown: bytes | None, wanted: Name) -> datetime:
    try:
        certificate = x509.load_der_x509_certificate(shown or b"")
        peer = name_of(certificate)
    except ValueError as error:
        raise ssl.SSLCertVerificationError(f"who answers shows no name of ours: {error}") from error
    if peer != wanted:
        raise ssl.SSLCertVerificationError(f"who answers is {peer}, and not {wanted}")
    return certificate.not_valid_after_utc.astimezone(UTC)
