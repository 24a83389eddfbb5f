"""Secrets that a browser holds, and what is made of them. Pure."""

import hashlib
import hmac
import secrets

TOKEN_BYTES = 32
"""Of randomness: fewer could be guessed by who tries for years, more guards nothing."""


def new_token() -> str:
    """A secret that nobody can guess."""
    return secrets.token_urlsafe(TOKEN_BYTES)


def digest(token: str) -> bytes:
    """What the database keeps of a token: enough to know it again, of no use to a thief."""
    return hashlib.sha256(_bytes(token)).digest()


def csrf_of(secret: str) -> str:
    """What forms carry of the browser's secret: its holder alone could have been given it."""
    return hmac.digest(_bytes(secret), b"csrf", "sha256").hex()


def same(given: str, expected: str) -> bool:
    """Whether two texts are equal, in a time that does not tell how far they are."""
    return hmac.compare_digest(_bytes(given), _bytes(expected))


def _bytes(text: str) -> bytes:
    # A header may have bytes that are no UTF-8, which come as halves of surrogates.
    return text.encode(errors="surrogatepass")
