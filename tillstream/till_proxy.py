"""The edge proxy's process: settings in, requests passed on, until it is asked to stop."""

import asyncio
import signal
import socket
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import structlog
from aiohttp import web
from prometheus_client import CollectorRegistry

from edge.proxy import doors, peer
from edge.proxy.metrics import ProxyMetrics, proxy_metrics
from edge.proxy.service import Loopback, application
from edge.proxy.upstream import upstream
from identity import files
from identity.errors import IdentityError
from operations.upkeep.identity import ProcessIdentity
from tillstream.metrics_server import MetricsServer
from tillstream.settings import PREFIX, Settings, SettingsError

SHUTDOWN_SECONDS = 3.0
"""How long a stop waits for answers that are under way."""


def run(settings: Settings, port: int | None) -> None:
    """Pass requests on until SIGTERM or SIGINT: by a Unix socket, or by loopback where a ``port``
    is named (0: a free one). Raises `SettingsError`."""
    try:
        till = _identity(settings)
    except IdentityError as error:
        raise SettingsError(str(error)) from error
    registry = CollectorRegistry()
    registry.register(ProcessIdentity("proxy", str(till.name)))
    metrics = proxy_metrics(registry)
    told_at = MetricsServer(settings.metrics_door(None), registry)
    structlog.get_logger("tillstream.proxy").info("proxy_measures", metrics=told_at.address)
    try:
        with _door(settings.home / "till", port) as (listening, loopback, told):
            asyncio.run(_serve(_gateway(settings), till, metrics, listening, loopback, told))
    except doors.DoorError as error:
        raise SettingsError(str(error)) from error
    finally:
        told_at.close()


@contextmanager
def _door(
    folder: Path, port: int | None
) -> Generator[tuple[socket.socket, Loopback | None, dict[str, str]]]:
    if port is None:
        with doors.unix_door(folder.absolute()) as (listening, path):
            yield listening, None, {"socket": str(path)}
    else:
        with doors.loopback_door(folder.absolute(), port) as (listening, secret, path):
            taken = listening.getsockname()[1]
            told = {"address": f"http://{doors.LOOPBACK}:{taken}", "secret_file": str(path)}
            yield listening, Loopback(taken, secret), told


async def _serve(
    gateway: str,
    till: peer.TillIdentity,
    metrics: ProxyMetrics,
    listening: socket.socket,
    loopback: Loopback | None,
    told: dict[str, str],
) -> None:
    stopping = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    async with (
        upstream(gateway, till, metrics) as way,
        serving(application(way, metrics, loopback), listening),
    ):
        log = structlog.get_logger("tillstream.proxy")
        log.info("proxy_serves", till=str(till.name), gateway=gateway, **told)
        await stopping.wait()


@asynccontextmanager
async def serving(app: web.Application, listening: socket.socket) -> AsyncGenerator[None]:
    """The application on a socket that listens, for the length of a block."""
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=SHUTDOWN_SECONDS)
    await runner.setup()
    try:
        await web.SockSite(runner, listening).start()
        yield
    finally:
        await runner.cleanup()


def _gateway(settings: Settings) -> str:
    address = settings.require("till_gateway")
    parts = urlsplit(address)
    if parts.scheme != "https" or not parts.hostname or parts.path.strip("/") or parts.query:
        raise SettingsError(f"{PREFIX}TILL_GATEWAY: {address!r} is no https://host:port")
    return address.rstrip("/")


def _identity(settings: Settings) -> peer.TillIdentity:
    named = {name: getattr(settings, name) for name in ("till_cert", "till_key", "till_ca")}
    missing = [f"{PREFIX}{name.upper()}" for name, path in named.items() if path is None]
    if missing:
        raise SettingsError(f"the proxy needs a file in {', '.join(missing)}")
    key: Path = named["till_key"]
    try:
        if files.is_open_to_others(key):
            raise SettingsError(f"others may read the key in {key}: chmod 600")
    except OSError as error:
        raise SettingsError(f"{key} cannot be read: {error}") from error
    return peer.load(named["till_cert"], key, named["till_ca"])
