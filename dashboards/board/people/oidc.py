"""Signing in at an OpenID Connect provider: authorization code with PKCE, ID token verified.

Ours, for the libraries at hand send a client's name and secret as they are, where RFC 6749 (2.3.1)
wants them escaped, and read answers of any length.
"""

import base64
import hashlib
import json
from dataclasses import asdict, dataclass
from typing import Any
from urllib.parse import quote, urlencode

import aiohttp
import jwt
import structlog

from dashboards.board.feed.writing import Actor, Writing
from dashboards.board.live.visitor import RequestRefused
from dashboards.board.people.claims import identity_of, verified
from dashboards.board.people.policy import Provider
from dashboards.board.people.sessions import Identity, Sessions
from dashboards.board.people.tokens import new_token, same

RETURN_PATH = "/sign-in/oidc/return"

ANSWER_SECONDS = 10
"""How long the provider may take for one answer: somebody waits in front of a blank page."""

ANSWER_BYTES_MAX = 1_000_000
"""Longest answer that is read: documents and tokens have some thousand bytes."""

_DISCOVERY = "/.well-known/openid-configuration"


class ProviderFault(RequestRefused):
    """The provider did not answer as it must, or what it said is not true."""

    def __init__(self, explanation: str) -> None:
        super().__init__("Not signed in", explanation, 502)


@dataclass(frozen=True, slots=True)
class SignInFlow:
    """One sign-in under way. The browser keeps it, in a cookie that no script and no other site
    can read, so that a board that is restarted, or a second one, can go on with it."""

    state: str
    nonce: str
    verifier: str
    next: str

    def as_cookie(self) -> str:
        """For the browser to keep."""
        return base64.urlsafe_b64encode(json.dumps(asdict(self)).encode()).decode()


def flow_of(cookie: str) -> SignInFlow | None:
    """The sign-in that a browser kept; None where it kept none that can be read."""
    try:
        told: Any = json.loads(base64.urlsafe_b64decode(cookie))
        return SignInFlow(**{name: str(value) for name, value in told.items()})
    except (ValueError, TypeError, AttributeError):
        return None


class OpenIdConnect:
    """Sends browsers to the provider, and believes what they bring back once it is verified."""

    def __init__(
        self, provider: Provider, address: str, writing: Writing, sessions: Sessions
    ) -> None:
        self._provider = provider
        self._return_to = address.rstrip("/") + RETURN_PATH
        self._writing = writing
        self._sessions = sessions
        self._log: Any = structlog.get_logger("tillstream.board").bind(issuer=provider.issuer)

    async def begin(self, target: str) -> tuple[str, SignInFlow]:
        """Where to send the browser, and what it must bring back. Raises `ProviderFault`."""
        async with _talk() as http:
            document = await self._discover(http)
        flow = SignInFlow(new_token(), new_token(), new_token(), target)
        challenge = hashlib.sha256(flow.verifier.encode()).digest()
        query = {
            "response_type": "code",
            "client_id": self._provider.client_id,
            "redirect_uri": self._return_to,
            "scope": "openid profile email",
            "state": flow.state,
            "nonce": flow.nonce,
            "code_challenge": base64.urlsafe_b64encode(challenge).decode().rstrip("="),
            "code_challenge_method": "S256",
        }
        address = str(document["authorization_endpoint"])
        return f"{address}{'&' if '?' in address else '?'}{urlencode(query)}", flow

    async def finish(self, query: dict[str, str], flow: SignInFlow, address: str) -> str:
        """The token of a session for who came back; `RequestRefused` where they prove nothing."""
        identity = await self._identity(query, flow)
        async with self._writing.transaction(Actor(identity.who, address)) as work:
            await work.record("sign_in", f"users/{identity.who}", None, {"role": identity.role})
            return await self._sessions.open(work, identity)

    async def _identity(self, query: dict[str, str], flow: SignInFlow) -> Identity:
        """1. this browser's own return, 2. the code for tokens, 3. what the ID token says."""
        if not same(query.get("state", ""), flow.state):
            raise ProviderFault("This is not the sign-in that was begun here. Begin again.")
        if "error" in query:
            self._log.warning("sign_in_refused_by_provider", error=query["error"][:200])
            raise ProviderFault("The sign-in was broken off, or refused. Begin again.")
        try:
            async with _talk() as http:
                document = await self._discover(http)
                id_token = await self._redeem(http, document, query.get("code", ""), flow)
                keys = await _read(http, "GET", str(document["jwks_uri"]))
            claims = verified(id_token, keys, self._provider, flow.nonce)
        except (jwt.PyJWTError, KeyError) as fault:
            self._log.warning("id_token_refused", cause=f"{type(fault).__name__}: {fault}")
            raise ProviderFault("What the provider said of you could not be verified.") from fault
        return identity_of(claims, self._provider)

    async def _discover(self, http: aiohttp.ClientSession) -> dict[str, Any]:
        issuer = self._provider.issuer
        document = await _read(http, "GET", issuer.rstrip("/") + _DISCOVERY)
        if document.get("issuer") != issuer:
            raise ProviderFault(f"{issuer} calls itself {str(document.get('issuer'))[:200]}.")
        return document

    async def _redeem(
        self, http: aiohttp.ClientSession, document: dict[str, Any], code: str, flow: SignInFlow
    ) -> str:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self._return_to,
            "code_verifier": flow.verifier,
        }
        client, secret = self._provider.client_id, self._provider.client_secret
        ways = document.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
        headers: dict[str, str] = {}
        if "client_secret_basic" in ways:
            login, password = quote(client, safe=""), quote(secret, safe="")
            headers["Authorization"] = aiohttp.encode_basic_auth(login, password)
        else:
            form = {**form, "client_id": client, "client_secret": secret}
        address = str(document["token_endpoint"])
        return str((await _read(http, "POST", address, data=form, headers=headers))["id_token"])


def _talk() -> aiohttp.ClientSession:
    return aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=ANSWER_SECONDS))


async def _read(
    http: aiohttp.ClientSession, method: str, address: str, **sent: Any
) -> dict[str, Any]:
    """The JSON object at an address of the provider; redirects are not followed."""
    try:
        async with http.request(method, address, allow_redirects=False, **sent) as answer:
            if answer.status != 200:
                raise ProviderFault(f"The provider answered {answer.status} at {address}.")
            read: Any = json.loads(await _whole(answer.content))
    except (aiohttp.ClientError, TimeoutError, ValueError) as fault:
        raise ProviderFault("The provider does not answer. Try again in a moment.") from fault
    if not isinstance(read, dict):
        raise ProviderFault(f"The provider answered something else than an object at {address}.")
    return read  # pyright: ignore[reportUnknownVariableType]


async def _whole(content: aiohttp.StreamReader) -> bytes:
    """All of an answer, in however many pieces it comes; ValueError where it is too long."""
    body = b""
    async for piece in content.iter_any():
        body += piece
        if len(body) > ANSWER_BYTES_MAX:
            raise ValueError("the answer is too long")
    return body
