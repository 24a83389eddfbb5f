"""Signing in with a name and a password, as often as is decent."""

import asyncio
from datetime import timedelta

import msgspec

from clients.statements import statement
from dashboards.board.feed.writing import Actor, Writing
from dashboards.board.live.visitor import RequestRefused
from dashboards.board.people import passwords
from dashboards.board.people.sessions import Identity, Sessions
from dashboards.board.people.users import is_name

WINDOW = timedelta(minutes=15)
"""How long a failed sign-in counts. Shorter helps who tries many; longer locks out who mistyped."""

BY_NAME_MAX = 5
"""Failures of one name from one address within `WINDOW`: who has forgotten is told so, and who
tries a list of passwords needs a year for a thousandth of a short one."""

BY_ADDRESS_MAX = 30
"""Failures from one address within `WINDOW`, over all names: a whole shop may share one."""

NOBODY = "nobody yet"


class NotSignedIn(RequestRefused):
    """The name and the password do not belong together; which of them was wrong is not told."""

    def __init__(self) -> None:
        super().__init__("Not signed in", "Name and password do not belong together.", 403)


class TooMany(RequestRefused):
    """Too many failures of late."""

    def __init__(self) -> None:
        minutes = int(WINDOW.total_seconds() // 60)
        words = f"Too many sign-ins have failed. Try again in {minutes} minutes; an operator can "
        super().__init__("Not signed in", f"{words}set another password.", 429)


class _Credentials(msgspec.Struct, frozen=True):
    name: str
    role: str
    password_hash: str


class _FailedLately(msgspec.Struct, frozen=True):
    by_name: int
    by_address: int


class LocalSignIn:
    """Checks passwords, one at a time: each costs a core 50 ms and 64 MB."""

    def __init__(self, writing: Writing, sessions: Sessions) -> None:
        self._writing = writing
        self._sessions = sessions
        self._turn = asyncio.Lock()

    async def sign_in(self, name: str, password: str, address: str) -> str:
        """The token of a new session; raises `NotSignedIn`, `TooMany` or `DatabaseAway`."""
        # One at a time also so that none is tried before the failure of another is counted.
        async with self._turn:
            token = await self._tried(name.strip().lower(), password, address)
        if token is None:
            raise NotSignedIn
        return token

    async def _tried(self, name: str, password: str, address: str) -> str | None:
        """None where it failed, which is then in the log."""
        # What is typed in place of a name may be a password: it must not be kept.
        subject = f"users/{name}" if is_name(name) else "users/"
        actor = Actor(name if is_name(name) else NOBODY, address)
        credentials = await self._credentials(actor, name, subject)
        password_hash = credentials.password_hash if credentials else None
        # Outside of a transaction: hashing takes longer than a lock should be held.
        right = await asyncio.to_thread(passwords.is_right, password, password_hash)
        async with self._writing.transaction(actor) as work:
            if not right:
                await work.record("sign_in.refused", subject)
                return None
            await work.record("sign_in", subject)
            return await self._sessions.open(work, Identity(name, name, local_user=name))

    async def _credentials(self, actor: Actor, name: str, subject: str) -> _Credentials | None:
        async with self._writing.transaction(actor) as work:
            (lately,) = await work.query(
                statement(__file__, "refused_lately"),
                _FailedLately,
                subject=subject,
                address=actor.address,
                window=WINDOW,
            )
            if lately.by_name >= BY_NAME_MAX or lately.by_address >= BY_ADDRESS_MAX:
                raise TooMany
            found = await work.query(statement(__file__, "credentials"), _Credentials, name=name)
        return found[0] if found else None
