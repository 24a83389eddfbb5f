"""The source of device lists where the registration itself is in reach: it is asked every second.

A store that is fed by the centre does not ask: the list comes down to it.
"""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import quote

from aiohttp import ClientError, ClientResponse, ClientSession, ClientTimeout, TCPConnector

from clients.registration import RegistrationAccess
from edge.gateway.feeds.lists import LIST_BYTES_MAX
from edge.gateway.feeds.news import Hear, News, NewsKind
from following.outage import Outage

ASK_SECONDS = 1.0
"""How late a revocation arrives. Each question is one look at one row, for one store."""

ANSWER_SECONDS_MAX = 20.0
"""A little above what the registration itself waits for its database."""

_NOTHING_NEWER = (HTTPStatus.NO_CONTENT, HTTPStatus.NOT_FOUND)
"""The latter where no till was ever registered."""


class _NoList(Exception):
    """The registration has answered something else; the text says what."""


@dataclass(frozen=True, slots=True)
class AskedRegistration:
    """Brings the newest list of a location to ``hear``; ``above`` tells the number of the list
    that nobody needs to bring again, and ``is_current`` hears that nothing newer is there."""

    access: RegistrationAccess
    location_id: str
    hear: Hear
    above: Callable[[], int]
    outage: Outage
    is_current: Callable[[], None]

    async def run(self) -> None:
        """Ask for ever; wait while nobody answers."""
        never = asyncio.Event()
        async with self._session() as http:
            while True:
                try:
                    await self._ask(http)
                except (ClientError, OSError, TimeoutError, _NoList) as fault:
                    await self.outage.wait(fault, never)
                else:
                    self.outage.note_answer()
                    self.is_current()
                    await asyncio.sleep(ASK_SECONDS)

    @contextlib.asynccontextmanager
    async def _session(self) -> AsyncGenerator[ClientSession]:
        connector = TCPConnector(ssl=self.access.tls.context())
        timeout = ClientTimeout(total=ANSWER_SECONDS_MAX)
        async with ClientSession(connector=connector, timeout=timeout) as http:
            yield http

    async def _ask(self, http: ClientSession) -> None:
        path = f"/v1/locations/{quote(self.location_id, safe='')}/device-list"
        above = {"above": str(self.above())}
        async with http.get(self.access.url.rstrip("/") + path, params=above) as answer:
            if answer.status in _NOTHING_NEWER:
                return
            if answer.status != HTTPStatus.OK:
                raise _NoList(f"the registration answered {answer.status} {answer.reason}")
            told = await _whole(answer)
        await self.hear([News(NewsKind.DEVICE_LIST, self.location_id, told)])


async def _whole(answer: ClientResponse) -> bytes:
    pieces = bytearray()
    async for piece in answer.content.iter_any():
        pieces += piece
        if len(pieces) > LIST_BYTES_MAX:
            raise _NoList(f"the list has more than {LIST_BYTES_MAX} bytes")
    return bytes(pieces)
