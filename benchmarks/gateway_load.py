"""The tills of `benchmarks.gateway`, in a process of their own: it prints one JSON object.

Run as `python -m benchmarks.gateway_load ORDER`, an `Order` in JSON. It says `ready` once all
batches are made, and begins at the next line that it is given.
"""

import asyncio
import sys
import time
from collections.abc import AsyncGenerator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from http import HTTPStatus
from pathlib import Path
from typing import Any

import msgspec
from aiohttp import ClientSession, TCPConnector

from benchmarks.gateway_tills import StoreFiles, batches
from edge.proxy import peer
from edge.signing.session import SignedSession
from edge.signing.signer import Signer


class Order(msgspec.Struct, frozen=True):
    """What ``tills`` send: each ``batches`` of ``size`` sales, the first from ``offset`` seconds
    on, one every ``every_seconds``, or at once after the last where that is 0. The till ``live``
    sends one sale a second meanwhile, None for none."""

    folder: str
    address: str
    tills: int
    batches: int
    size: int = 1
    every_seconds: float = 0.0
    live: int | None = None
    first_till: int = 0


class Till:
    """A till with a connection, and its batches."""

    def __init__(self, identity: peer.TillIdentity, http: ClientSession, address: str) -> None:
        self._signed = SignedSession(http, address, Signer(identity.key, identity.certificate))
        self._path = f"/v1/tills/{identity.name.till_id}/events"
        self.bodies: list[bytes] = []
        self.waited: list[float] = []

    async def connect(self) -> None:
        """Shake hands: a till has its connection as a rule."""
        await self._signed.request("GET", "/live")

    async def send(self, body: bytes, due: float) -> None:
        """Send until it is taken; how long that took since it was due is kept."""
        while True:
            reply = await self._signed.request("POST", self._path, body)
            if reply.status == HTTPStatus.OK:
                break
            if reply.status not in (HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.TOO_MANY_REQUESTS):
                raise RuntimeError(f"the gateway says {reply.status}: {reply.body!r}")
            await asyncio.sleep(float(reply.headers.get("Retry-After", "1")))
        self.waited.append(time.monotonic() - due)

    async def send_all(self, begun: float, every_seconds: float) -> None:
        """Send all batches, paced or one after the other."""
        for number, body in enumerate(self.bodies):
            due = begun + number * every_seconds if every_seconds else time.monotonic()
            await asyncio.sleep(max(0.0, due - time.monotonic()))
            await self.send(body, due)


@asynccontextmanager
async def _till(order: Order, number: int) -> AsyncGenerator[Till]:
    identity = StoreFiles(Path(order.folder)).till(number)
    connector = TCPConnector(ssl=peer.context(identity, lambda _: None), limit=1)
    async with ClientSession(connector=connector) as http:
        yield Till(identity, http, order.address)


async def _run(order: Order) -> dict[str, Any]:
    async with AsyncExitStack() as stack:
        numbers = range(order.first_till, order.first_till + order.tills)
        tills = [await stack.enter_async_context(_till(order, number)) for number in numbers]
        files = StoreFiles(Path(order.folder))
        for number, till in zip(numbers, tills, strict=True):
            till.bodies = list(batches(files.till(number), order.batches, order.size))
        live = await _live(order, stack)
        for till in tills:
            await till.connect()
        print("ready", flush=True)  # noqa: T201 - to the process that started this one
        await asyncio.to_thread(sys.stdin.readline)
        return await _measured(order, tills, live)


async def _live(order: Order, stack: AsyncExitStack) -> Till | None:
    if order.live is None:
        return None
    till = await stack.enter_async_context(_till(order, order.live))
    till.bodies = list(batches(StoreFiles(Path(order.folder)).till(order.live), 600, 1))
    await till.connect()
    return till


async def _measured(order: Order, tills: Sequence[Till], live: Till | None) -> dict[str, Any]:
    begun, cpu = time.monotonic(), time.process_time()
    beside = asyncio.create_task(live.send_all(begun, 1.0)) if live else None
    # Spread over the interval, as tills are that know nothing of each other.
    step = order.every_seconds / len(tills)
    await asyncio.gather(
        *(each.send_all(begun + n * step, order.every_seconds) for n, each in enumerate(tills))
    )
    seconds = time.monotonic() - begun
    if beside:
        beside.cancel()
        await asyncio.gather(beside, return_exceptions=True)
    told = {
        "events": order.tills * order.batches * order.size,
        "seconds": round(seconds, 2),
        "client_cpu_seconds": round(time.process_time() - cpu, 2),
        **_percentiles("", [each for till in tills for each in till.waited]),
    }
    return told | _percentiles("live_", live.waited) if live else told


def _percentiles(prefix: str, waited: list[float]) -> dict[str, float]:
    waited.sort()
    places = {"p50_ms": 0.5, "p99_ms": 0.99, "max_ms": 1.0}
    return {
        f"{prefix}{name}": round(waited[min(len(waited) - 1, int(len(waited) * place))] * 1000, 1)
        for name, place in places.items()
    }


if __name__ == "__main__":
    ordered = msgspec.json.decode(sys.argv[1], type=Order)
    sys.stdout.write(msgspec.json.encode(asyncio.run(_run(ordered))).decode() + "\n")
