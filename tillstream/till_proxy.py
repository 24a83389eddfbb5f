"""The edge proxy's process: settings in, requests passed on, until it is asked to stop."""

import asyncio
import socket
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import structlog

from edge.proxy import doors, peer
from edge.proxy.metrics import ProxyMetrics, proxy_metrics
from edge.proxy.service import Loopback, application, serving
from edge.proxy.upstream import upstream
from tillstream.process import measured, stop_asked
from tillstream.settings import PREFIX, Settings, SettingsError


def run(settings: Settings, port: int | None) -> None:
    """Pass requests on until SIGTERM or SIGINT: by a Unix socket, or by loopback where a ``port``
    is named (0: a free one). Raises `SettingsError` and `IdentityError`."""
    till = peer.load(*settings.files("proxy", "till_cert", "till_key", "till_ca"))
    name = str(till.name)
    with measured(settings.as_till(), "proxy", name) as registry:
        try:
            with _door(settings.home / "till", port) as door:
                asyncio.run(_serve(_gateway(settings), till, proxy_metrics(registry), door))
        except doors.DoorError as error:
            raise SettingsError(str(error)) from error


Door = tuple[socket.socket, Loopback | None, dict[str, str]]
"""Where programs come in, whom it lets in by loopback, and what is told of both."""


@contextmanager
def _door(folder: Path, port: int | None) -> Generator[Door]:
    if port is None:
        with doors.unix_door(folder.absolute()) as (listening, path):
            yield listening, None, {"socket": str(path)}
    else:
        with doors.loopback_door(folder.absolute(), port) as (listening, secret, path):
            taken = listening.getsockname()[1]
            told = {"address": f"http://{doors.LOOPBACK}:{taken}", "secret_file": str(path)}
            yield listening, Loopback(taken, secret), told


async def _serve(gateway: str, till: peer.TillIdentity, metrics: ProxyMetrics, door: Door) -> None:
    stopping, (listening, loopback, told) = stop_asked(), door
    async with (
        upstream(gateway, till, metrics) as way,
        serving(application(way, metrics, loopback), listening),
    ):
        log = structlog.get_logger("tillstream.proxy")
        log.info("proxy_serves", till=str(till.name), gateway=gateway, **told)
        await stopping.wait()


def _gateway(settings: Settings) -> str:
    address = settings.require("till_gateway")
    parts = urlsplit(address)
    if parts.scheme != "https" or not parts.hostname or parts.path.strip("/") or parts.query:
        raise SettingsError(f"{PREFIX}TILL_GATEWAY: {address!r} is no https://host:port")
    return address.rstrip("/")
