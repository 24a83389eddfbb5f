"""One-time tokens by which step-ca lets us in: signed by the key of a provisioner."""

import hashlib
import json
import time
import uuid
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Sequence
from typing import Any

import jwt
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from jwt.algorithms import ECAlgorithm

from identity.names import TillName

TEMPLATE = """\
{
  "rawSubject": {{ toJson .Token.tillstream.subject }},
  "uris": [{{ toJson .Token.tillstream.uri }}],
  "keyUsage": ["digitalSignature"],
  "extKeyUsage": ["clientAuth"]
}
"""
"""What the provisioner's ``options.x509.template`` must be: names come from the token, and of the
request only the key counts."""

TOKEN_SECONDS = 120
"""How long a token is good: a clock at step-ca that is a minute off still takes it."""


class StepTokens:
    """Makes them for one provisioner, which is of the type JWK with ``key`` in P-256."""

    def __init__(self, url: str, provisioner: str, key: ec.EllipticCurvePrivateKey) -> None:
        self._url = url
        self._provisioner = provisioner
        self._key = key
        public: dict[str, Any] = ECAlgorithm.to_jwk(key.public_key(), as_dict=True)
        self.key_id = _thumbprint(public)

    def to_sign(self, csr: x509.CertificateSigningRequest, till: TillName) -> str:
        """For one signature: the request's own names are told as well, which step-ca compares."""
        common = csr.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
        told = {
            "sub": str(common[0].value) if common else till.principal(),
            "sans": _names_in(csr),
            "tillstream": {
                "uri": till.uri(),
                "subject": b64encode(till.subject().public_bytes()).decode(),
            },
        }
        return self._signed("/1.0/sign", told)

    def to_revoke(self, serial: int) -> str:
        """For one revocation."""
        return self._signed("/1.0/revoke", {"sub": str(serial)})

    def _signed(self, path: str, told: dict[str, Any]) -> str:
        now = int(time.time())
        claims = {
            "iss": self._provisioner,
            "aud": self._url + path,
            "jti": uuid.uuid4().hex,
            "iat": now,
            "nbf": now,
            "exp": now + TOKEN_SECONDS,
            **told,
        }
        return jwt.encode(claims, self._key, "ES256", headers={"kid": self.key_id})


def _thumbprint(jwk: dict[str, Any]) -> str:
    """The key's digest by RFC 7638, as step-ca's own tools name keys."""
    text = json.dumps({name: jwk[name] for name in ("crv", "kty", "x", "y")}, separators=(",", ":"))
    return urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).decode().rstrip("=")


def _names_in(csr: x509.CertificateSigningRequest) -> Sequence[str]:
    try:
        found = csr.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (x509.ExtensionNotFound, ValueError):
        return []
    kinds = (x509.DNSName, x509.IPAddress, x509.RFC822Name, x509.UniformResourceIdentifier)
    return [str(value) for kind in kinds for value in found.get_values_for_type(kind)]
