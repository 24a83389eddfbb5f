"""A device of the tests: a key, its certificate, and requests that it signs by our code."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from edge.signing.keys import key_id_of
from edge.signing.signer import Signer
from edge.signing.verifier import Received

NOW = 1_800_000_000
"""Seconds since 1970, in January 2027."""


def certificate_of(key: ec.EllipticCurvePrivateKey, name: str = "till") -> bytes:
    """A certificate in DER that the key signs itself; it expired a year ago, which no signature
    minds."""
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    made = datetime.now(UTC) - timedelta(days=400)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(made)
        .not_valid_after(made + timedelta(days=35))
        .sign(key, hashes.SHA256())
        .public_bytes(Encoding.DER)
    )


@dataclass(frozen=True)
class Device:
    """Who signs."""

    key: ec.EllipticCurvePrivateKey
    certificate: bytes

    @classmethod
    def new(cls, curve: type[ec.EllipticCurve] = ec.SECP256R1) -> "Device":
        """One with a key of its own."""
        key = ec.generate_private_key(curve())
        return cls(key, certificate_of(key))

    @property
    def key_id(self) -> str:
        """Its keyid."""
        return key_id_of(self.certificate)

    @cached_property
    def signer(self) -> Signer:
        """What signs for it."""
        return Signer(self.key, self.certificate)

    def signed(
        self,
        method: str = "POST",
        target: str = "/v1/tills/1/events?wait=1",
        body: bytes = b'{"a":1}',
        created: int = NOW,
    ) -> Received:
        """A request as it arrives."""
        headers = self.signer.headers(method, target, body, created)
        return received(method, target, headers, body, self.certificate)


def received(
    method: str,
    target: str,
    headers: Mapping[str, str | Sequence[str]],
    body: bytes,
    certificate: bytes | None,
) -> Received:
    """A request with these headers; several values are several lines."""
    lines = {
        name.lower(): [value] if isinstance(value, str) else list(value)
        for name, value in headers.items()
    }
    return Received(method, target, lambda name: lines.get(name.lower(), []), body, certificate)


def headers_of(request: Received) -> dict[str, str]:
    """The three headers of a signed request."""
    names = ("Content-Digest", "Signature-Input", "Signature")
    return {name: ", ".join(request.lines(name)) for name in names}
