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

import jwt
import structlog

from dashboards.board.people.claims import identity_of, verified
from dashboards.board.people.lane import Lane
from dashboards.board.people.policy import Provider, origin_of
from dashboards.board.people.provider import Documents, ProviderFault, Talk
from dashboards.board.people.sessions import Identity
from dashboards.board.people.tokens import new_token, same

RETURN_PATH = "/sign-in/oidc/return"


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

    def __init__(self, provider: Provider, address: str) -> None:
        self._provider = provider
        self._address = address.rstrip("/")
        self._return_to = self._address + RETURN_PATH
        self._documents = Documents(provider.issuer)
        self._lane = Lane()
        self._log: Any = structlog.get_logger("tillstream.board").bind(issuer=provider.issuer)

    async def begin(self, target: str) -> tuple[str, SignInFlow]:
        """Where to send the browser, and what it must bring back. Raises `ProviderFault`."""
        address = await self._documents.endpoint("authorization_endpoint")
        flow = SignInFlow(new_token(), new_token(), new_token(), target)
        challenge = hashlib.sha256(flow.verifier.encode()).digest()
        query = {
            "response_type": "code",
            "client_id": self._provider.client_id,
            "redirect_uri": self._return_to,
            "scope": self._provider.scope,
            "state": flow.state,
            "nonce": flow.nonce,
            "code_challenge": base64.urlsafe_b64encode(challenge).decode().rstrip("="),
            "code_challenge_method": "S256",
        }
        return f"{address}{'&' if '?' in address else '?'}{urlencode(query)}", flow

    async def leave(self) -> str:
        """Where to send who signs out, so that they are out at the provider as well; empty where
        it does not answer, or has no such page at the address by which browsers know it."""
        try:
            address = str((await self._documents.discovery()).get("end_session_endpoint", ""))
        except ProviderFault:
            return ""
        if origin_of(address) != origin_of(self._provider.issuer):
            return ""
        back = {
            "client_id": self._provider.client_id,
            "post_logout_redirect_uri": f"{self._address}/sign-in",
        }
        return f"{address}{'&' if '?' in address else '?'}{urlencode(back)}"

    async def finish(self, query: dict[str, str], flow: SignInFlow) -> Identity:
        """Who came back; raises `Refused` where they prove nothing.

        1. this browser's own return, 2. the code for tokens, 3. what the ID token says.
        """
        if not same(query.get("state", ""), flow.state):
            raise ProviderFault("This is not the sign-in that was begun here. Begin again.")
        if "error" in query:
            self._log.warning("sign_in_refused_by_provider", error=query["error"][:200])
            raise ProviderFault("The sign-in was broken off, or refused. Begin again.")
        try:
            # Anybody can claim to come back: the provider is asked for one at a time.
            async with self._lane.turn():
                id_token = await self._redeem(query.get("code", ""), flow)
            keys = await self._documents.keys_for(id_token)
            claims = verified(id_token, keys, self._provider, flow.nonce)
        except (jwt.PyJWTError, KeyError) as fault:
            self._log.warning("id_token_refused", cause=f"{type(fault).__name__}: {fault}")
            raise ProviderFault("What the provider said of you could not be verified.") from fault
        return identity_of(claims, self._provider)

    async def _redeem(self, code: str, flow: SignInFlow) -> str:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self._return_to,
            "code_verifier": flow.verifier,
        }
        client, secret = self._provider.client_id, self._provider.client_secret
        document = await self._documents.discovery()
        ways = document.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
        login = None
        if "client_secret_basic" in ways:
            login = (quote(client, safe=""), quote(secret, safe=""))
        else:
            form = {**form, "client_id": client, "client_secret": secret}
        address = await self._documents.endpoint("token_endpoint")
        async with Talk() as talk:
            return str((await talk.post(address, form, login))["id_token"])
