"""A store's catalog behind a gateway's door, over HTTP."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager, closing
from datetime import datetime
from pathlib import Path

from aiohttp import ClientSession, web
from prometheus_client import CollectorRegistry

from edge.bundle.form import BundleName, BundleRows, RowKey
from edge.gateway.catalog.bundle_call import GET_BUNDLE, BundleCall
from edge.gateway.catalog.desk import CatalogDesk
from edge.gateway.catalog.keeping import CatalogFile
from edge.gateway.devices import ListedDevices
from edge.gateway.limits import Room
from edge.gateway.metrics import gateway_metrics
from edge.gateway.products.levels import HeardLevels
from edge.gateway.products.product_call import GET_PRODUCT, ProductCall
from edge.gateway.served import ServedCall
from edge.gateway.service import application
from edge.signing.nonces import Nonces
from edge.signing.session import Reply, SignedSession
from edge.signing.signer import Signer
from edge.signing.verifier import Verifier
from tests.unit.edge.bundle.catalogs import NOON
from tests.unit.edge.gateway.stores import LOCATION
from tests.unit.edge.gateway.test_calls import OWN, SHOWN, certificate
from tests.unit.edge.journal.tills import KEY


class HeardCatalog:
    """Keeps what is reported."""

    def __init__(self) -> None:
        self.versions: list[int] = []
        self.troubles: list[str] = []

    def changed(self, name: BundleName, rows: int, whole_bytes: int, packed_bytes: int) -> None:
        assert packed_bytes > 0 and whole_bytes > 0
        self.versions.append(name.catalog_version)

    def kept_back(self, why: str) -> None:
        self.troubles.append(why)

    def left_out(self, what: str, why: str) -> None:
        self.troubles.append(f"{what}: {why}")


def of(*rows: tuple[RowKey, bytes]) -> BundleRows:
    return dict(rows)


class CatalogDoor:
    """A gateway that tells its catalog."""

    def __init__(self, path: Path) -> None:
        self.reports = HeardCatalog()
        self.told: list[int] = []
        self.file = CatalogFile(path, LOCATION)
        self.desk = CatalogDesk(LOCATION, self.file, self.reports, self.told.append)
        self.devices = ListedDevices(LOCATION)
        self.clock = NOON
        self.levels = HeardLevels(LOCATION, self.now)
        self.own = certificate(OWN)
        self.base = ""
        self.http: ClientSession

    def now(self) -> datetime:
        return self.clock

    async def request(self, method: str, target: str) -> Reply:
        """As the till's fetcher asks."""
        session = SignedSession(self.http, self.base, Signer(KEY, self.own))
        return await session.request(method, target, headers={SHOWN: self.own.hex()})

    async def ask(self, query: str = "") -> Reply:
        return await self.request("GET", f"/v1/bundle{query}")

    async def have(self, reply: Reply, wait: int = 0) -> Reply:
        """Ask for what comes behind a reply."""
        return await self.ask(f"?have={etag(reply)}&wait={wait}")


def etag(reply: Reply) -> str:
    return reply.headers["ETag"].strip('"')


@asynccontextmanager
async def catalog_door(folder: Path) -> AsyncGenerator[CatalogDoor]:
    """A gateway on a folder, for the length of a block."""
    door = CatalogDoor(folder / "catalog.sqlite")
    product = ProductCall(LOCATION, lambda: door.desk.view, door.levels, door.devices, door.now)
    calls = [
        ServedCall(GET_BUNDLE, BundleCall(door.desk, door.devices).get),
        ServedCall(GET_PRODUCT, product.get),
    ]
    with closing(Nonces(folder / "nonces")) as nonces, closing(door.file):

        def shown_by(request: web.Request) -> bytes | None:
            return bytes.fromhex(request.headers.get(SHOWN, "")) or None

        figures = gateway_metrics(CollectorRegistry())
        app = application(calls, Room(), Verifier(nonces), figures, shown_by)
        runner = web.AppRunner(app, shutdown_timeout=5)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        door.base = f"http://127.0.0.1:{runner.addresses[0][1]}"
        try:
            async with ClientSession() as door.http:
                yield door
        finally:
            door.desk.close()
            await runner.cleanup()
