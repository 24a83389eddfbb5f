"""Asks the gateway for a program: signed, in time, and with a clear word where nobody answers."""

import asyncio
import ssl
import time
from collections.abc import AsyncGenerator, Mapping
from contextlib import asynccontextmanager
from http import HTTPStatus

from aiohttp import ClientError, ClientSession, ClientTimeout, DummyCookieJar, TCPConnector

from edge.problems import Code, Refusal
from edge.proxy import peer
from edge.proxy.metrics import ProxyMetrics
from edge.signing.session import AnswerTooLarge, Reply, SignedSession
from edge.signing.signer import Signer

CONNECT_SECONDS_MAX = 3.0
"""To reach the gateway, which stands in the same building. More keeps a cashier waiting."""

ANSWER_SECONDS_MAX = 40.0
"""For a whole answer: a call for news is held open for 25 s, and large news take a while."""

AT_ONCE_MAX = 32
"""Requests under way. One till asks for few; without an end, a program in a loop would fill the
memory with answers."""

_RETRY_AFTER = {"Retry-After": "2"}


class Upstream:
    """The way to this till's gateway."""

    def __init__(self, signed: SignedSession, metrics: ProxyMetrics) -> None:
        self._signed = signed
        self._metrics = metrics
        self._under_way = 0

    async def ask(self, method: str, target: str, body: bytes, headers: Mapping[str, str]) -> Reply:
        """The gateway's answer, whatever it says. Raises `Refusal` where there is none."""
        if self._under_way >= AT_ONCE_MAX:
            raise Refusal(
                HTTPStatus.SERVICE_UNAVAILABLE,
                Code.BUSY,
                f"{AT_ONCE_MAX} requests are under way; wait for one of them.",
                headers=_RETRY_AFTER,
            )
        self._under_way += 1
        begun = time.monotonic()
        try:
            return await self._asked(method, target, body, headers)
        finally:
            self._under_way -= 1
            self._metrics.answer_seconds.observe(time.monotonic() - begun)

    async def _asked(
        self, method: str, target: str, body: bytes, headers: Mapping[str, str]
    ) -> Reply:
        try:
            async with asyncio.timeout(ANSWER_SECONDS_MAX):
                reply = await self._signed.request(method, target, body, headers)
        except TimeoutError as error:
            raise self._away(HTTPStatus.GATEWAY_TIMEOUT, "did not answer in time") from error
        except UnicodeEncodeError as error:
            raise Refusal(
                HTTPStatus.BAD_REQUEST, Code.REQUEST, "Path and query must be ASCII."
            ) from error
        except (ClientError, OSError, AnswerTooLarge) as error:
            raise self._away(HTTPStatus.BAD_GATEWAY, _why(error)) from error
        self._metrics.gateway_up.set(1)
        return reply

    def _away(self, status: HTTPStatus, why: str) -> Refusal:
        self._metrics.gateway_up.set(0)
        return Refusal(status, Code.UPSTREAM, f"The gateway {why}.", headers=_RETRY_AFTER)


def _why(error: Exception) -> str:
    found: BaseException | None = error
    while found is not None:
        if isinstance(found, ssl.SSLCertVerificationError):
            return f"is not to be trusted: {found.args[-1]}"
        found = found.__cause__ or getattr(found, "os_error", None)
    # TLS 1.3 tells a client that is refused only by ending the connection.
    return f"is away, or does not take this till's certificate: {error}"


@asynccontextmanager
async def upstream(
    gateway: str, till: peer.TillIdentity, metrics: ProxyMetrics
) -> AsyncGenerator[Upstream]:
    """The way to ``gateway``, an address https://HOST:PORT; raises `IdentityError`."""
    connector = TCPConnector(
        ssl=peer.context(till, metrics.tell_end), limit=AT_ONCE_MAX, enable_cleanup_closed=True
    )
    async with ClientSession(
        connector=connector,
        timeout=ClientTimeout(total=None, sock_connect=CONNECT_SECONDS_MAX),
        cookie_jar=DummyCookieJar(),
        # What is passed on is what came.
        auto_decompress=False,
        skip_auto_headers=("Accept-Encoding", "User-Agent"),
    ) as http:
        signed = SignedSession(http, gateway, Signer(till.key, till.certificate))
        yield Upstream(signed, metrics)
