"""The store API as a web server, over TLS alone."""

import asyncio
import ssl
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import datetime
from http import HTTPStatus

import orjson
from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from clients.postgres import PostgresAccess
from edge.gateway.documented import GET_OPENAPI
from edge.gateway.health import GET_LIVE
from edge.gateway.limits import Room
from edge.gateway.served import ServedCall
from edge.pooled import Away, PooledConnections
from edge.problems import Code, Refusal
from edge.store_api import calls, connections, openapi
from edge.store_api.calls import StoreCalls
from edge.store_api.metrics import StoreApiMetrics
from edge.store_api.quota import StoreQuotas
from edge.store_api.visitors import LOCATION, store_asking
from edge.watched_server import serving_watched

IDLE_SECONDS = 75.0
"""How long a connection may say nothing. A gateway keeps its own open, so that no question waits
for a handshake; without an end, those that are left hold every socket."""

SHUTDOWN_SECONDS = 2.0

BYTES_MAX = 512 * 1024
"""Of a request: two hundred returns of a receipt, each with its lines, are a tenth of it."""

LOOK_SECONDS = 5.0
"""How often the database is looked at for `/ready` and the metrics."""

_RETRY_AFTER = {"Retry-After": "5"}


class StoreApi:
    """One process's: its connections, who answers, and whether the database does."""

    def __init__(
        self,
        postgres: PostgresAccess,
        metrics: StoreApiMetrics,
        clock: Callable[[], datetime],
    ) -> None:
        """``clock`` tells the time in UTC, by which certificates are judged."""
        self.database = PooledConnections(postgres, connections.NAME, connections.LIMITS)
        self.metrics = metrics
        self.clock = clock
        self.room = Room()
        self._quotas = StoreQuotas()
        self._is_ready = False

    def application(self) -> web.Application:
        """What answers stores."""
        answering = StoreCalls(self.database.transaction)
        served = [
            ServedCall(GET_LIVE, _live),
            ServedCall(openapi.GET_READY, self._ready),
            ServedCall(GET_OPENAPI, openapi.get_openapi),
            ServedCall(calls.GET_STOCK, answering.get_stock),
            ServedCall(calls.GET_RECEIPTS, answering.get_receipts),
            ServedCall(calls.GET_CUSTOMERS_RECEIPTS, answering.get_customers_receipts),
            ServedCall(calls.POST_RETURN, answering.post_return),
        ]
        asked = [self.metrics.middleware, _problems, self._asking(served), self.room.middleware]
        app = web.Application(middlewares=asked, client_max_size=BYTES_MAX)
        for operation, handler in served:
            app.router.add_route(operation.method, operation.path, handler)
        return app

    def _asking(self, served: Sequence[ServedCall]) -> Middleware:
        """Says which store asks, before anything of its request is read; each has a few turns, so
        that none keeps the others waiting."""
        open_paths = {each.path for each, _ in served if each.is_open}

        @web.middleware
        async def asking(request: web.Request, handler: Handler) -> web.StreamResponse:
            if request.path in open_paths:
                return await handler(request)
            request[LOCATION] = store_asking(request, self.clock())
            self._quotas.take(request[LOCATION])
            with self.room.turn(request[LOCATION]):
                return await handler(request)

        return asking

    async def watch(self) -> None:
        """Look at the database until cancelled."""
        while True:
            with suppress(Away):
                await self._look()
            await asyncio.sleep(LOOK_SECONDS)

    async def _look(self) -> None:
        # Until it has answered, it does not.
        try:
            async with self.database.transaction() as connection:
                await connection.execute("SELECT FROM return_reservations LIMIT 1")
        except Away:
            self._is_ready = False
            self.metrics.database_up.set(0)
            raise
        self._is_ready = True
        self.metrics.database_up.set(1)

    async def _ready(self, _: web.Request) -> web.Response:
        if not self._is_ready:
            raise _away()
        return web.Response(body=orjson.dumps({"ready": True}), content_type="application/json")


@asynccontextmanager
async def serving(api: StoreApi, host: str, port: int, tls: ssl.SSLContext) -> AsyncGenerator[str]:
    """Serve for the length of a block; its address. Port 0 takes a free one.

    Raises OSError where the port is taken.
    """
    runner = web.AppRunner(
        api.application(),
        access_log=None,
        keepalive_timeout=IDLE_SECONDS,
        shutdown_timeout=SHUTDOWN_SECONDS,
    )
    try:
        async with serving_watched(runner, api.watch, host, port, tls) as address:
            yield address
    finally:
        await api.database.close()


async def _live(_: web.Request) -> web.Response:
    return web.Response(text="ok")


@web.middleware
async def _problems(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Say every refusal as a problem, the server's own as well."""
    try:
        return await handler(request)
    except Refusal as refusal:
        return refusal.response()
    except Away:
        return _away().response()
    except web.HTTPException as error:
        if error.status < HTTPStatus.BAD_REQUEST:
            raise
        kept = {name: error.headers[name] for name in ("Allow",) if name in error.headers}
        status = HTTPStatus(error.status)
        is_large = status is HTTPStatus.REQUEST_ENTITY_TOO_LARGE
        code = Code.TOO_LARGE if is_large else Code.REQUEST
        return Refusal(status, code, f"{status.phrase}.", headers=kept).response()


def _away() -> Refusal:
    words = "The centre's database does not answer now."
    return Refusal(HTTPStatus.SERVICE_UNAVAILABLE, Code.UPSTREAM, words, headers=_RETRY_AFTER)
