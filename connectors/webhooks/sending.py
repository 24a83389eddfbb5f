"""One attempt: a signed POST, and what came of it, in one line."""

import asyncio
import time
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from aiohttp import ClientError, ClientResponse, ClientSession, ClientTimeout, TCPConnector

from connectors.webhooks.addresses import GuardedResolver, Reach
from connectors.webhooks.errors import WebhookRefused
from connectors.webhooks.signing import headers

ANSWER_BYTES_READ = 400
"""Of an answer that is no success, for the error. The rest is never read: it may be 30 MB."""

USER_AGENT = "Tillstream-Webhooks/1"


@dataclass(frozen=True, slots=True)
class EndpointAnswer:
    """``error`` is empty where the endpoint took the message."""

    status: int | None
    error: str
    seconds: float


class Sender:
    """Sends messages to endpoints, each attempt within the timeout."""

    def __init__(self, session: ClientSession, reach: Reach, timeout_seconds: float) -> None:
        self._session = session
        self._reach = reach
        self._timeout_seconds = timeout_seconds

    async def send(self, url: str, secret: str, message_id: str, body: bytes) -> EndpointAnswer:
        """One attempt. Never raises for what an endpoint does or an address is."""
        started = time.monotonic()
        status, error = None, ""
        try:
            self._reach.require_url(url)
            async with asyncio.timeout(self._timeout_seconds):
                status, error = await self._post(url, secret, message_id, body)
        except TimeoutError:
            error = f"no answer within {self._timeout_seconds:g} s"
        except (ClientError, WebhookRefused, OSError, ValueError) as fault:
            error = _line(fault)
        return EndpointAnswer(status, error, time.monotonic() - started)

    async def _post(self, url: str, secret: str, message_id: str, body: bytes) -> tuple[int, str]:
        carried = headers(secret, message_id, int(time.time()), body)
        # A redirect is refused: it would carry the message where nobody has named.
        answer = await self._session.post(url, data=body, headers=carried, allow_redirects=False)
        try:
            return answer.status, "" if 200 <= answer.status < 300 else await _fault(answer)
        finally:
            answer.close()


async def _fault(answer: ClientResponse) -> str:
    if 300 <= answer.status < 400:
        return f"answered {answer.status}: redirects are not followed"
    start = await answer.content.read(ANSWER_BYTES_READ)
    text = " ".join(start.decode(errors="replace").replace("\0", "").split())
    return f"answered {answer.status}: {text}" if text else f"answered {answer.status}"


def _line(fault: BaseException) -> str:
    text = str(fault.__cause__ if isinstance(fault.__cause__, WebhookRefused) else fault)
    return " ".join(text.split()) or type(fault).__name__


@asynccontextmanager
async def sender(reach: Reach, timeout_seconds: float) -> AsyncGenerator[Sender]:
    """A sender for the length of a block. Proxies and cookies of the machine are not used."""
    connector = TCPConnector(
        # Each endpoint has its own bound; one for all would let a hanging one delay the others.
        limit=0,
        resolver=GuardedResolver(reach),
        # A name that is mended, or taken over, is asked for anew at each attempt.
        use_dns_cache=False,
        force_close=True,
    )
    async with ClientSession(
        connector=connector,
        timeout=ClientTimeout(total=timeout_seconds),
        headers={"User-Agent": USER_AGENT},
        auto_decompress=False,
        trust_env=False,
    ) as session:
        yield Sender(session, reach, timeout_seconds)
