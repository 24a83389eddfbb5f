"""Requests for certificates (PKCS #10) as tills send them: what counts of one, and what is refused.

Only the key and the proof that the sender holds it count. Subject, names and extensions that a
request asks for are not even read.
"""

import base64
import binascii
import hashlib
import re
from dataclasses import dataclass

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

BYTES_MAX = 64 * 1024
"""Of a whole request. A P-256 one has 500 bytes; with the longest subject that tools make, ten
times as many. Without a limit one sender fills the memory."""

_PEM = re.compile(
    rb"-----BEGIN (?:NEW )?CERTIFICATE REQUEST-----(.+?)-----END (?:NEW )?CERTIFICATE REQUEST-----",
    re.DOTALL,
)

_HASHES = (hashes.SHA256, hashes.SHA384, hashes.SHA512)
"""Those that nobody can make collide."""


class BadRequest(Exception):
    """The request cannot be used; the text says what to change."""


@dataclass(frozen=True, slots=True)
class CertificateRequest:
    """A request whose sender holds its key."""

    csr: x509.CertificateSigningRequest
    key: ec.EllipticCurvePublicKey

    @property
    def key_sha256(self) -> bytes:
        """The key's digest, over its DER."""
        return digest_of(self.key)


def digest_of(key: ec.EllipticCurvePublicKey) -> bytes:
    """SHA-256 of a key's DER."""
    der = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return hashlib.sha256(der).digest()


def read(body: bytes) -> CertificateRequest:
    """The request in ``body``: base64 of its DER as RFC 7030 wants it, the DER itself, or PEM.

    Raises `BadRequest`.
    """
    if len(body) > BYTES_MAX:
        raise BadRequest(f"the request has more than {BYTES_MAX} bytes")
    try:
        csr = x509.load_der_x509_csr(_der(body))
        key = csr.public_key()
    except (ValueError, UnsupportedAlgorithm) as error:
        raise BadRequest("this is no certificate request (PKCS #10)") from error
    return _checked(csr, key)


def _checked(csr: x509.CertificateSigningRequest, key: object) -> CertificateRequest:
    if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, ec.SECP256R1):
        raise BadRequest("the key must be on the curve P-256")
    try:
        holds = isinstance(csr.signature_hash_algorithm, _HASHES) and csr.is_signature_valid
    except (ValueError, UnsupportedAlgorithm):
        holds = False
    if not holds:
        raise BadRequest("the request is not signed by its own key with SHA-256 or better")
    return CertificateRequest(csr, key)


def _der(body: bytes) -> bytes:
    if body[:1] == b"\x30" and body[1:2] >= b"\x80":
        return body  # a long SEQUENCE; in base64 every byte is below
    found = _PEM.search(body)
    text = b"".join((found[1] if found else body).split())
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise BadRequest("the request is neither base64 nor PEM") from error
