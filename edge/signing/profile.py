"""What both sides must build alike: the profile's names, and the text that is signed."""

import base64
from collections.abc import Sequence
from hashlib import sha256
from typing import Any, NamedTuple

import http_sf

LABEL = "till"
TAG = "tillstream"
ALGORITHM = "ecdsa-p256-sha256"

COMPONENTS = ("@method", "@path", "@query", "content-digest")
"""What a signature covers; a signer may name them in any order."""

AGE_SECONDS_MAX = 300
"""How far a request's time may lie from the server's, either way. Less refuses tills whose
clock drifts between two answers; more lets a captured request live longer."""

NONCE_SECONDS = 600
"""How long a nonce is kept: a request may be signed `AGE_SECONDS_MAX` ahead and is good for as
long after, so anything less would let one in twice."""

Parameters = dict[str, str | int]
"""Parameters of a signature, in the order in which they were written."""


class Request(NamedTuple):
    """What is signed of a request; ``target`` is the path with its query, as on the wire."""

    method: str
    target: str
    digest: str


def digest_field(body: bytes) -> str:
    """The value of Content-Digest for ``body``."""
    return f"sha-256=:{base64.b64encode(sha256(body).digest()).decode()}:"


def signature_parameters(components: Sequence[str], parameters: Parameters) -> str:
    """What was covered and by which terms, as it stands in Signature-Input."""
    covered: Any = (list(components), parameters)
    return http_sf.ser([covered])


def signature_base(request: Request, components: Sequence[str], terms: str) -> bytes:
    """The bytes that are signed; ``terms`` are from `signature_parameters`.

    Raises `UnicodeEncodeError` where a part is not ASCII.
    """
    path, _, query = request.target.partition("?")
    values = {
        "@method": request.method,
        "@path": path,
        "@query": f"?{query}",
        "content-digest": request.digest,
    }
    lines = [f'"{component}": {values[component]}' for component in components]
    return "\n".join([*lines, f'"@signature-params": {terms}']).encode("ascii")
