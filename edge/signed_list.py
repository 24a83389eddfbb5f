"""A location's list of devices as it is signed: for the registration, which makes it, and for
gateways, which read it.

It is signed by the service `registration`, whose certificate it brings, over its JSON without
`signature`: keys sorted, no spaces, UTF-8 unescaped, as all that is signed here. Whoever reads it
needs no clock to know that it is ours, and takes none whose number is not above the last.
"""

import base64
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec

from edge.signing import keys


class BadList(Exception):
    """The list is not what the registration signed; the text says why."""


@dataclass(frozen=True, slots=True)
class ListSigner:
    """Signs lists. ``certificate`` is the signer's, with who vouches for it, in PEM."""

    key: ec.EllipticCurvePrivateKey
    certificate: str

    def signed(self, content: Mapping[str, Any]) -> dict[str, Any]:
        """``content`` with the certificate and the signature: base64 of r and s."""
        unsigned = {**content, "certificate": self.certificate}
        signature = keys.sign(self.key, canonical(unsigned))
        return {**unsigned, "signature": base64.b64encode(signature).decode()}


def canonical(content: Mapping[str, Any]) -> bytes:
    """The bytes that are signed."""
    return json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def require_signed(signed: Mapping[str, Any], key: ec.EllipticCurvePublicKey) -> None:
    """Raise `BadList` unless the holder of ``key`` signed the list as it is."""
    unsigned = {name: value for name, value in signed.items() if name != "signature"}
    try:
        signature = base64.b64decode(signed["signature"], validate=True)
        is_signed = keys.holds(key, signature, canonical(unsigned))
    except (KeyError, TypeError, ValueError, RecursionError) as error:
        raise BadList("the signature is missing, or is none") from error
    if not is_signed:
        raise BadList("the list is not as it was signed")
