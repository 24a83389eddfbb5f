"""Reads the headers of a signed request, strictly: what the profile leaves open is refused."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import http_sf

from edge.signing.profile import ALGORITHM, COMPONENTS, LABEL, TAG, Parameters, signature_parameters

_NONCE_LENGTH_MAX = 256
_DIGEST_BYTES = 32

Lines = Callable[[str], Sequence[str]]
"""The values of all lines of a header, by its name."""


class NotInProfile(Exception):
    """A header is missing, or says what the profile does not allow."""


class SignatureClaim(NamedTuple):
    """What a request says of itself; nothing of it is proven yet."""

    components: Sequence[str]
    terms: str
    created: int
    nonce: str
    key_id: str
    signature: bytes
    digest: str
    digest_bytes: bytes


def read(lines: Lines) -> SignatureClaim:
    """The claim in a request's headers; raises `NotInProfile`."""
    components, parameters = _signature_input(_field(lines, "Signature-Input"))
    field = _field(lines, "Content-Digest")
    return SignatureClaim(
        components=components,
        terms=signature_parameters(components, parameters),
        created=_number(parameters, "created"),
        nonce=_text(parameters, "nonce", _NONCE_LENGTH_MAX),
        key_id=_text(parameters, "keyid"),
        signature=_bytes(_field(lines, "Signature"), "Signature", LABEL),
        digest=field,
        digest_bytes=_bytes(field, "Content-Digest", "sha-256"),
    )


def _field(lines: Lines, name: str) -> str:
    found = lines(name)
    if not found:
        raise NotInProfile(f"the header {name} is missing")
    return ", ".join(line.strip() for line in found)


def _dictionary(field: str, name: str) -> dict[str, Any]:
    def refuse(key: str, _: str) -> None:
        raise NotInProfile(f"{name} has {key!r} twice")

    try:
        return http_sf.parse(  # pyright: ignore[reportReturnType]
            field.encode("ascii"), tltype="dictionary", on_duplicate_key=refuse
        )
    except ValueError as error:
        raise NotInProfile(f"{name} cannot be read: {error}") from error


def _bytes(field: str, name: str, key: str) -> bytes:
    value, _ = _dictionary(field, name).get(key, (None, {}))
    if not isinstance(value, bytes):
        raise NotInProfile(f"{name} has no {key}=:…:")
    return value


def _signature_input(field: str) -> tuple[list[str], Parameters]:
    found = _dictionary(field, "Signature-Input").get(LABEL)
    if found is None or not isinstance(found[0], list):
        raise NotInProfile(f"Signature-Input has no {LABEL}=(…)")
    covered, parameters = found
    # A bare word equals a string here, and is written otherwise.
    components = [name for name, more in covered if type(name) is str and not more]
    if len(components) != len(covered) or sorted(components) != sorted(COMPONENTS):
        raise NotInProfile(f"the signature must cover {' '.join(COMPONENTS)}, each once and whole")
    if parameters.keys() - {"created", "nonce", "keyid", "tag", "alg"}:
        raise NotInProfile("parameters of a signature are created, nonce, keyid and tag")
    told = _text(parameters, "tag"), _text({"alg": ALGORITHM, **parameters}, "alg")
    if told != (TAG, ALGORITHM):
        raise NotInProfile(f'the signature must say tag="{TAG}" and be of {ALGORITHM}')
    return components, parameters


def _number(parameters: Parameters, name: str) -> int:
    value = parameters.get(name)
    if type(value) is not int:
        raise NotInProfile(f"the signature's {name} must be a whole number of seconds")
    return value


def _text(parameters: Parameters, name: str, length_max: int = 64) -> str:
    value = parameters.get(name)
    if type(value) is not str or not 1 <= len(value) <= length_max:
        raise NotInProfile(f"the signature's {name} must be text of 1 to {length_max} characters")
    return value
