"""The till's side: the three headers that a signed request carries."""

import secrets

import http_sf
from cryptography.hazmat.primitives.asymmetric import ec

from edge.signing import keys
from edge.signing.profile import (
    COMPONENTS,
    LABEL,
    TAG,
    Parameters,
    Request,
    digest_field,
    signature_base,
    signature_parameters,
)

_NONCE_BYTES = 16


class Signer:
    """Signs for one device, by the key of its certificate."""

    def __init__(self, key: ec.EllipticCurvePrivateKey, certificate: bytes) -> None:
        """``certificate`` in DER; raises `keys.WrongKey` where it is not that of ``key``."""
        holder = keys.holder_of(certificate)
        if key.public_key() != holder.key:
            raise keys.WrongKey("the certificate is of another key")
        self._key = key
        self._key_id = holder.key_id

    def headers(self, method: str, target: str, body: bytes, created: int) -> dict[str, str]:
        """What to send along, each call with a nonce of its own.

        ``target`` is the path with its query, as it goes over the wire; ``created`` in seconds
        since 1970. Raises `UnicodeEncodeError` where a part is not ASCII.
        """
        request = Request(method, target, digest_field(body))
        parameters: Parameters = {
            "created": created,
            "nonce": secrets.token_urlsafe(_NONCE_BYTES),
            "keyid": self._key_id,
            "tag": TAG,
        }
        terms = signature_parameters(COMPONENTS, parameters)
        signed = keys.sign(self._key, signature_base(request, COMPONENTS, terms))
        return {
            "Content-Digest": request.digest,
            "Signature-Input": f"{LABEL}={terms}",
            "Signature": http_sf.ser({LABEL: (signed, {})}),
        }
