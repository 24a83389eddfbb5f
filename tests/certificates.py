"""An authority of the tests' own, and the certificates that it signs, in the files TLS wants."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

HOST = "127.0.0.1"
"""Every certificate is good for a server here."""


@dataclass(frozen=True, slots=True)
class Identity:
    """Who is trusted, who we are, and the key for it."""

    authority: Path
    certificate: Path
    key: Path


class Authority:
    """Signs certificates that hold for an hour."""

    def __init__(self, folder: Path, name: str = "authority") -> None:
        self._folder = folder
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = _named(name)
        signed = self._sign(self._key, self._name, x509.BasicConstraints(ca=True, path_length=0))
        self.file = folder / f"{name}.pem"
        self.file.write_bytes(signed)

    def identity(self, name: str) -> Identity:
        """A certificate for ``name``, with its key in PKCS #8."""
        key = ec.generate_private_key(ec.SECP256R1())
        alternatives = x509.SubjectAlternativeName([x509.IPAddress(ip_address(HOST))])
        files = Identity(self.file, self._folder / f"{name}.pem", self._folder / f"{name}.key")
        files.certificate.write_bytes(self._sign(key, _named(name), alternatives))
        files.key.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        files.key.chmod(0o600)
        return files

    def _sign(
        self, key: ec.EllipticCurvePrivateKey, name: x509.Name, extension: x509.ExtensionType
    ) -> bytes:
        now = datetime.now(UTC)
        signed = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(self._name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(minutes=5))
            .not_valid_after(now + timedelta(hours=1))
            .add_extension(extension, critical=False)
            .sign(self._key, hashes.SHA256())
        )
        return signed.public_bytes(Encoding.PEM)


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
