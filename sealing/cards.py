"""Card ids as keyed hashes, and PINs that work with one card only.

A card id has few digits, so that a plain hash of it is guessed in seconds: the hash takes a key.
A PIN has fewer still: it is hashed slowly, together with the card id, which lies nowhere beside it.
"""

import base64
import binascii
import hashlib
import hmac
import re
import secrets
from typing import Literal

from sealing.errors import SealError

CardKind = Literal["employee", "customer"]

_CARD = re.compile(r"[ -~]{1,64}\Z")

PIN = re.compile(r"[0-9]{4,12}\Z")
"""Four digits are what people remember; a till locks the card after five wrong ones."""

_SCRYPT_N = 2**14
_SCRYPT_R = 8
_SCRYPT_P = 1
"""16 MiB and some 50 ms on a till. Less makes the ten thousand PINs of a stolen list cheap to try;
more is felt at each sign-in."""

_SALT_BYTES = 16
_HASH_BYTES = 32
_SCHEME = f"scrypt${_SCRYPT_N}${_SCRYPT_R}${_SCRYPT_P}"


def card_id(text: str) -> str:
    """What was scanned or typed, as it is hashed; raises `SealError` where it is no card id."""
    trimmed = text.strip()
    if not _CARD.match(trimmed):
        raise SealError("a card id is 1 to 64 characters of ASCII")
    return trimmed


def card_hash(key: bytes, kind: CardKind, card: str) -> str:
    """HMAC-SHA-256 of a card id under ``key``, in hex."""
    return hmac.digest(key, f"{kind}\0{card_id(card)}".encode(), "sha256").hex()


def pin_hash(card: str, pin: str) -> str:
    """A PIN's hash, with the scheme and its salt; raises `SealError` where it is no PIN."""
    if not PIN.match(pin):
        raise SealError("a PIN is 4 to 12 digits")
    salt = secrets.token_bytes(_SALT_BYTES)
    return "$".join((_SCHEME, _text(salt), _text(_scrypt(card, pin, salt))))


def is_pin_of(card: str, pin: str, hashed: str) -> bool:
    """Whether the PIN is that of the card; raises `SealError` where ``hashed`` is none of ours.

    The costs are this module's and not those that ``hashed`` asks for: a bad row must not keep a
    till busy for minutes.
    """
    scheme, *parts = hashed.rsplit("$", 2)
    try:
        salt, expected = (base64.b64decode(part, validate=True) for part in parts)
    except (ValueError, binascii.Error) as error:
        raise SealError("this is no hash of a PIN") from error
    if scheme != _SCHEME or len(salt) != _SALT_BYTES or len(expected) != _HASH_BYTES:
        raise SealError("this is no hash of a PIN, or one of another version")
    return hmac.compare_digest(_scrypt(card, pin, salt), expected)


def _scrypt(card: str, pin: str, salt: bytes) -> bytes:
    return hashlib.scrypt(
        f"{card_id(card)}\0{pin}".encode(),
        salt=salt,
        n=_SCRYPT_N,
        r=_SCRYPT_R,
        p=_SCRYPT_P,
        dklen=_HASH_BYTES,
    )


def _text(raw: bytes) -> str:
    return base64.b64encode(raw).decode()
