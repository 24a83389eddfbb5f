"""Who is signed in: sessions in PostgreSQL, and for a few seconds in memory."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import msgspec

from clients.statements import statement
from dashboards.board.feed.database import Database, DatabaseAway
from dashboards.board.feed.recent import Recent
from dashboards.board.feed.writing import Work, Writing
from dashboards.board.live.visitor import Role, User
from dashboards.board.people.tokens import digest, new_token

RECHECK_SECONDS = 5.0
"""How long a session is believed without asking the database: how late a sign-out at another
board, or a user who was disabled, is noticed. Without it every row that is fetched would ask."""

REMEMBERED_MAX = 5_000
"""Sessions in memory, at some hundred bytes each. Those beyond are asked for each time, and do
not see the last known state while the database is away."""


class Session(msgspec.Struct, frozen=True):
    """One signed-in browser."""

    who: str
    name: str
    role: Role
    expires_at: datetime

    def user(self, address: str | None) -> User:
        """Its user, who came from ``address``."""
        return User(self.who, address, self.name, self.role)


@dataclass(frozen=True, slots=True)
class Identity:
    """Whom a sign-in has proven: a local user, or one of a provider with the ``role`` it gave."""

    who: str
    name: str
    local_user: str | None = None
    role: Role | None = None


@dataclass(slots=True)
class _Held:
    session: Session
    read_at: float


class Sessions:
    """Opens, finds and ends sessions."""

    def __init__(
        self,
        database: Database,
        writing: Writing,
        lifetime: timedelta,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._database = database
        self._writing = writing
        self._lifetime = lifetime
        self._clock = clock
        self._held: Recent[bytes, _Held] = Recent(REMEMBERED_MAX)

    async def open(self, work: Work, identity: Identity) -> str:
        """A new session; its token, which only the browser keeps. Old ones are cleared away."""
        token = new_token()
        await work.run(statement(__file__, "forget_expired"))
        await work.run(
            statement(__file__, "open_session"),
            token_sha256=digest(token),
            local_user=identity.local_user,
            who=identity.who,
            name=identity.name,
            role=identity.role,
            expires_at=datetime.now(UTC) + self._lifetime,
        )
        return token

    async def find(self, token: str) -> Session | None:
        """The session of a token, or None where there is none or it has ended.

        While the database is away a session that was seen before still holds, until it expires:
        the board goes on showing what it last knew. Raises `DatabaseAway` for any other.
        """
        key = digest(token)
        held = self._held.get(key)
        if held is not None and self._clock() - held.read_at < RECHECK_SECONDS:
            return _living(held.session)
        try:
            found = await self._database.query(
                statement(__file__, "session"), Session, token_sha256=key
            )
        except DatabaseAway:
            if held is None:
                raise
            return _living(held.session)
        self._held.pop(key)
        if not found:
            return None
        self._held.set(key, _Held(found[0], self._clock()))
        return found[0]

    async def end(self, token: str, user: User) -> None:
        """Sign out."""
        async with self._writing.transaction(user) as work:
            await work.run(statement(__file__, "end_session"), token_sha256=digest(token))
        self._held.pop(digest(token))


def _living(session: Session) -> Session | None:
    return session if session.expires_at > datetime.now(UTC) else None
