"""Keys and certificates as the profile names and uses them."""

from functools import lru_cache
from hashlib import sha256
from typing import NamedTuple

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import (
    decode_dss_signature,
    encode_dss_signature,
)

_NUMBER_BYTES = 32
"""Of each of the two numbers of a P-256 signature."""

_ECDSA = ec.ECDSA(hashes.SHA256())

_CERTIFICATES_KEPT = 4096
"""Keys that were read lately. A store has tens of devices; fewer than are in use at once means
parsing a certificate for each request."""


class WrongKey(Exception):
    """A certificate that cannot be read, or whose key is not of P-256."""


class Holder(NamedTuple):
    """Who signs: the public key and its id."""

    key: ec.EllipticCurvePublicKey
    key_id: str


def key_id_of(certificate: bytes) -> str:
    """The ``keyid`` of a certificate in DER."""
    return sha256(certificate).hexdigest()


@lru_cache(_CERTIFICATES_KEPT)
def holder_of(certificate: bytes) -> Holder:
    """The key of a certificate in DER; raises `WrongKey`."""
    try:
        key = x509.load_der_x509_certificate(certificate).public_key()
    except ValueError as error:
        raise WrongKey(f"the certificate cannot be read: {error}") from error
    if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, ec.SECP256R1):
        raise WrongKey("the certificate's key is not of P-256")
    return Holder(key, key_id_of(certificate))


def sign(key: ec.EllipticCurvePrivateKey, data: bytes) -> bytes:
    """The signature as r‖s."""
    first, second = decode_dss_signature(key.sign(data, _ECDSA))
    return first.to_bytes(_NUMBER_BYTES, "big") + second.to_bytes(_NUMBER_BYTES, "big")


def holds(key: ec.EllipticCurvePublicKey, signature: bytes, data: bytes) -> bool:
    """Whether ``signature``, r‖s, is of ``data`` by that key."""
    if len(signature) != 2 * _NUMBER_BYTES:
        return False
    first = int.from_bytes(signature[:_NUMBER_BYTES], "big")
    second = int.from_bytes(signature[_NUMBER_BYTES:], "big")
    try:
        key.verify(encode_dss_signature(first, second), data, _ECDSA)
    except InvalidSignature:
        return False
    return True
