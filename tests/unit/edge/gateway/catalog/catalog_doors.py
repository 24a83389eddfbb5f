"""A store's catalog behind a gateway's door, over HTTP."""

import time
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import asynccontextmanager, closing
from datetime import datetime
from pathlib import Path

from aiohttp import ClientSession, web
from prometheus_client import CollectorRegistry

from edge.bundle.catalog import RefusedTable
from edge.bundle.form import BundleName, BundleRows, RowKey
from edge.gateway.catalog.bundle_call import GET_BUNDLE, BundleCall
from edge.gateway.catalog.desk import CatalogDesk
from edge.gateway.catalog.keeping import CatalogFile
from edge.gateway.customers.customer_call import GET_CUSTOMER, CustomerCall
from edge.gateway.customers.known import HeardCustomers
from edge.gateway.devices import ListedDevices
from edge.gateway.elsewhere.levels import LevelsElsewhere
from edge.gateway.elsewhere.questions import CentreQuestions
from edge.gateway.elsewhere.receipts import ReceiptsElsewhere
from edge.gateway.elsewhere.reserving import ReturnsElsewhere
from edge.gateway.employees.authorizations import Authorizations
from edge.gateway.employees.authorize_call import AUTHORIZE, AuthorizeCall
from edge.gateway.employees.pins import PinCheck
from edge.gateway.limits import Room
from edge.gateway.metrics import gateway_metrics
from edge.gateway.products.levels import HeardLevels
from edge.gateway.products.product_call import GET_PRODUCT, ProductCall
from edge.gateway.receipts.receipt_calls import (
    GET_CUSTOMERS_RECEIPTS,
    GET_RECEIPT,
    POST_RETURN,
    KnownElsewhere,
    ReceiptCalls,
)
from edge.gateway.receipts.returns import Returns
from edge.gateway.receipts.shelf import ReceiptShelf
from edge.gateway.served import Operation, ServedCall
from edge.gateway.service import application
from edge.signing.guard import CERTIFICATE
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
        self.kept: list[str] = []
        self.current = 0

    def changed(self, name: BundleName, rows: int, whole_bytes: int, packed_bytes: int) -> None:
        assert packed_bytes > 0 and whole_bytes > 0
        self.versions.append(name.catalog_version)

    def is_current(self) -> None:
        assert self.versions
        self.current += 1

    def kept_back(self, why: str) -> None:
        self.kept.append(why)
        self.troubles.append(why)

    def tables_refused(self, tables: Sequence[RefusedTable]) -> None:
        self.troubles += [each.why for each in tables]

    def left_out(self, what: str, why: str) -> None:
        self.troubles.append(f"{what}: {why}")


class Seconds:
    """A clock that goes on when a test says so."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


ASK = Operation("GET", "/v1/asked", {})


def of(*rows: tuple[RowKey, bytes]) -> BundleRows:
    return dict(rows)


class CatalogDoor:
    """A gateway that tells its catalog."""

    def __init__(self, path: Path, clock: Callable[[], float]) -> None:
        self.reports = HeardCatalog()
        self.told: list[int] = []
        self.file = CatalogFile(path, LOCATION)
        self.desk = CatalogDesk(LOCATION, self.file, self.reports, self.told.append, clock)
        self.devices = ListedDevices(LOCATION)
        self.clock = NOON
        self.levels = HeardLevels(LOCATION, self.now)
        self.own = certificate(OWN)
        self.seconds = 1_000.0
        self.authorizations = Authorizations(self.monotonic, lambda: self.desk.view)
        self.authorize = AuthorizeCall(
            lambda: self.desk.view,
            PinCheck(self.monotonic),
            self.authorizations,
            self.devices,
            self.now,
        )
        self.shelf = ReceiptShelf(path.with_name("receipts.sqlite"))
        self.customers = HeardCustomers()
        self.base = ""
        self.http: ClientSession

    def now(self) -> datetime:
        return self.clock

    def monotonic(self) -> float:
        return self.seconds

    async def request(
        self, method: str, target: str, body: bytes = b"", shown: bytes | None = None
    ) -> Reply:
        """As the till's fetcher asks; ``shown`` is another till's certificate."""
        shown = shown or self.own
        session = SignedSession(self.http, self.base, Signer(KEY, shown))
        return await session.request(method, target, body, {SHOWN: shown.hex()})

    async def ask_as_employee(self, request: web.Request) -> web.Response:
        """Something that needs an authorization."""
        till = self.devices.asking(request[CERTIFICATE])
        return web.Response(text=self.authorizations.required(request, till).employee_id)

    async def ask(self, query: str = "") -> Reply:
        return await self.request("GET", f"/v1/bundle{query}")

    async def have(self, reply: Reply, wait: int = 0) -> Reply:
        """Ask for what comes behind a reply."""
        return await self.ask(f"?have={etag(reply)}&wait={wait}")


def etag(reply: Reply) -> str:
    return reply.headers["ETag"].strip('"')


@asynccontextmanager
async def catalog_door(
    folder: Path,
    clock: Callable[[], float] = time.monotonic,
    centre: CentreQuestions | None = None,
) -> AsyncGenerator[CatalogDoor]:
    """A gateway on a folder, for the length of a block; by ``clock`` its catalog grows old, and
    ``centre`` is asked about other stores."""
    door = CatalogDoor(folder / "catalog.sqlite", clock)
    levels = LevelsElsewhere(LOCATION, door.levels, centre) if centre else door.levels
    product = ProductCall(LOCATION, lambda: door.desk.view, levels, door.devices, door.now)
    customer = CustomerCall(door.customers, door.authorizations, door.devices)
    returns = Returns(door.shelf, door.monotonic)
    elsewhere = centre and KnownElsewhere(
        ReceiptsElsewhere(centre), ReturnsElsewhere(LOCATION, returns, door.shelf, centre)
    )
    receipts = ReceiptCalls(door.shelf, returns, door.authorizations, door.devices, elsewhere)
    calls = [
        ServedCall(GET_BUNDLE, BundleCall(door.desk, door.devices).get),
        ServedCall(GET_PRODUCT, product.get),
        ServedCall(AUTHORIZE, door.authorize.post),
        ServedCall(ASK, door.ask_as_employee),
        ServedCall(GET_CUSTOMER, customer.get),
        ServedCall(GET_RECEIPT, receipts.get),
        ServedCall(GET_CUSTOMERS_RECEIPTS, receipts.get_customers),
        ServedCall(POST_RETURN, receipts.post_return),
    ]
    with closing(Nonces(folder / "nonces")) as nonces, closing(door.file), closing(door.shelf):

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
