"""Asks the centre's store API, one second at most in all.

Once it does not answer, nobody waits for it again: it is looked for in the background, and asked
once it is back.
"""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from http import HTTPStatus
from typing import NamedTuple, Protocol

from aiohttp import ClientError, ClientResponse, ClientSession, ClientTimeout, TCPConnector

from clients.store_api import StoreApiAccess

ANSWER_SECONDS_MAX = 1.0
"""For an answer, with its way there and back and what waits before it. A customer stands there."""

AT_ONCE_MAX = 4
"""Questions under way: as many turns as the store API gives a store."""

BYTES_MAX = 2 * 1024 * 1024
"""Of an answer: five thousand shops that have a product."""

LOOK_SECONDS = 5.0
"""Between two looks at whether it is there, while nobody asks."""

_PASSING = (HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_MANY_REQUESTS)
"""Answers that say nothing of the next one."""


class CentreAway(Exception):
    """The centre's store API does not answer, or answers nonsense; the text says what."""


class TellsOutage(Protocol):
    """Tells people that the store API is away, and paces who waits for it."""

    async def wait(self, cause: BaseException, stopping: asyncio.Event) -> None:
        """Note a failure, and wait before the next attempt."""
        ...

    def note_answer(self) -> None:
        """Note that it answers."""
        ...


class CentreAnswer(NamedTuple):
    """What it has said."""

    status: int
    body: bytes


class AskedCentre:
    """Asks for one store. One loop's only; `run` must run beside it."""

    def __init__(self, access: StoreApiAccess, outage: TellsOutage) -> None:
        self._url = access.url.rstrip("/")
        self._tls = access.tls
        self._outage = outage
        self._turns = asyncio.Semaphore(AT_ONCE_MAX)
        self._http: ClientSession | None = None
        self._away: BaseException | None = None
        self._is_away = asyncio.Event()

    async def run(self) -> None:
        """Look for it for ever, often while it is away."""
        never = asyncio.Event()
        async with self._session() as self._http:
            while True:
                try:
                    await self._look()
                except _FAULTS as fault:
                    self._note_away(fault)
                    await self._outage.wait(fault, never)
                else:
                    self._note_back()
                    await self._rest()

    async def ask(self, method: str, path: str, body: bytes | None = None) -> CentreAnswer:
        """The answer to a question of this store; raises `CentreAway`, at once while it is known
        to be away."""
        if self._http is None or self._away is not None:
            raise CentreAway(f"the store API is away: {self._away or 'nobody has asked it yet'}")
        try:
            async with asyncio.timeout(ANSWER_SECONDS_MAX), self._turns:
                answer = await self._asked(self._http, method, path, body)
        except _FAULTS as fault:
            self._note_away(fault)
            raise CentreAway(f"the store API does not answer: {fault!r}") from fault
        if answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR or answer.status in _PASSING:
            raise CentreAway(f"the store API answered {answer.status}")
        return answer

    async def _look(self) -> None:
        if self._http is None:
            return
        async with asyncio.timeout(ANSWER_SECONDS_MAX):
            answer = await self._asked(self._http, "GET", "/ready", None)
        if answer.status != HTTPStatus.OK:
            raise CentreAway(f"the store API is not ready: {answer.status}")

    async def _asked(
        self, http: ClientSession, method: str, path: str, body: bytes | None
    ) -> CentreAnswer:
        async with http.request(method, self._url + path, data=body) as answer:
            return CentreAnswer(answer.status, await _whole(answer))

    async def _rest(self) -> None:
        """Until the next look, or until somebody finds it away."""
        self._is_away.clear()
        try:
            async with asyncio.timeout(LOOK_SECONDS):
                await self._is_away.wait()
        except TimeoutError:
            return

    def _note_away(self, fault: BaseException) -> None:
        self._away = fault
        self._is_away.set()

    def _note_back(self) -> None:
        self._away = None
        self._outage.note_answer()

    @asynccontextmanager
    async def _session(self) -> AsyncGenerator[ClientSession]:
        """Connections are kept, so that a question waits for no handshake."""
        connector = TCPConnector(ssl=self._tls.context(), limit=AT_ONCE_MAX + 1)
        timeout = ClientTimeout(total=ANSWER_SECONDS_MAX)
        async with ClientSession(connector=connector, timeout=timeout) as http:
            yield http


_FAULTS = (ClientError, OSError, TimeoutError, CentreAway)


async def _whole(answer: ClientResponse) -> bytes:
    pieces = bytearray()
    async for piece in answer.content.iter_any():
        pieces += piece
        if len(pieces) > BYTES_MAX:
            raise CentreAway(f"the answer has more than {BYTES_MAX} bytes")
    return bytes(pieces)
