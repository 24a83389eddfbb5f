"""Sign-ins that are half done: the password was right, and a code is still owed."""

from datetime import UTC, datetime, timedelta

import msgspec

from clients.statements import statement
from dashboards.board.feed.database import Database
from dashboards.board.feed.writing import Work
from dashboards.board.live.visitor import Role
from dashboards.board.people.strangers import Strangers
from dashboards.board.people.tokens import digest, new_token

LIFETIME = timedelta(minutes=10)
"""Long enough to look for the phone, or to install an authenticator."""

OF_ONE_MAX = 5
"""Half sign-ins of one user: whoever knows the password begins as many as they like."""


class Half(msgspec.Struct, frozen=True):
    """Who owes a code. With ``secret`` they confirm that their phone has it."""

    name: str
    role: Role
    secret: bytes | None
    has_second_factor: bool


class HalfSignIns:
    """Begins, finds and ends them."""

    def __init__(self, database: Database, strangers: Strangers) -> None:
        self._database = database
        self._strangers = strangers

    async def begin(self, work: Work, name: str, secret: bytes | None) -> str:
        """The token of a new one, which only the browser keeps."""
        token = new_token()
        await work.run(
            statement(__file__, "begin_half"),
            token_sha256=digest(token),
            name=name,
            secret=secret,
            expires_at=datetime.now(UTC) + LIFETIME,
        )
        await work.run(statement(__file__, "forget_oldest_half"), name=name, most=OF_ONE_MAX)
        return token

    async def find(self, token: str, source: str) -> Half | None:
        """The half sign-in of a token; raises `TooManyStrangers` or `DatabaseAway`."""
        if not token:
            return None
        question, key = statement(__file__, "half"), digest(token)
        found = await self._strangers.ask(
            source, lambda: self._database.query(question, Half, token_sha256=key)
        )
        return found[0] if found else None

    async def end(self, work: Work, token: str) -> bool:
        """Whether it was still there: of two at once, one goes on."""
        ended = await work.run(statement(__file__, "end_half"), token_sha256=digest(token))
        return bool(ended)

    async def end_all(self, work: Work, name: str) -> None:
        """Every one of a user."""
        await work.run(statement(__file__, "end_half_of"), name=name)
