"""Bytes in a box that opens with one key and in one place: AES-256-GCM.

A box is a version, a nonce, and the ciphertext with its tag. The place is not in it: a box that
was moved elsewhere does not open.
"""

import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from sealing.errors import SealError

KEY_BYTES = 32

_VERSION = b"\x01"
_NONCE_BYTES = 12
_TAG_BYTES = 16

Place = tuple[str, ...]
"""Where a box belongs, such as ("customer", "c-1", "name"): as text without NUL."""


def new_key() -> bytes:
    """A fresh key."""
    return secrets.token_bytes(KEY_BYTES)


def close(key: bytes, content: bytes, place: Place) -> bytes:
    """``content`` in a box."""
    nonce = secrets.token_bytes(_NONCE_BYTES)
    return _VERSION + nonce + AESGCM(key).encrypt(nonce, content, _bound(place))


def open_box(key: bytes, box: bytes, place: Place) -> bytes:
    """What is in ``box``; raises `SealError` with another key, in another place, or where a byte
    was changed or is missing."""
    if len(box) < len(_VERSION) + _NONCE_BYTES + _TAG_BYTES or not box.startswith(_VERSION):
        raise SealError("this is no box of ours, or a part of it is missing")
    nonce, sealed = box[1 : 1 + _NONCE_BYTES], box[1 + _NONCE_BYTES :]
    try:
        return AESGCM(key).decrypt(nonce, sealed, _bound(place))
    except InvalidTag:
        told = f"what is sealed for {'/'.join(place)} does not open"
        raise SealError(f"{told}: it has another key, or was changed") from None


def _bound(place: Place) -> bytes:
    return "\x00".join(place).encode()
