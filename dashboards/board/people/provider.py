"""What an OpenID Connect provider says of itself, asked for seldom and read to the end."""

import asyncio
import json
import time
from collections.abc import Callable
from types import TracebackType
from typing import Any

import aiohttp
import jwt

from dashboards.board.live.visitor import RequestRefused
from dashboards.board.people.policy import is_safe

ANSWER_SECONDS = 10
"""How long the provider may take for one answer: somebody waits in front of a blank page."""

ANSWER_BYTES_MAX = 1_000_000
"""Longest answer that is read: documents and tokens have some thousand bytes."""

BELIEVED_SECONDS = 600.0
"""How long a document is believed. Keys change within days, and an unknown one is asked for."""

ASKED_AGAIN_SECONDS = 5.0
"""After a question, and after one that failed, how long nobody asks again: strangers may come to
the sign-in page as often as they like, and must not make us ask the provider as often."""

_DISCOVERY = "/.well-known/openid-configuration"


class ProviderFault(RequestRefused):
    """The provider did not answer as it must, or what it said is not true."""

    def __init__(self, explanation: str) -> None:
        super().__init__("Not signed in", explanation, 502)


class Talk:
    """A few requests to the provider. Redirects are not followed."""

    def __init__(self) -> None:
        self._http = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=ANSWER_SECONDS))

    async def __aenter__(self) -> "Talk":
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._http.close()

    async def get(self, address: str) -> dict[str, Any]:
        """The JSON object at ``address``; raises `ProviderFault`."""
        return await self._read("GET", address)

    async def post(
        self, address: str, form: dict[str, str], login: tuple[str, str] | None
    ) -> dict[str, Any]:
        """What is answered to a form; raises `ProviderFault`."""
        headers = {"Authorization": aiohttp.encode_basic_auth(*login)} if login else {}
        return await self._read("POST", address, data=form, headers=headers)

    async def _read(self, method: str, address: str, **sent: Any) -> dict[str, Any]:
        try:
            async with self._http.request(method, address, allow_redirects=False, **sent) as answer:
                if answer.status != 200:
                    raise ProviderFault(f"The provider answered {answer.status} at {address}.")
                read: Any = json.loads(await _whole(answer.content))
        except (aiohttp.ClientError, TimeoutError, ValueError) as fault:
            raise ProviderFault("The provider does not answer. Try again in a moment.") from fault
        if not isinstance(read, dict):
            raise ProviderFault(f"The provider answered something else than an object: {address}.")
        return read  # pyright: ignore[reportUnknownVariableType]


class _Document:
    """One document: asked for by one visitor at a time, and not again for a while."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._asking = asyncio.Lock()
        self._known: dict[str, Any] = {}
        self._fault: ProviderFault | None = None
        self._asked_at = -BELIEVED_SECONDS

    async def read(self, address: str, *, anew: bool = False) -> dict[str, Any]:
        """The document; ``anew`` where what is known does not do. Raises `ProviderFault`."""
        async with self._asking:
            age = self._clock() - self._asked_at
            if age >= BELIEVED_SECONDS or (
                (anew or self._fault is not None) and age >= ASKED_AGAIN_SECONDS
            ):
                await self._ask(address)
            if self._fault is not None:
                raise self._fault
            return self._known

    async def _ask(self, address: str) -> None:
        try:
            async with Talk() as talk:
                self._known, self._fault = await talk.get(address), None
        except ProviderFault as fault:
            self._fault = fault
        self._asked_at = self._clock()


class Documents:
    """Its discovery document and its keys."""

    def __init__(self, issuer: str, clock: Callable[[], float] = time.monotonic) -> None:
        self._issuer = issuer
        self._discovery = _Document(clock)
        self._keys = _Document(clock)

    async def discovery(self) -> dict[str, Any]:
        """What the provider says of itself; raises `ProviderFault`."""
        document = await self._discovery.read(self._issuer.rstrip("/") + _DISCOVERY)
        if document.get("issuer") != self._issuer:
            raise ProviderFault(f"{self._issuer} calls itself {str(document.get('issuer'))[:200]}.")
        return document

    async def endpoint(self, name: str) -> str:
        """One of its addresses. One without https is refused: who stands between could hand out
        keys of their own."""
        address = str((await self.discovery()).get(name, ""))
        if not is_safe(address):
            raise ProviderFault(f"The provider names no https address as its {name}.")
        return address

    async def keys_for(self, token: str) -> dict[str, Any]:
        """The provider's JWK set, read anew where it lacks the key that ``token`` names."""
        address = await self.endpoint("jwks_uri")
        known = await self._keys.read(address)
        wanted = jwt.get_unverified_header(token).get("kid")
        if wanted is None or wanted in _kids(known):
            return known
        return await self._keys.read(address, anew=True)


def _kids(keys: dict[str, Any]) -> set[object]:
    listed: Any = keys.get("keys")
    return {key.get("kid") for key in listed or () if isinstance(key, dict)}  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]


async def _whole(content: aiohttp.StreamReader) -> bytes:
    """All of an answer, in however many pieces it comes; ValueError where it is too long."""
    body = b""
    async for piece in content.iter_any():
        body += piece
        if len(body) > ANSWER_BYTES_MAX:
            raise ValueError("the answer is too long")
    return body
