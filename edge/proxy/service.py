"""The proxy's web application: what a program sends is checked, asked, and its answer passed on."""

import hmac
import socket
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from http import HTTPStatus

from aiohttp import hdrs, web
from aiohttp.typedefs import Handler, Middleware
from multidict import CIMultiDict

from edge.problems import Code, Refusal
from edge.proxy.metrics import ProxyMetrics
from edge.proxy.upstream import Upstream
from edge.signing.guard import read_body
from edge.signing.session import Reply

BODY_BYTES_MAX = 1024 * 1024
"""Twice the largest batch that a gateway takes. It is held in memory while it is hashed."""

ASKED_WITH = ("Accept", "Accept-Encoding", "Accept-Language", "Content-Type", "If-None-Match")
"""Headers of a program that go on to the gateway. None of them is signed, so none may matter to
who may do what."""

ANSWERED_WITH = (
    *("Cache-Control", "Content-Encoding", "Content-Type", "ETag", "Retry-After"),
    *("Location", "WWW-Authenticate"),
)
"""Headers of the gateway that come back to the program."""


SHUTDOWN_SECONDS = 3.0
"""How long a stop waits for answers that are under way."""


def application(
    upstream: Upstream, metrics: ProxyMetrics, loopback: "Loopback | None" = None
) -> web.Application:
    """Serves programs on this machine; ``loopback`` says how those without the socket come in."""
    app = web.Application(middlewares=checks(metrics, loopback), client_max_size=BODY_BYTES_MAX)
    app.router.add_route("*", "/{rest:.*}", passing_on(lambda: upstream, metrics))
    return app


def checks(metrics: ProxyMetrics, loopback: "Loopback | None") -> list[Middleware]:
    """What every request of a program goes through."""
    found = [_refusals(metrics), _check_target]
    if loopback is not None:
        found.append(loopback.check)
    return found


async def _as_asked(request: web.Request) -> str:
    return request.raw_path


def passing_on(
    way: Callable[[], Upstream],
    metrics: ProxyMetrics,
    target: Callable[[web.Request], Awaitable[str]] = _as_asked,
) -> Callable[[web.Request], Awaitable[web.Response]]:
    """Asks the gateway what a program asks; ``way`` says by which way, or raises `Refusal`, and
    ``target`` under which path and query."""

    async def pass_on(request: web.Request) -> web.Response:
        body = await read_body(request)
        headers = {name: request.headers[name] for name in ASKED_WITH if name in request.headers}
        reply = await way().ask(request.method, await target(request), body, headers)
        metrics.requests.labels("passed_on").inc()
        return _answer(reply)

    return pass_on


@asynccontextmanager
async def serving(app: web.Application, listening: socket.socket) -> AsyncGenerator[None]:
    """The application on a socket that listens, for the length of a block."""
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=SHUTDOWN_SECONDS)
    await runner.setup()
    try:
        await web.SockSite(runner, listening).start()
        yield
    finally:
        await runner.cleanup()


def _answer(reply: Reply) -> web.Response:
    headers: CIMultiDict[str] = CIMultiDict()
    for name in ANSWERED_WITH:
        for value in reply.headers.getall(name, ()):
            headers.add(name, value)
    return web.Response(body=reply.body, status=reply.status, headers=headers)


def _refusals(metrics: ProxyMetrics) -> Middleware:
    @web.middleware
    async def answer(request: web.Request, handler: Handler) -> web.StreamResponse:
        try:
            return await handler(request)
        except Refusal as refusal:
            away = refusal.code is Code.UPSTREAM
            metrics.requests.labels("gateway_away" if away else "refused").inc()
            return refusal.response()

    return answer


@web.middleware
async def _check_target(request: web.Request, handler: Handler) -> web.StreamResponse:
    if not request.raw_path.startswith("/"):
        detail = "Ask by path and query, without scheme and host."
        raise Refusal(HTTPStatus.BAD_REQUEST, Code.REQUEST, detail)
    if request.headers.get(hdrs.CONTENT_ENCODING, "identity") != "identity":
        detail = "A body may not be compressed."
        raise Refusal(HTTPStatus.UNSUPPORTED_MEDIA_TYPE, Code.REQUEST, detail)
    return await handler(request)


class Loopback:
    """Who may come in over loopback: programs that have read the secret, and no page of a browser.

    A page from anywhere can make the browser of this machine ask here. It says where it comes from
    in ``Origin``; under a name of its own that leads here, it says so in ``Host``.
    """

    def __init__(self, port: int, secret: str) -> None:
        self._hosts = {f"127.0.0.1:{port}", f"localhost:{port}"}
        self._origins = {f"http://{host}" for host in self._hosts}
        self._wanted = f"Bearer {secret}".encode()

    @property
    def check(self) -> Middleware:
        """Refuses all others."""

        @web.middleware
        async def check(request: web.Request, handler: Handler) -> web.StreamResponse:
            self._check(request.headers)
            return await handler(request)

        return check

    def _check(self, headers: Mapping[str, str]) -> None:
        if headers.get(hdrs.HOST) not in self._hosts:
            raise _stranger(HTTPStatus.MISDIRECTED_REQUEST, "Ask this proxy by its own address.")
        if headers.get(hdrs.ORIGIN, "") not in {"", *self._origins}:
            raise _stranger(HTTPStatus.FORBIDDEN, "Pages from elsewhere may not ask here.")
        given = headers.get(hdrs.AUTHORIZATION, "").encode("utf-8", "surrogateescape")
        if not hmac.compare_digest(given, self._wanted):
            raise _stranger(
                HTTPStatus.UNAUTHORIZED,
                "Send the secret of this start: Authorization: Bearer …, from the file that the "
                "proxy names when it starts.",
                {"WWW-Authenticate": "Bearer"},
            )


def _stranger(status: HTTPStatus, detail: str, headers: Mapping[str, str] | None = None) -> Refusal:
    return Refusal(status, Code.REQUEST, detail, headers=headers)
