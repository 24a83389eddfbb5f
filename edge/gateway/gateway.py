"""A whole gateway: all its parts, and what runs side by side until it is asked to stop."""

import asyncio
import ssl
import time
from collections.abc import Callable, Coroutine, Generator, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from aiohttp import web

from edge.gateway import calls, health, openapi
from edge.gateway.calls import EventCalls
from edge.gateway.carts import cart_calls
from edge.gateway.carts.cart_calls import CartCalls
from edge.gateway.documented import GET_OPENAPI
from edge.gateway.errors import GatewayUnusable
from edge.gateway.file import GatewayFile
from edge.gateway.from_centre import FromCentre
from edge.gateway.health import Health
from edge.gateway.intake import BatchIntake
from edge.gateway.limits import Room
from edge.gateway.metrics import GatewayMetrics, Looks
from edge.gateway.outlet import Outlet, Topic
from edge.gateway.reporting import ReportedIntake
from edge.gateway.served import ServedCall
from edge.gateway.server import OpenConnections, serving
from edge.gateway.service import application
from edge.gateway.spool import Spool
from edge.signing.nonces import Nonces, NoncesError
from edge.signing.verifier import Verifier
from metrics import gateway as names

LAST_DRAIN_SECONDS = 5.0
"""How long a stop waits for what is in the spool while the topic takes it. Less leaves a store that
is shut down for the night with events that nobody sees before morning; more holds up the stop."""

_LOOK_SECONDS = 0.02

Part = Callable[[], Coroutine[Any, Any, None]]
"""Runs for ever beside the others, as a feed or a relay does. Whatever it raises ends the gateway:
what may come back it waits for itself."""


class OpenTopic(Topic, Protocol):
    """A topic with a connection that ends."""

    async def close(self) -> None:
        """Send what was given, and end the connection."""
        ...


class TillDoor(NamedTuple):
    """Where tills come in; port 0 takes a free one."""

    host: str
    port: int
    context: ssl.SSLContext


class Gateway:
    """One store's gateway. What feeds hear goes into ``centre``."""

    def __init__(
        self,
        location_id: str,
        file: GatewayFile,
        nonces: Nonces,
        topic: OpenTopic,
        metrics: GatewayMetrics,
    ) -> None:
        self.location_id = location_id
        self.metrics = metrics
        self.file = file
        self._topic = topic
        self._verifier = Verifier(nonces)
        self._room = Room()
        self.connections = OpenConnections()
        self.centre = FromCentre(location_id, self.connections)
        self.spool = Spool(file)
        self._outlet = Outlet(file, topic, self.spool)
        centre = self.centre
        self._health = Health(
            file, self.spool, topic, centre.devices, lambda: centre.refused_tables
        )
        reports = ReportedIntake(metrics)
        self.intake = BatchIntake(file, self._outlet, self.centre.status, reports, _now)
        self._events = EventCalls(
            self.intake,
            self.centre,
            self._room,
            metrics.batches,
            _now,
        )
        metrics.look(self._looks())

    def _looks(self) -> Looks:
        devices = self.centre.devices
        return {
            names.GATEWAY_KAFKA_UP: lambda: self._topic.is_up,
            names.GATEWAY_SPOOL_BYTES: lambda: self.spool.size,
            names.GATEWAY_SPOOL_SIZE: lambda: self.spool.size_max,
            names.GATEWAY_SPOOL_BATCHES: lambda: self.spool.batches,
            names.GATEWAY_SPOOL_OLDEST: lambda: self.spool.oldest_seconds,
            names.GATEWAY_CONNECTIONS: lambda: self.connections.count,
            names.GATEWAY_DEVICES_VERSION: lambda: devices.version,
            names.GATEWAY_DEVICES_HEARD: lambda: self.centre.devices_heard_at,
            names.GATEWAY_UNLISTED: lambda: devices.unlisted,
        }

    def application(self, more: Sequence[ServedCall] = ()) -> web.Application:
        """What answers tills: the gateway's own calls, and ``more``."""
        carts = CartCalls(self.file, self.centre.devices)
        own = [
            ServedCall(health.GET_LIVE, self._health.live),
            ServedCall(health.GET_READY, self._health.ready),
            ServedCall(GET_OPENAPI, openapi.get_openapi),
            ServedCall(calls.POST_EVENTS, self._events.post),
            ServedCall(cart_calls.GET_CARTS, carts.get),
            ServedCall(cart_calls.POST_HOLD, carts.hold),
            ServedCall(cart_calls.DELETE_HOLD, carts.let_go),
        ]
        return application([*own, *more], self._room, self._verifier, self.metrics)

    async def run(
        self,
        door: TillDoor,
        stopping: asyncio.Event,
        told: Callable[[str], None],
        more: Sequence[ServedCall] = (),
        parts: Sequence[Part] = (),
    ) -> None:
        """Serve until ``stopping`` is set; what is under way is answered. ``told`` hears the
        address.

        Raises `GatewayUnusable` where the file is lost, OSError where the port is taken, and
        whatever one of ``parts`` raises.
        """
        app = self.application(more)
        try:
            async with asyncio.TaskGroup() as group:
                own = (self._outlet.drain, self.file.watch)
                beside = [group.create_task(part()) for part in (*own, *parts)]
                async with serving(app, *door, self.connections) as address:
                    told(address)
                    await stopping.wait()
                await self._drained()
                for each in beside:
                    each.cancel()
        except BaseExceptionGroup as failed:
            raise _first(failed) from failed
        finally:
            await self._topic.close()

    async def _drained(self) -> None:
        """Wait until nothing waits for the topic, or it takes nothing now."""
        deadline = time.monotonic() + LAST_DRAIN_SECONDS
        # It ends for three reasons, of which two tell nobody.
        while self.spool.size and self._topic.is_up and time.monotonic() < deadline:  # noqa: ASYNC110
            await asyncio.sleep(_LOOK_SECONDS)


@contextmanager
def opened(
    location_id: str, folder: Path, topic: OpenTopic, metrics: GatewayMetrics
) -> Generator[Gateway]:
    """A gateway on the files in ``folder``, for the length of a block; `GatewayUnusable` where
    they cannot be used, or another process does."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (
        closing(GatewayFile(folder / "gateway.sqlite", timed=metrics.sync_seconds.observe)) as file,
        closing(_nonces(folder / "nonces.sqlite")) as nonces,
    ):
        yield Gateway(location_id, file, nonces, topic, metrics)


def _nonces(path: Path) -> Nonces:
    try:
        return Nonces(path)
    except NoncesError as error:
        raise GatewayUnusable(str(error)) from error


def _now() -> datetime:
    return datetime.now(UTC)


def _first(failed: BaseException) -> BaseException:
    """What went wrong first, without the groups around it."""
    inner: Sequence[BaseException] = getattr(failed, "exceptions", ())
    return _first(inner[0]) if inner else failed
