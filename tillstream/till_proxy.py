"""The edge proxy's process: settings in, requests passed on, until it is asked to stop."""

import asyncio
from urllib.parse import urlsplit

import structlog

from edge.proxy import peer
from edge.proxy.metrics import ProxyMetrics, proxy_metrics
from edge.proxy.service import application, serving
from edge.proxy.upstream import upstream
from tillstream.process import measured, stop_asked
from tillstream.settings import PREFIX, Settings, SettingsError
from tillstream.till_doors import TillDoors, door


def run(settings: Settings, port: int | None) -> None:
    """Pass requests on until SIGTERM or SIGINT: by a Unix socket, or by loopback where a ``port``
    is named (0: a free one). Raises `SettingsError` and `IdentityError`."""
    till = peer.load(*settings.files("proxy", "till_cert", "till_key", "till_ca"))
    name = str(till.name)
    with (
        measured(settings.as_till(), "proxy", name) as registry,
        door(settings.home / "till", port, "proxy") as opened,
    ):
        asyncio.run(_serve(_gateway(settings), till, proxy_metrics(registry), opened))


async def _serve(
    gateway: str, till: peer.TillIdentity, metrics: ProxyMetrics, opened: TillDoors
) -> None:
    stopping, (listening, loopback, told) = stop_asked(), opened
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
