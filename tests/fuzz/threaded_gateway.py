"""A gateway that serves in a thread of its own, for clients that wait."""

import asyncio
import threading
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from prometheus_client import CollectorRegistry

from edge.gateway.gateway import TillDoor, opened
from edge.gateway.metrics import gateway_metrics
from edge.gateway.server import tls
from edge.proxy.peer import TillIdentity
from identity.names import StoreName
from tests.gateways import HOST, Fleet
from tests.unit.edge.gateway.doubles import MemoryTopic
from tests.unit.edge.journal.tills import TILL
from tillstream import gateway_catalog
from tillstream.settings import load_settings

PATIENCE_SECONDS = 30


@dataclass(frozen=True)
class ThreadedGateway:
    """Where it is, who asks it, and what it has passed on."""

    address: str
    till: TillIdentity
    topic: MemoryTopic


@contextmanager
def threaded_gateway(folder: Path) -> Generator[ThreadedGateway]:
    """The gateway for the length of a block; whatever ends it is raised at the end."""
    fleet, topic = Fleet(folder), MemoryTopic()
    shown = fleet.identity(StoreName(TILL.location_id))
    door = TillDoor(HOST, 0, tls(shown.certificate, shown.key, fleet.authorities, ()))
    till, address, ready = fleet.till(*TILL), list[str](), threading.Event()
    stops: list[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = []
    failures: list[BaseException] = []

    def told(found: str) -> None:
        address.append(found)
        ready.set()

    async def serve() -> None:
        stopping = asyncio.Event()
        stops.append((asyncio.get_running_loop(), stopping))
        registry = CollectorRegistry()
        metrics, files = gateway_metrics(registry), folder / "files"
        with (
            opened(TILL.location_id, files, topic, metrics) as gateway,
            gateway_catalog.opened(gateway, files, registry, load_settings()) as catalog,
        ):
            catalog.desk.close()  # nobody waits for news that will not come
            await gateway.run(door, stopping, told, catalog.calls())

    def run() -> None:
        try:
            asyncio.run(serve())
        except BaseException as error:
            failures.append(error)
            ready.set()

    thread = threading.Thread(target=run)
    thread.start()
    assert ready.wait(PATIENCE_SECONDS)
    try:
        if not failures:
            yield ThreadedGateway(address[0], till, topic)
    finally:
        for loop, stopping in stops:
            if not loop.is_closed():
                loop.call_soon_threadsafe(stopping.set)
        thread.join(PATIENCE_SECONDS)
        if failures:
            raise failures[0]
