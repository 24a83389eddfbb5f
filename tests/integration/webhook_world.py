"""What the tests of webhooks share: endpoints that behave and misbehave, and the worker."""

import asyncio
import json
import time
import uuid
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aiohttp import web
from aiokafka import AIOKafkaProducer

from clients.postgres import PostgresAccess
from connectors.webhooks import desk
from connectors.webhooks.addresses import Reach
from tests.integration.process import PATIENCE_SECONDS, Process
from topics.partitioning import partition_of

LOOPBACK = "127.0.0.0/8"

PARTITIONS = 4


@dataclass
class Received:
    """One request that an endpoint got."""

    headers: dict[str, str]
    body: bytes
    at: float = field(default_factory=time.monotonic)

    @property
    def message_id(self) -> str:
        """What the receiver knows a repetition by."""
        return self.headers["webhook-id"]

    @property
    def data(self) -> dict[str, Any]:
        """The alert."""
        return json.loads(self.body)["data"]


Behaviour = Callable[[web.Request], Awaitable[web.StreamResponse]]


async def well(_: web.Request) -> web.StreamResponse:
    """Take the message."""
    return web.Response(status=204)


async def hang(_: web.Request) -> web.StreamResponse:
    """Never answer."""
    await asyncio.sleep(PATIENCE_SECONDS)
    return web.Response()


def answering(status: int, text: str = "") -> Behaviour:
    """Answer so, always."""

    async def answer(_: web.Request) -> web.StreamResponse:
        return web.Response(status=status, text=text)

    return answer


async def flood(request: web.Request) -> web.StreamResponse:
    """Answer 500 and 30 MB."""
    response = web.StreamResponse(status=500)
    await response.prepare(request)
    for _ in range(30):
        await response.write(b"x" * 1_000_000)
    return response


@dataclass
class Endpoint:
    """A real server at ``url``; ``behaviour`` may be changed while it runs."""

    behaviour: Behaviour
    url: str = ""
    received: list[Received] = field(default_factory=list[Received])
    endpoint_id: str = ""
    secret: str = ""

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """Note the request, then behave."""
        headers = {name.lower(): value for name, value in request.headers.items()}
        self.received.append(Received(headers, await request.read()))
        return await self.behaviour(request)

    def add_to(self, dsn: str) -> None:
        """Name it in the database."""
        with desk.opened(PostgresAccess(dsn)) as connection:
            added = desk.add(connection, self.url, "", Reach(LOOPBACK))
        self.endpoint_id, self.secret = added.endpoint_id, added.secret

    @property
    def versions(self) -> list[tuple[str, int]]:
        """(sku, version) of what came, in order."""
        return [(each.data["sku"], each.data["version"]) for each in self.received]


@asynccontextmanager
async def endpoint(behaviour: Behaviour = well) -> AsyncGenerator[Endpoint]:
    """A server for the length of a block."""
    served = Endpoint(behaviour)
    app = web.Application()
    app.router.add_route("*", "/{tail:.*}", served.handle)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    served.url = f"http://127.0.0.1:{runner.addresses[0][1]}/alerts"
    try:
        yield served
    finally:
        await runner.cleanup()


def alert(location: str, sku: str, version: int, **changed: Any) -> dict[str, Any]:
    """A raised alert."""
    return {
        "location_id": location,
        "sku": sku,
        "state": "raised",
        "reason": "below_reorder_point",
        "on_hand": 3,
        "reorder_point": 5,
        "suggested_quantity": 17,
        "raised_at": "2026-11-21T09:30:00Z",
        "cleared_at": None,
        "version": version,
        **changed,
    }


async def say(kafka: str, alerts: Iterable[dict[str, Any]], *, commit: bool = True) -> None:
    """Tell alerts as a worker does; ``commit`` False takes them back."""
    producer = AIOKafkaProducer(bootstrap_servers=kafka, transactional_id=str(uuid.uuid4()))
    await producer.start()
    try:
        await producer.begin_transaction()
        for value in alerts:
            key = f"{value['location_id']}/{value['sku']}".encode()
            partition = partition_of(value["location_id"], PARTITIONS)
            body = json.dumps(value).encode()
            await producer.send_and_wait("restock.alerts", body, key, partition)
        await (producer.commit_transaction() if commit else producer.abort_transaction())
    finally:
        await producer.stop()


class Worker(Process):
    """`tillstream worker webhooks` in a process of its own, with short waits."""

    def __init__(self, kafka: str, postgres: str, folder: Path, **changed: str) -> None:
        settings = {
            "home": str(folder),
            "kafka": kafka,
            "postgres": postgres,
            "webhook_networks": LOOPBACK,
            "webhook_first_wait_seconds": "0.2",
            "webhook_attempts_max": "3",
            "webhook_timeout_seconds": "1",
            **changed,
        }
        log = folder / f"webhooks-{uuid.uuid4().hex[:6]}.log"
        super().__init__(["-m", "tillstream", "worker", "webhooks"], log, settings)

    async def reads(self, dsn: str) -> None:
        """Return once it has begun to read alerts."""

        def begun() -> bool:
            with desk.opened(PostgresAccess(dsn)) as connection:
                begun = "SELECT FROM webhook_offsets"
                return bool(connection.execute(begun).fetchall())

        await until(begun, "the worker read alerts", self)


async def until(true: Callable[[], bool], what: str, worker: Process) -> None:
    """Return once ``true`` is; fail with ``what`` when patience ends."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not true():
        assert time.monotonic() < deadline, f"waited in vain until {what}: {worker.log[-3000:]}"
        await asyncio.sleep(0.05)
