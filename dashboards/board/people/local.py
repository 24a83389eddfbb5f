"""Signing in with a name and a password, as often as is decent."""

import asyncio
from dataclasses import dataclass

from dashboards.board.feed.database import Database
from dashboards.board.feed.writing import Actor, Writing
from dashboards.board.people import passwords, users
from dashboards.board.people.addresses import source_of
from dashboards.board.people.attempts import Attempts
from dashboards.board.people.browsers import Browsers
from dashboards.board.people.lane import Lane
from dashboards.board.people.sign_ins import SignInRefused, SignIns
from dashboards.board.people.telling import Telling
from dashboards.board.people.users import Credentials, is_name

NOBODY = "nobody yet"

ALL = ""
"""Refusals are told of all names together."""

TOLD_MAX = 100
TOLD_EACH_SECONDS = 10.0
"""Refused sign-ins that the log has at once, and then one in so long: who tries a million
passwords must not fill a disk from which nothing leaves for years. Those between are counted."""


class NotSignedIn(SignInRefused):
    """The name and the password do not belong together; which of them was wrong is not told."""

    result = "wrong_password"

    def __init__(self) -> None:
        super().__init__("Not signed in", "Name and password do not belong together.", 403)


@dataclass(frozen=True, slots=True)
class Tried:
    """Who tries to sign in, from where, and by which browser's cookie."""

    name: str
    address: str
    cookie: str = ""


class LocalSignIn:
    """Checks passwords: each costs a core 50 ms and 64 MB, so strangers wait in one line, and
    browsers that are known in another."""

    def __init__(self, database: Database, writing: Writing, sign_ins: SignIns) -> None:
        self._database = database
        self._sign_ins = sign_ins
        self._writing = writing
        self.browsers = Browsers(database)
        self._attempts = Attempts()
        self._strangers = Lane()
        self._known = Lane()
        self._told = Telling(TOLD_MAX, TOLD_EACH_SECONDS)

    async def check(self, tried: Tried, password: str) -> Credentials:
        """The user whose password it is. Raises `NotSignedIn`, `TooMany`, `Crowded` or
        `DatabaseAway`."""
        with self._sign_ins.refusals():
            return await self._check(tried, password)

    async def _check(self, tried: Tried, password: str) -> Credentials:
        await self.browsers.load()
        # What is typed in place of a name may be a password: it must not be kept.
        name = tried.name if is_name(tried.name) else ""
        source = source_of(tried.address)
        browser = self.browsers.known(tried.cookie, name)
        attempt = self._attempts.begin(name, source, browser)
        try:
            async with (self._known if browser else self._strangers).turn():
                credentials = await users.credentials(self._database.query, name)
                right = await asyncio.to_thread(_is_right, password, credentials)
        except BaseException:
            attempt.give_back()
            raise
        if credentials is None or not right:
            await self.note_refusal(name, tried.address)
            raise NotSignedIn
        self._attempts.succeeded(name, source, attempt)
        return credentials

    async def note_refusal(self, name: str, address: str) -> None:
        """Write it into the log, unless that has many of late."""
        if not self._told.turn(ALL):
            return
        more = self._told.more(ALL) or None
        async with self._writing.transaction(Actor(name or NOBODY, address)) as work:
            await work.record("sign_in.refused", f"users/{name}", None, more)


def _is_right(password: str, credentials: Credentials | None) -> bool:
    return passwords.is_right(password, credentials.password_hash if credentials else None)
