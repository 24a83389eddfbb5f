"""The gateway on its port: TLS 1.3, by a device's certificate, and closed to who may not ask."""

import asyncio
import ssl
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware
from cryptography import x509

from edge.gateway.devices import Devices
from edge.problems import Refusal
from edge.signing.guard import certificate_shown
from identity.dateless import ignore_dates
from identity.files import pem

IDLE_SECONDS = 75.0
"""How long a connection may say nothing. A till sends a heartbeat every 60 s; less makes it shake
hands for each, and without an end, connections that are left hold every socket."""

SHUTDOWN_SECONDS = 5.0
"""How long a stop waits for answers that are under way."""


def tls(
    certificate: Path, key: Path, authorities: Path, issuing: Sequence[x509.Certificate]
) -> ssl.SSLContext:
    """What the gateway shows, and who may come in: devices that ``authorities`` vouch for, or
    ``issuing``, which tills do not send along. Dates are not looked at: the list of devices counts.
    Who shows nothing is asked by no till's call, and is let in for health and the document alone.

    Raises OSError where a file is unusable.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.load_cert_chain(certificate, key)
    context.load_verify_locations(authorities)
    if issuing:
        context.load_verify_locations(cadata=pem(issuing))
    context.verify_mode = ssl.CERT_OPTIONAL
    ignore_dates(context)
    context.num_tickets = 0  # a ticket would bring back who was revoked, unseen
    return context


_LOOK_AT = 64
"""Connections that are remembered before those that have ended are looked for."""


class OpenConnections:
    """Connections of devices, so that one that is revoked does not stay in."""

    def __init__(self) -> None:
        self._shown: dict[asyncio.Transport, bytes] = {}
        self._look_at = _LOOK_AT

    @property
    def middleware(self) -> Middleware:
        """Remembers the connection of each request, for as long as it is open."""

        @web.middleware
        async def remember(request: web.Request, handler: Handler) -> web.StreamResponse:
            shown = certificate_shown(request)
            if shown is not None and request.transport is not None:
                self._remember(request.transport, shown)
            return await handler(request)

        return remember

    def _remember(self, connection: asyncio.Transport, shown: bytes) -> None:
        if connection not in self._shown and len(self._shown) >= self._look_at:
            self._shown = {each: of for each, of in self._shown.items() if not each.is_closing()}
            self._look_at = max(_LOOK_AT, 2 * len(self._shown))
        self._shown[connection] = shown

    def close_refused(self, devices: Devices) -> int:
        """Close those of devices that may not ask any more; how many. Call it when a list has
        come."""
        refused = [
            connection
            for connection, shown in self._shown.items()
            if not connection.is_closing() and _is_refused(devices, shown)
        ]
        for connection in refused:
            connection.abort()
            del self._shown[connection]
        return len(refused)


def _is_refused(devices: Devices, shown: bytes) -> bool:
    try:
        devices.asking(shown)
    except Refusal:
        return True
    return False


@asynccontextmanager
async def serving(
    app: web.Application, host: str, port: int, context: ssl.SSLContext
) -> AsyncGenerator[str]:
    """Serve for the length of a block; its address. Port 0 takes a free one.

    Raises OSError where the port is taken.
    """
    runner = web.AppRunner(
        app, access_log=None, keepalive_timeout=IDLE_SECONDS, shutdown_timeout=SHUTDOWN_SECONDS
    )
    await runner.setup()
    try:
        await web.TCPSite(runner, host, port, ssl_context=context).start()
        yield f"https://{host}:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()
