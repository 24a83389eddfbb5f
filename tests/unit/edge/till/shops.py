"""A shop of the tests: a whole gateway on its port, whose topic is in memory."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from prometheus_client import CollectorRegistry

from edge.gateway import gateway as whole
from edge.gateway.gateway import Gateway, TillDoor
from edge.gateway.metrics import gateway_metrics
from edge.gateway.served import ServedCall
from edge.gateway.server import tls
from edge.signing.keys import key_id_of
from identity.names import StoreName
from tests.gateways import HOST, Fleet
from tests.unit.edge.gateway.doubles import MemoryTopic
from tests.unit.edge.journal.tills import TILL


@dataclass
class Shop:
    """A gateway that serves."""

    address: str
    gateway: Gateway
    topic: MemoryTopic

    @property
    def port(self) -> int:
        return int(self.address.rpartition(":")[2])

    def list_till(self, certificate: bytes, status: str, number: int, epoch: int = 1) -> None:
        """The list of devices comes down, and says that of the till."""
        entry: dict[str, Any] = {
            "till_id": TILL.till_id,
            "epoch": epoch,
            "certificates": [key_id_of(certificate)],
            "status": status,
        }
        told = {"location_id": TILL.location_id, "number": number, "devices": [entry]}
        self.gateway.centre.learn_devices(told)

    def sales(self) -> list[str]:
        """Receipts that went on, in order."""
        sold = [each for each in self.topic.events() if each["type"] == "cart_completed"]
        return [each["receipt_no"] for each in sold]


MoreCalls = Callable[[Gateway], Sequence[ServedCall]]


@asynccontextmanager
async def shop(
    fleet: Fleet, folder: Path, port: int = 0, more: MoreCalls = lambda _: ()
) -> AsyncGenerator[Shop]:
    """A gateway of the tills' location, for the length of a block; a folder keeps what it knew."""
    own = fleet.identity(StoreName(TILL.location_id))
    door = TillDoor(HOST, port, tls(own.certificate, own.key, fleet.authorities, ()))
    topic, stopping = MemoryTopic(), asyncio.Event()
    told: asyncio.Future[str] = asyncio.get_running_loop().create_future()
    with whole.opened(
        TILL.location_id, folder, topic, gateway_metrics(CollectorRegistry())
    ) as gateway:
        running = asyncio.create_task(gateway.run(door, stopping, told.set_result, more(gateway)))
        try:
            await asyncio.wait({running, told}, return_when=asyncio.FIRST_COMPLETED)
            assert not running.done(), running.exception()
            yield Shop(told.result(), gateway, topic)
        finally:
            stopping.set()
            await running
