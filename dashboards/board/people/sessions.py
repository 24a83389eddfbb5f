"""Who is signed in: sessions in PostgreSQL, and for a few seconds in memory."""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import msgspec

from clients.statements import statement
from dashboards.board.feed.database import Database, DatabaseAway
from dashboards.board.feed.recent import Recent
from dashboards.board.feed.writing import Work, Writing
from dashboards.board.live.visitor import Role, User
from dashboards.board.people.policy import AccessPolicy
from dashboards.board.people.strangers import Strangers
from dashboards.board.people.tokens import digest, new_token

RECHECK_SECONDS = 5.0
"""How long a session is believed without asking the database: how late a sign-out at another
board, or a user who was disabled, is noticed. Without it every row that is fetched would ask."""

REMEMBERED_MAX = 5_000
"""Sessions in memory, at some hundred bytes each. Those beyond are asked for each time, and do
not see the last known state while the database is away."""

OF_ONE_MAX = 20
"""Sessions of one person: the oldest goes for one more. Nobody has so many browsers, and a program
that signs in for each question must not fill the table."""

PROVIDERS_MAX = timedelta(hours=24)
"""How long a provider's word holds: it cannot be asked whether somebody still has their role."""

BROWSER_CHARACTERS_MAX = 200


class Session(msgspec.Struct, frozen=True):
    """One signed-in browser; ``local_user`` is None for who came by a provider."""

    session_id: str
    who: str
    name: str
    role: Role
    local_user: str | None
    is_strong: bool
    expires_at: datetime

    def user(self, address: str | None) -> User:
        """Its user, who came from ``address``."""
        return User(self.who, address, self.name, self.role)


@dataclass(frozen=True, slots=True)
class Identity:
    """Whom a sign-in has proven: a local user, or one of a provider with the ``role`` it gave.

    ``is_strong`` where it took a second factor.
    """

    who: str
    name: str
    local_user: str | None = None
    role: Role | None = None
    is_strong: bool = False


@dataclass(frozen=True, slots=True)
class Origin:
    """From which address, and by what, somebody signs in: they recognise their sessions by it."""

    address: str
    browser: str = ""


@dataclass(slots=True)
class _Held:
    session: Session
    read_at: float


class Ended(msgspec.Struct, frozen=True):
    """A session that has just ended."""

    token_sha256: bytes
    who: str


class Sessions:
    """Opens, finds and ends sessions."""

    def __init__(
        self,
        database: Database,
        writing: Writing,
        policy: AccessPolicy,
        strangers: Strangers,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._database = database
        self._writing = writing
        self._policy = policy
        self._strangers = strangers
        self._clock = clock
        self._held: Recent[bytes, _Held] = Recent(REMEMBERED_MAX)

    async def open(self, work: Work, identity: Identity, origin: Origin) -> str:
        """A new session; its token, which only the browser keeps. Old ones are cleared away."""
        token, lifetime = new_token(), self._policy.lifetime
        if identity.local_user is None:
            lifetime = min(lifetime, PROVIDERS_MAX)
        await work.run(statement(__file__, "forget_expired"))
        await work.run(
            statement(__file__, "open_session"),
            token_sha256=digest(token),
            local_user=identity.local_user,
            who=identity.who,
            name=identity.name,
            role=identity.role,
            is_strong=identity.is_strong,
            address=origin.address,
            browser=origin.browser.replace("\0", "")[:BROWSER_CHARACTERS_MAX],
            expires_at=datetime.now(UTC) + lifetime,
        )
        await work.run(statement(__file__, "forget_oldest"), who=identity.who, most=OF_ONE_MAX)
        return token

    async def find(self, token: str, source: str) -> Session | None:
        """The session of a token, or None where there is none or it has ended.

        While the database is away a session that was seen before still holds, until it expires:
        the board goes on showing what it last knew. Raises `DatabaseAway` for any other, and
        `TooManyStrangers` where ``source`` sends one unknown token after another.
        """
        key = digest(token)
        held = self._held.get(key)
        if held is not None and self._clock() - held.read_at < RECHECK_SECONDS:
            return self._living(held.session)
        try:
            found = await self._read(key, source if held is None else None)
        except DatabaseAway:
            if held is None:
                raise
            return self._living(held.session)
        self._held.pop(key)
        if found is None:
            return None
        self._held.set(key, _Held(found, self._clock()))
        return self._living(found)

    async def end(self, token: str, user: User) -> None:
        """Sign out."""
        async with self._writing.transaction(user) as work:
            await work.run(statement(__file__, "end_session"), token_sha256=digest(token))
        self._held.pop(digest(token))

    async def end_one(self, by: User, session_id: str, who: str | None) -> str | None:
        """End a session, of ``who`` or of whoever it is; whose it was, None where it is gone."""
        async with self._writing.transaction(by) as work:
            order = statement(__file__, "end_one_session")
            ended = await work.query(order, Ended, session_id=session_id, who=who)
            for each in ended:
                await work.record("sessions.end", f"users/{each.who}")
        self._forget(ended)
        return ended[0].who if ended else None

    async def end_all(self, by: User, who: str, kept: str = "") -> int:
        """End all sessions of ``who`` but the one with the token ``kept``; how many there were."""
        async with self._writing.transaction(by) as work:
            ended = await self.end_within(work, who, kept)
            if ended:
                await work.record("sessions.end", f"users/{who}", None, {"sessions": ended})
        return ended

    async def end_within(self, work: Work, who: str, kept: str = "") -> int:
        """As `end_all`, within another change, which says why."""
        order = statement(__file__, "end_all_sessions")
        ended = await work.query(order, Ended, who=who, kept=digest(kept))
        self._forget(ended)
        return len(ended)

    def _forget(self, ended: Iterable[Ended]) -> None:
        for each in ended:
            self._held.pop(bytes(each.token_sha256))

    async def _read(self, key: bytes, stranger: str | None) -> Session | None:
        """``stranger``: who sends a token that is not known in memory."""

        async def ask() -> list[Session]:
            return await self._database.query(
                statement(__file__, "session"), Session, token_sha256=key
            )

        found = await (ask() if stranger is None else self._strangers.ask(stranger, ask))
        return found[0] if found else None

    def _living(self, session: Session) -> Session | None:
        """A rule that came after a session began counts for it too."""
        weak = session.local_user is not None and not session.is_strong
        if weak and self._policy.requires_second_factor(session.role):
            return None
        return session if session.expires_at > datetime.now(UTC) else None
