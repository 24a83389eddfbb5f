"""All that letting people in takes, as one object."""

from aiohttp import web

from dashboards.board.feed.database import Database, DatabaseAway
from dashboards.board.feed.writing import Writing
from dashboards.board.live.visitor import User
from dashboards.board.people.local import LocalSignIn
from dashboards.board.people.oidc import OpenIdConnect
from dashboards.board.people.policy import AccessPolicy
from dashboards.board.people.sessions import Sessions
from dashboards.board.people.tokens import new_token

SESSION_COOKIE = "tillstream_session"
VISIT_COOKIE = "tillstream_visit"
"""A secret of the browser from its first page on, signed in or not: what the tokens in its forms
are made of until a session has begun."""

_TOKEN_CHARACTERS_MAX = 100


class Door:
    """Sign-in as the policy has it, and the cookies that go with it."""

    def __init__(self, policy: AccessPolicy, database: Database, writing: Writing) -> None:
        self.policy = policy
        self.sessions = Sessions(database, writing, policy.lifetime)
        self.local = LocalSignIn(writing, self.sessions)
        self.oidc = (
            OpenIdConnect(policy.provider, policy.address, writing, self.sessions)
            if policy.provider is not None
            else None
        )

    def address_of(self, request: web.Request) -> str:
        """From where a request came, as far as it can be known."""
        forwarded = request.headers.get("X-Forwarded-For", "")
        if self.policy.behind_proxy and forwarded:
            # The nearest proxy adds its own word at the end; what stands before it may be a lie.
            return forwarded.rpartition(",")[2].strip()[:64]
        return request.remote or ""

    def token(self, request: web.Request) -> str:
        """The token of the request's session; empty where it has none."""
        return request.cookies.get(SESSION_COOKIE, "")[:_TOKEN_CHARACTERS_MAX]

    def visit(self, request: web.Request) -> tuple[str, bool]:
        """The browser's secret, and whether it is a new one that must be told to it."""
        held = request.cookies.get(VISIT_COOKIE, "")
        # A shorter one is not of our making, and might be known to who made it.
        known = len(new_token()) == len(held)
        return (held, False) if known else (new_token(), True)

    async def user(self, request: web.Request) -> User | None:
        """Who sent the request; None where they must sign in. Raises `DatabaseAway`."""
        address = self.address_of(request)
        if not self.policy.sign_in:
            return User("local", address, "local", "operator")
        token = self.token(request)
        session = await self.sessions.find(token) if token else None
        return session.user(address) if session is not None else None

    async def is_out(self, request: web.Request) -> bool:
        """Whether the session of the request has ended, as far as can be told."""
        try:
            return await self.user(request) is None
        except DatabaseAway:
            return False

    def let_in(self, response: web.StreamResponse, token: str) -> None:
        """Give the browser the token of its session."""
        seconds = int(self.policy.lifetime.total_seconds())
        self.set_cookie(response, SESSION_COOKIE, token, seconds)

    def let_out(self, response: web.StreamResponse) -> None:
        """Take it away again."""
        response.del_cookie(SESSION_COOKIE, path="/")

    def note_visit(self, response: web.StreamResponse, secret: str) -> None:
        """Give the browser its secret."""
        self.set_cookie(response, VISIT_COOKIE, secret, None)

    def set_cookie(
        self,
        response: web.StreamResponse,
        name: str,
        value: str,
        seconds: int | None,
        path: str = "/",
    ) -> None:
        """Give the browser a cookie that no script and no other site can read."""
        response.set_cookie(
            name,
            value,
            max_age=seconds,
            path=path,
            httponly=True,
            samesite="Lax",
            secure=self.policy.secure,
        )


DOOR: web.AppKey[Door] = web.AppKey("door", Door)
"""Where the application keeps it."""
