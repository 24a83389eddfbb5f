"""A store API that says byte for byte what a test wants, over real TLS, to who asks it so."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import structlog
from prometheus_client import CollectorRegistry, Gauge

from clients.store_api import StoreApiAccess
from clients.tls import Tls
from edge.gateway.elsewhere.asking import AskedCentre
from following.outage import Outage
from identity.names import ServiceName, StoreName
from tests.gateways import HOST, Fleet
from tests.unit.edge.gateway.stores import LOCATION

Script = Callable[[str, asyncio.StreamWriter], Awaitable[None]]
"""Answers the request with this first line."""


def http(body: bytes, status: str = "200 OK") -> bytes:
    head = f"HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n"
    return head.encode() + b"\r\n" + body


READY = http(b'{"ready": true}')


class ScriptedApi:
    """What is asked, and how many connections came."""

    def __init__(self, script: Script) -> None:
        self.script = script
        self.asked: list[str] = []
        self.is_ready = True

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode()
                first = head.splitlines()[0]
                if "content-length" in head.lower():
                    length = head.lower().split("content-length:")[1].split("\r\n")[0]
                    await reader.readexactly(int(length))
                if first.startswith("GET /ready"):
                    ready = READY if self.is_ready else http(b"{}", "503 Service Unavailable")
                    writer.write(ready)
                    continue
                self.asked.append(first)
                await self.script(first, writer)
                await writer.drain()
        writer.close()


@asynccontextmanager
async def scripted(folder: Path, script: Script) -> AsyncIterator[tuple[ScriptedApi, AskedCentre]]:
    """Such a server, and who asks it, which has found it there."""
    fleet, api = Fleet(folder), ScriptedApi(script)
    context = fleet.server(ServiceName("store-api"))
    server = await asyncio.start_server(api.answer, HOST, 0, ssl=context)
    port = server.sockets[0].getsockname()[1]
    own = fleet.identity(StoreName(LOCATION))
    access = StoreApiAccess(
        f"https://{HOST}:{port}", Tls(fleet.authorities, own.certificate, own.key)
    )
    up = Gauge("up", "up", registry=CollectorRegistry())
    centre = AskedCentre(access, Outage("store_api", up, structlog.get_logger("test")))
    looking = asyncio.create_task(centre.run())
    try:
        while not up._value.get():  # noqa: SLF001, ASYNC110
            await asyncio.sleep(0.01)
        yield api, centre
    finally:
        looking.cancel()
        await asyncio.gather(looking, return_exceptions=True)
        server.close()
