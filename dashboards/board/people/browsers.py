"""Browsers in which somebody signed in before: what strangers try is not counted against them.

A cookie holds a random number, and for each of the last few names that signed in there a proof
that only a board can make. It opens nothing: it only tells the browser from those of strangers.
"""

import hmac
import secrets

import msgspec

from clients.statements import statement
from dashboards.board.feed.database import Database
from dashboards.board.people.tokens import same

COOKIE_SECONDS = 366 * 86_400
"""Whoever was here within a year is known."""

NAMES_MAX = 5
"""Names that one browser is known for: those of a PC that a shop shares."""

COOKIE_CHARACTERS_MAX = 600
"""A number and that many proofs."""

_NUMBER_BYTES = 16


class _Key(msgspec.Struct, frozen=True):
    key: bytes


class Browsers:
    """Makes and checks the cookie, by a key that all boards of a database share."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._key = b""

    async def load(self) -> None:
        """Read the key, once; raises `DatabaseAway`. Before it nobody is known."""
        if not self._key:
            (found,) = await self._database.query(statement(__file__, "browsers_key"), _Key)
            self._key = bytes(found.key)

    def known(self, cookie: str, name: str) -> str:
        """The number of a browser that signed in with ``name``; empty where it did not."""
        number, *proofs = cookie[:COOKIE_CHARACTERS_MAX].split(".")
        if not self._key:
            return ""
        expected = self._proof(number, name)
        return number if any([same(proof, expected) for proof in proofs]) else ""

    def with_name(self, cookie: str, name: str) -> str:
        """The cookie of a browser that signs in with ``name`` now."""
        number, *proofs = cookie[:COOKIE_CHARACTERS_MAX].split(".")
        if len(number) != 2 * _NUMBER_BYTES:
            number, proofs = secrets.token_hex(_NUMBER_BYTES), []
        newest = self._proof(number, name)
        kept = [proof for proof in proofs if proof != newest][: NAMES_MAX - 1]
        return ".".join((number, newest, *kept))

    def _proof(self, number: str, name: str) -> str:
        told = f"{number}/{name}".encode(errors="surrogatepass")
        return hmac.digest(self._key, told, "sha256").hex()
