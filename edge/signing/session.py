"""The till's side over HTTPS: signs each request, and learns the server's clock where its own is
wrong."""

import time
from collections.abc import Callable, Mapping
from datetime import datetime
from http import HTTPStatus
from typing import NamedTuple

import msgspec
from aiohttp import ClientResponse, ClientSession
from multidict import CIMultiDictProxy
from yarl import URL

from edge.problems import Code
from edge.signing.signer import Signer

ANSWER_BYTES_MAX = 16 * 1024 * 1024
"""Of an answer's body: above a bundle of 100,000 products. An answer without an end would fill
the till's memory."""


_HARMLESS = ("GET", "HEAD")


class AnswerTooLarge(Exception):
    """The server's answer has more bytes than `ANSWER_BYTES_MAX`."""


class Reply(NamedTuple):
    """What the server said, whatever the status."""

    status: int
    headers: CIMultiDictProxy[str]
    body: bytes


class LearningClock:
    """The wall clock, put right by what a server last told."""

    def __init__(self, wall: Callable[[], float] = time.time) -> None:
        self._wall = wall
        self._ahead = 0.0

    def now(self) -> int:
        """Seconds since 1970 by the server's clock."""
        return int(self._wall() + self._ahead)

    def learn(self, server_time: str) -> bool:
        """Take over a server's time in RFC 3339; False where it is none."""
        try:
            told = datetime.fromisoformat(server_time)
        except ValueError:
            return False
        if told.tzinfo is None:
            return False
        self._ahead = told.timestamp() - self._wall()
        return True


class SignedSession:
    """Requests of one device to one server."""

    def __init__(
        self, session: ClientSession, base: str, signer: Signer, clock: LearningClock | None = None
    ) -> None:
        """``base`` is scheme, host and port; what ``session`` trusts and shows is its own."""
        self._session = session
        self._base = base.rstrip("/")
        self._signer = signer
        self._clock = clock or LearningClock()

    async def request(
        self,
        method: str,
        target: str,
        body: bytes = b"",
        headers: Mapping[str, str] | None = None,
    ) -> Reply:
        """The answer, whatever it says; ``target`` is a path that may have a query.

        A request that is refused for its age is signed once more by the time that the server
        told. Raises aiohttp's errors and `TimeoutError` where no answer came, and
        `AnswerTooLarge`.
        """
        answer = await self._once(method, target, body, headers or {})
        if self._helps_to_sign_again(method, answer):
            answer = await self._once(method, target, body, headers or {})
        return answer

    async def _once(
        self,
        method: str,
        target: str,
        body: bytes,
        headers: Mapping[str, str],
    ) -> Reply:
        signed = self._signer.headers(method, target, body, self._clock.now())
        async with self._session.request(
            method,
            # As it is: what is signed is what goes over the wire.
            URL(self._base + target, encoded=True),
            data=body or None,
            headers={**headers, **signed},
            allow_redirects=False,
        ) as response:
            return Reply(response.status, response.headers, await _whole(response))

    def _helps_to_sign_again(self, method: str, answer: Reply) -> bool:
        if answer.status != HTTPStatus.UNAUTHORIZED:
            return False
        problem = _read_problem(answer.body)
        if problem.code == Code.STALE:
            return self._clock.learn(problem.server_time)
        # aiohttp asks once more, with the same nonce, where a connection broke before the answer.
        return problem.code == Code.REPEATED and method in _HARMLESS


class _ProblemRead(msgspec.Struct):
    code: int = 0
    server_time: str = ""


def _read_problem(body: bytes) -> _ProblemRead:
    try:
        return msgspec.json.decode(body, type=_ProblemRead)
    except msgspec.DecodeError:
        return _ProblemRead()


async def _whole(response: ClientResponse) -> bytes:
    pieces = bytearray()
    async for piece in response.content.iter_any():
        pieces += piece
        if len(pieces) > ANSWER_BYTES_MAX:
            raise AnswerTooLarge(f"the answer has more than {ANSWER_BYTES_MAX} bytes")
    return bytes(pieces)
