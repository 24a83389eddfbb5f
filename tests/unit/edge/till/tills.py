"""A till of the tests: its identity, its service in this process, and programs at its door."""

import asyncio
import shutil
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any
from uuid import uuid4

import msgspec
from aiohttp import ClientSession, UnixConnector
from prometheus_client import CollectorRegistry

from edge.bundle.form import RowKey, sha256_of
from edge.bundle.holding import CatalogHolder
from edge.proxy import doors
from edge.proxy.metrics import proxy_metrics
from edge.proxy.service import Loopback, serving
from edge.till.application import application
from edge.till.checkout.terms import CheckoutTerms
from edge.till.clock import TillClock
from edge.till.counter import TillCounter
from edge.till.identity import folder as identities
from edge.till.kinds import TillKind
from edge.till.metrics import till_metrics
from edge.till.premises import TillPremises, TillTerms
from identity import files
from identity.names import TillName
from tests.gateways import Fleet
from tests.unit.edge.bundle.catalogs import whole
from tests.unit.edge.journal.tills import TILL

NAME = TillName(*TILL)
LINE = {"sku": "4006381333931", "quantity": 2, "unit_price_minor": 199}


def enrolled(
    fleet: Fleet, home: Path, gateway: str = "", epoch: int = 1, name: TillName = NAME
) -> None:
    """The till's folder as an enrolment leaves it."""
    kept = identities.IdentityFolder(home / "identity")
    folder = home / "identity" / f"epoch-{epoch}-0123456789abcdef"
    folder.mkdir()
    own = fleet.identity(name)
    shutil.copy(own.key, folder / identities.KEY)
    files.write(folder / identities.CERTIFICATE, own.certificate.read_bytes())
    files.write(folder / identities.AUTHORITIES, fleet.authorities.read_bytes())
    record = identities.DeviceRecord(epoch, gateway, "https://127.0.0.1:1")
    files.write(folder / identities.DEVICE, msgspec.json.encode(record))
    kept.use(identities.read_identity(folder))


def sells(home: Path, *rows: tuple[RowKey, bytes]) -> None:
    """The till's folder has that catalog."""
    bundle = whole(*rows, version=1, location_id=TILL.location_id)
    (home / "catalog").mkdir(parents=True, exist_ok=True)
    CatalogHolder(home / "catalog", TILL.location_id).take_whole(bundle, sha256_of(bundle))


@dataclass
class Program:
    """A page's program; each request of its has a key of its own unless a test says one."""

    session: ClientSession
    premises: TillPremises
    registry: CollectorRegistry
    work: "asyncio.Task[None]"
    failures: list[Exception] = field(default_factory=list)
    port: int | None = None

    async def ask(
        self, method: str, path: str, body: Any = None, key: str | None = "", **options: Any
    ) -> tuple[int, Any]:
        """Status and JSON of a call below ``/till/v1``; ``key`` None sends none."""
        headers = {} if key is None else {"Idempotency-Key": key or str(uuid4())}
        headers |= options.pop("headers", {})
        data = body if isinstance(body, bytes) else msgspec.json.encode(body or {})
        if method == "GET":
            data = None
        async with self.session.request(
            method, f"/till/v1{path}", data=data, headers=headers, **options
        ) as answer:
            return answer.status, await answer.json(content_type=None)

    async def post(self, path: str, body: Any = None, key: str = "") -> Any:
        """The answer to what must succeed."""
        status, told = await self.ask("POST", path, body, key)
        assert status in (200, 201), told
        return told

    async def get(self, path: str) -> Any:
        """The answer to what must be there."""
        status, told = await self.ask("GET", path)
        assert status == 200, told
        return told

    async def refused(self, method: str, path: str, body: Any = None, key: str | None = "") -> Any:
        """Status and reason of a refusal."""
        status, told = await self.ask(method, path, body, key)
        assert status >= 400, f"it was done: {told}"
        assert told["detail"], told
        return status, told.get("reason")

    async def open_day(self) -> None:
        status, told = await self.ask("PUT", "/day", {"business_date": "2026-11-30"})
        assert status == 200, told

    async def cart(self, **fields: Any) -> str:
        """A cart with a line of 398."""
        cart_id = (await self.post("/carts", fields))["cart_id"]
        await self.post(f"/carts/{cart_id}/lines", LINE)
        return cart_id

    async def sell(self, key: str = "") -> Any:
        """What is told of a sale of 398."""
        return await self.post(f"/carts/{await self.cart()}/complete", paid(398), key)

    async def state(self) -> Any:
        return await self.get("/state")


def paid(amount_minor: int, **fields: Any) -> dict[str, Any]:
    """A completion in cash."""
    tenders = [{"kind": "cash", "amount_minor": amount_minor}]
    return {"currency": "EUR", "tenders": tenders} | fields


@asynccontextmanager
async def running(
    home: Path,
    clock: TillClock | None = None,
    port: int | None = None,
    kind: TillKind = "counter",
    checkout: CheckoutTerms | None = None,
) -> AsyncGenerator[Program]:
    """The till of a folder, for the length of a block, at its socket or at a port of loopback."""
    registry = CollectorRegistry()
    proxy = proxy_metrics(registry)
    terms = TillTerms(
        home,
        "test",
        till_metrics(registry),
        proxy,
        clock or TillClock(),
        checkout or CheckoutTerms(),
        kind,
    )
    premises = TillPremises(terms)
    failures: list[Exception] = []
    with ExitStack() as stack:
        listening, session, loopback = _door(stack, home, port)
        app = application(TillCounter(premises, failures.append), premises.way, proxy, loopback)
        async with premises.open() as work, serving(app, listening), session() as opened:
            port = loopback and listening.getsockname()[1]
            yield Program(opened, premises, registry, work, failures, port)


def _door(stack: ExitStack, home: Path, port: int | None) -> Any:
    if port is None:
        listening, path = stack.enter_context(doors.unix_door(home, "till"))
        return (
            listening,
            lambda: ClientSession("http://till", connector=UnixConnector(str(path))),
            None,
        )
    listening, secret, _ = stack.enter_context(doors.loopback_door(home, port, "till"))
    taken = listening.getsockname()[1]
    headers = {"Authorization": f"Bearer {secret}"}
    session = partial(ClientSession, f"http://127.0.0.1:{taken}", headers=headers)
    return listening, session, Loopback(taken, secret)


def _by_socket(path: Path) -> ClientSession:
    return ClientSession("http://till", connector=UnixConnector(str(path)))


async def until(is_so: Callable[[], Awaitable[Any]], what: str) -> Any:
    """What ``is_so`` gives once it is something."""
    for _ in range(500):
        if found := await is_so():
            return found
        await asyncio.sleep(0.02)
    raise AssertionError(what)
