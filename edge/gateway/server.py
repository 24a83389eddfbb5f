"""The gateway on its port: TLS 1.3, by a device's certificate, and closed to who may not ask."""

import asyncio
import ssl
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from aiohttp import web
from cryptography import x509

from edge.gateway.devices import Devices
from edge.problems import Refusal
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


class OpenConnections:
    """Connections of devices, so that one that is revoked does not stay in, whether or not it has
    ever asked for something."""

    def __init__(self) -> None:
        self._server: web.Server | None = None

    def watch(self, server: web.Server) -> None:
        """Those of this server are meant."""
        self._server = server

    @property
    def count(self) -> int:
        """Those that are open."""
        return len(self._open())

    def close_refused(self, devices: Devices) -> int:
        """Close those of devices that may not ask any more; how many. Call it when a list has
        come."""
        refused = [each for each in self._open() if _is_refused(devices, each)]
        for connection in refused:
            connection.abort()
        return len(refused)

    def _open(self) -> list[asyncio.Transport]:
        handlers = self._server.connections if self._server else []
        found = (each.transport for each in handlers)
        return [each for each in found if each is not None and not each.is_closing()]


def _is_refused(devices: Devices, connection: asyncio.Transport) -> bool:
    link = connection.get_extra_info("ssl_object")
    shown = link.getpeercert(binary_form=True) if link else None
    if shown is None:
        return False
    try:
        devices.asking(shown)
    except Refusal:
        return True
    return False


@asynccontextmanager
async def serving(
    app: web.Application,
    host: str,
    port: int,
    context: ssl.SSLContext,
    connections: OpenConnections,
) -> AsyncGenerator[str]:
    """Serve for the length of a block; its address. Port 0 takes a free one. ``connections`` are
    those that come in there.

    Raises OSError where the port is taken.
    """
    runner = web.AppRunner(
        app, access_log=None, keepalive_timeout=IDLE_SECONDS, shutdown_timeout=SHUTDOWN_SECONDS
    )
    await runner.setup()
    if runner.server is not None:
        connections.watch(runner.server)
    try:
        await web.TCPSite(runner, host, port, ssl_context=context).start()
        yield f"https://{host}:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()
