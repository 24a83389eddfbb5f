"""All that letting people in takes, as one object."""

from aiohttp import web
from prometheus_client import CollectorRegistry

from dashboards.board.feed.database import Database, DatabaseAway
from dashboards.board.feed.writing import Writing
from dashboards.board.live.visitor import User
from dashboards.board.people import cookies
from dashboards.board.people.addresses import forwarded, source_of
from dashboards.board.people.browsers import COOKIE_CHARACTERS_MAX, COOKIE_SECONDS
from dashboards.board.people.cookies import Cookies
from dashboards.board.people.half import HalfSignIns
from dashboards.board.people.local import LocalSignIn, Tried
from dashboards.board.people.oidc import OpenIdConnect
from dashboards.board.people.policy import AccessPolicy
from dashboards.board.people.second_factors import SecondFactors
from dashboards.board.people.sessions import Origin, Session, Sessions
from dashboards.board.people.sign_ins import SignIns
from dashboards.board.people.strangers import Strangers, TooManyStrangers
from dashboards.board.people.telling import Telling
from dashboards.board.people.tokens import new_token

ENTRIES_MAX = 20
ENTRY_EACH_SECONDS = 60.0
"""Sign-ins of one person that the log has at once, and then one in so long. Nobody signs in so
often; a program that does so for each question must not fill the log."""


class Door:
    """Sign-in as the policy has it, and the cookies that go with it."""

    def __init__(
        self,
        policy: AccessPolicy,
        database: Database,
        writing: Writing,
        registry: CollectorRegistry,
    ) -> None:
        self.policy = policy
        self.writing = writing
        self.database = database
        self.cookies = Cookies(policy)
        self.strangers = Strangers()
        self.sessions = Sessions(database, writing, policy, self.strangers)
        self.sign_ins = SignIns(registry)
        self.told = Telling(ENTRIES_MAX, ENTRY_EACH_SECONDS)
        self.local = LocalSignIn(database, writing, self.sign_ins)
        self.half = HalfSignIns(database, self.strangers)
        self.second_factors = SecondFactors(self.sign_ins)
        self.oidc = (
            OpenIdConnect(policy.provider, policy.address) if policy.provider is not None else None
        )

    def address_of(self, request: web.Request) -> str:
        """From where a request came, as far as it can be known."""
        told = request.headers.getall("X-Forwarded-For", []) if self.policy.behind_proxy else []
        return forwarded(told) or request.remote or ""

    def source_of(self, request: web.Request) -> str:
        """Whom to count the request against."""
        return source_of(self.address_of(request))

    def origin_of(self, request: web.Request) -> Origin:
        """What people recognise a session by."""
        return Origin(self.address_of(request), request.headers.get("User-Agent", ""))

    def tried(self, request: web.Request, name: str) -> Tried:
        """Who tries to sign in with ``name``."""
        cookie = self.cookies.read(request, cookies.BROWSER, COOKIE_CHARACTERS_MAX)
        return Tried(name.strip().lower(), self.address_of(request), cookie)

    def token(self, request: web.Request) -> str:
        """The token of the request's session; empty where it has none."""
        return self.cookies.read(request, cookies.SESSION)

    def visit(self, request: web.Request) -> tuple[str, bool]:
        """The browser's secret, and whether it is a new one that must be told to it."""
        held = self.cookies.read(request, cookies.VISIT)
        # A shorter one is not of our making, and might be known to who made it.
        known = len(new_token()) == len(held)
        return (held, False) if known else (new_token(), True)

    async def session(self, request: web.Request) -> Session | None:
        """The session of the request; raises `DatabaseAway` or `TooManyStrangers`."""
        token = self.token(request)
        return await self.sessions.find(token, self.source_of(request)) if token else None

    async def user(self, request: web.Request) -> User | None:
        """Who sent the request; None where they must sign in. Raises as `session`."""
        address = self.address_of(request)
        if not self.policy.sign_in:
            return User("local", address, "local", "operator")
        session = await self.session(request)
        return session.user(address) if session is not None else None

    async def is_out(self, request: web.Request) -> bool:
        """Whether the session of the request has ended, as far as can be told."""
        try:
            return await self.user(request) is None
        except (DatabaseAway, TooManyStrangers):
            return False

    def let_in(self, response: web.StreamResponse, token: str) -> None:
        """Give the browser the token of its session."""
        seconds = self.policy.lifetime.total_seconds()
        self.cookies.give(response, cookies.SESSION, token, seconds)
        self.cookies.take(response, cookies.HALF)
        self.sign_ins.note("signed_in")

    def know_browser(self, request: web.Request, response: web.StreamResponse, name: str) -> None:
        """Know the browser again as one that signed in with ``name``."""
        held = self.cookies.read(request, cookies.BROWSER, COOKIE_CHARACTERS_MAX)
        told = self.local.browsers.with_name(held, name)
        self.cookies.give(response, cookies.BROWSER, told, COOKIE_SECONDS)

    def let_out(self, response: web.StreamResponse) -> None:
        """Take the token of its session away again."""
        self.cookies.take(response, cookies.SESSION)

    def note_visit(self, response: web.StreamResponse, secret: str) -> None:
        """Give the browser its secret."""
        self.cookies.give(response, cookies.VISIT, secret)


DOOR: web.AppKey[Door] = web.AppKey("door", Door)
"""Where the application keeps it."""
