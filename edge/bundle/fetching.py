"""A till's way to news: asks the gateway again and again, and waits there until there is some.

Nothing here stops a sale. While the gateway is away, or says what cannot be used, the till sells
by what it holds.
"""

import asyncio
import random
import zlib
from collections.abc import Callable
from http import HTTPStatus
from typing import Protocol

import msgspec
from aiohttp import ClientError
from multidict import CIMultiDictProxy

from edge.bundle.errors import (
    AnotherVersion,
    BundleError,
    BundleTooLarge,
    UnreadableBundle,
)
from edge.bundle.form import BUNDLE_BYTES_MAX
from edge.bundle.holding import CatalogHolder
from edge.signing.session import AnswerTooLarge, Reply

PATH = "/v1/bundle"

WAIT_SECONDS = 25
"""How long the gateway is asked to hold the question. Proxies and firewalls close what says
nothing for half a minute; with less, a store of 200 tills asks all the time."""

ANSWER_SECONDS = 60.0
"""Beyond that wait, for the answer itself: a first bundle over a slow line."""

AGAIN_SECONDS = 1.0
AGAIN_SECONDS_MAX = 30.0
"""Between two tries, doubled from the one up to the other: a store's tills must not come back all
at once, and a price must not wait longer than that once the gateway is back."""

_GZIP_MAGIC = b"\x1f\x8b"
_GZIP = 16 + zlib.MAX_WBITS

_AWAY = (ClientError, OSError, TimeoutError, AnswerTooLarge, BundleError)


class Asks(Protocol):
    """Sends a signed request, as `edge.signing.session.SignedSession` does."""

    async def request(self, method: str, target: str) -> Reply:
        """The answer, whatever it says."""
        ...


class GatewayRefused(BundleError):
    """The gateway answered that it has no bundle for this till now."""

    def __init__(self, reply: Reply) -> None:
        super().__init__(f"the gateway answers {reply.status}: {reply.body[:200]!r}")
        self.retry_after = _seconds(reply.headers)


class CatalogFetcher:
    """Keeps one till's holder up to date."""

    def __init__(
        self, gateway: Asks, holder: CatalogHolder, told: Callable[[Exception | None], object]
    ) -> None:
        """``told`` hears of each try: what was wrong, or None where the till is up to date now."""
        self._gateway = gateway
        self._holder = holder
        self._told = told

    async def run(self) -> None:
        """Fetch for ever."""
        pause = AGAIN_SECONDS
        while True:
            try:
                await self.fetch(WAIT_SECONDS)
            except _AWAY as error:
                self._told(error)
                asked = error.retry_after if isinstance(error, GatewayRefused) else 0.0
                # Jitter: all tills of a store have lost the gateway at the same moment.
                await asyncio.sleep(max(asked, pause * random.uniform(0.5, 1.0)))  # noqa: S311
                pause = min(2 * pause, AGAIN_SECONDS_MAX)
            else:
                self._told(None)
                pause = AGAIN_SECONDS

    async def fetch(self, wait_seconds: int) -> bool:
        """Ask once, and take what there is; whether there was news.

        Raises `BundleError`, and what the way to the gateway raises; what was held is held.
        """
        held = self._holder.sha256
        have = f"have={held}&" if held else ""
        async with asyncio.timeout(wait_seconds + ANSWER_SECONDS):
            reply = await self._gateway.request("GET", f"{PATH}?{have}wait={wait_seconds}")
            try:
                return self._take(reply)
            except AnotherVersion:
                return self._take(await self._gateway.request("GET", PATH))

    def _take(self, reply: Reply) -> bool:
        if reply.status == HTTPStatus.NO_CONTENT:
            return False
        if reply.status != HTTPStatus.OK:
            raise GatewayRefused(reply)
        body = _unpacked(reply.body)
        if _leads_on(body):
            self._holder.take_difference(body)
        else:
            self._holder.take_whole(body, reply.headers.get("ETag", "").strip('"'))
        return True


def _unpacked(body: bytes) -> bytes:
    """What was packed by gzip, where nobody on the way has unpacked it; no more than a bundle may
    have."""
    if not body.startswith(_GZIP_MAGIC):
        return body
    try:
        unpacked = zlib.decompressobj(_GZIP).decompress(body, BUNDLE_BYTES_MAX + 1)
    except zlib.error as error:
        raise UnreadableBundle(f"the answer cannot be unpacked: {error}") from error
    if len(unpacked) > BUNDLE_BYTES_MAX:
        raise BundleTooLarge(f"a bundle has {BUNDLE_BYTES_MAX} bytes at most")
    return unpacked


class _Told(msgspec.Struct, rename={"origin": "from"}):
    origin: str = ""


def _leads_on(body: bytes) -> bool:
    """Whether it is a difference; what is nothing at all is refused as a whole."""
    try:
        return bool(msgspec.json.decode(body, type=_Told).origin)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return False


def _seconds(headers: CIMultiDictProxy[str]) -> float:
    try:
        return min(float(headers.get("Retry-After", "0")), AGAIN_SECONDS_MAX)
    except ValueError:
        return 0.0
