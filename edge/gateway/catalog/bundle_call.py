"""`GET /v1/bundle?have=VERSION&wait=25`: the store's catalog, whole or as a difference.

200 with the whole, or with what leads on from ``have``; 204 where there was no news within ``wait``
seconds; 503 before the first catalog has come. ``ETag`` is the hash of the newest version.
"""

import asyncio
import gzip
import re
from dataclasses import dataclass
from http import HTTPStatus

from aiohttp import web

from edge.gateway.catalog import described
from edge.gateway.catalog.described import WAIT_SECONDS_MAX
from edge.gateway.catalog.desk import CatalogDesk, PackedAnswer
from edge.gateway.devices import Devices
from edge.gateway.served import Operation
from edge.problems import Code, Refusal
from edge.signing.guard import CERTIFICATE

PIECE_BYTES = 64 * 1024
"""Written at once. What a slow till has not taken yet waits here and not in copies for each."""

SEND_SECONDS = 60.0
"""How long an answer may take to go out: 100,000 products over a line of 1 Mbit/s. Without an end,
tills that stop reading hold their sockets for ever."""

_VERSION = re.compile(r"[0-9]{1,12}\Z|[0-9a-f]{64}\Z")

_RETRY_AFTER = {"Retry-After": "5"}

GET_BUNDLE = Operation("GET", "/v1/bundle", described.GET_BUNDLE, described.SCHEMAS)


@dataclass(frozen=True, slots=True)
class BundleCall:
    """Answers the call."""

    desk: CatalogDesk
    devices: Devices

    async def get(self, request: web.Request) -> web.StreamResponse:
        """The handler; raises `Refusal`."""
        till = self.devices.asking(request[CERTIFICATE])
        have, wait = _have(request), _wait(request)
        await self._await_news(till.name.till_id, have, wait)
        # Whoever was revoked meanwhile is told nothing.
        self.devices.asking(request[CERTIFICATE])
        if self.desk.catalog is None:
            words = "The centre has told this store no catalog yet."
            raise Refusal(
                HTTPStatus.SERVICE_UNAVAILABLE, Code.UPSTREAM, words, headers=_RETRY_AFTER
            )
        answer = self.desk.answer(have)
        if answer is None:
            headers = {"ETag": f'"{self.desk.catalog.name.sha256}"'} | self._age()
            return web.Response(status=HTTPStatus.NO_CONTENT, headers=headers)
        return await _sent(request, answer, self._age())

    def _age(self) -> dict[str, str]:
        age_seconds = self.desk.age_seconds
        return {} if age_seconds is None else {"Age": str(age_seconds)}

    async def _await_news(self, till_id: str, have: str | None, wait: int) -> None:
        desk = self.desk
        if desk.catalog is None or (have and desk.answer(have) is None):
            await desk.waiting.wait(till_id, wait)


def _have(request: web.Request) -> str | None:
    have = request.query.get("have")
    if have is not None and not _VERSION.match(have):
        raise _wrong("have is a catalog_version or a SHA-256 in lower-case hex.")
    return have


def _wait(request: web.Request) -> int:
    wait = request.query.get("wait", "0")
    if not wait.isascii() or not wait.isdigit() or len(wait) > 9:
        raise _wrong("wait is a number of seconds.")
    return min(int(wait), WAIT_SECONDS_MAX)


def _wrong(detail: str) -> Refusal:
    return Refusal(HTTPStatus.BAD_REQUEST, Code.REQUEST, detail)


async def _sent(
    request: web.Request, answer: PackedAnswer, age: dict[str, str]
) -> web.StreamResponse:
    body, headers = answer.packed, {"ETag": f'"{answer.name.sha256}"', "Vary": "Accept-Encoding"}
    headers |= age
    if "gzip" in request.headers.get("Accept-Encoding", ""):
        headers["Content-Encoding"] = "gzip"
    else:
        body = await asyncio.to_thread(gzip.decompress, body)
    response = web.StreamResponse(headers=headers)
    response.content_type = "application/json"
    response.content_length = len(body)
    try:
        async with asyncio.timeout(SEND_SECONDS):
            await _written(request, response, body)
    except TimeoutError:
        if request.transport is not None:
            request.transport.abort()
    return response


async def _written(request: web.Request, response: web.StreamResponse, body: bytes) -> None:
    await response.prepare(request)
    for at in range(0, len(body), PIECE_BYTES):
        await response.write(body[at : at + PIECE_BYTES])
    await response.write_eof()
