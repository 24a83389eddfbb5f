"""Passwords: what is asked of one, and its argon2 hash. Slow on purpose; runs in a thread."""

import unicodedata

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

CHARACTERS_MIN = 10
"""Shorter ones are found by trying, even at the pace that the board allows; longer is asked of
nobody, as people then write them down."""

CHARACTERS_MAX = 200
"""A password manager's longest. Hashing a megabyte of text would be work for nothing."""

_hasher = PasswordHasher()


class WeakPassword(ValueError):
    """A password that is not taken; the text says why."""


def hashed(password: str) -> str:
    """The argon2id hash, with its salt and costs; raises `WeakPassword`."""
    plain = _normal(password)
    if not _is_text(plain):
        raise WeakPassword("a password consists of characters; these are none")
    if len(plain) < CHARACTERS_MIN:
        raise WeakPassword(f"a password has at least {CHARACTERS_MIN} characters")
    if len(plain) > CHARACTERS_MAX:
        raise WeakPassword(f"a password has at most {CHARACTERS_MAX} characters")
    return _hasher.hash(plain)


def is_right(password: str, password_hash: str | None) -> bool:
    """Whether the password belongs to the hash. None takes as long, and is never right."""
    plain = _normal(password)[: CHARACTERS_MAX + 1]
    if not _is_text(plain):
        return False
    try:
        return _hasher.verify(password_hash or _NOBODYS, plain) and password_hash is not None
    except (VerificationError, InvalidHashError):
        return False


def _normal(password: str) -> str:
    # An é may be typed as one character or as two: the same word on another keyboard.
    return unicodedata.normalize("NFKC", password)


def _is_text(text: str) -> bool:
    return not any("\ud800" <= each <= "\udfff" for each in text)


_NOBODYS = (
    "$argon2id$v=19$m=65536,t=3,p=4$bm9ib2R5cy1zYWx0LTE2$"
    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
)
"""Compared with where no such user is, so that the time does not tell which names exist."""
