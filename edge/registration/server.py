"""The registration as a web server, over TLS alone."""

import ssl
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import asynccontextmanager
from http import HTTPStatus

from aiohttp import web

from edge.problems import Code, Refusal
from edge.registration import est, json_calls, operator_calls
from edge.registration.answers import BUSY_SECONDS, SAID, Saying, saying
from edge.registration.office import OFFICE, Office
from edge.registration.requests import BYTES_MAX
from edge.watched_server import serving_watched

IDLE_SECONDS = 15.0
"""How long a connection may say nothing, or half a request. Without an end, a few thousand that are
opened and left hold every socket."""

SHUTDOWN_SECONDS = 5.0
"""How long a stop waits for answers that are under way."""

_Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def build(office: Office) -> web.Application:
    """The application, for one office."""
    app = web.Application(middlewares=[_answers], client_max_size=BYTES_MAX)
    app[OFFICE] = office
    app.router.add_get("/live", _live)
    for each in (est, json_calls, operator_calls):
        app.add_routes(each.routes)
    return app


@asynccontextmanager
async def serving(office: Office, host: str, port: int, tls: ssl.SSLContext) -> AsyncGenerator[str]:
    """Serve for the length of a block; its address. Port 0 takes a free one.

    Raises OSError where the port is taken.
    """
    runner = web.AppRunner(
        build(office),
        access_log=None,
        keepalive_timeout=IDLE_SECONDS,
        shutdown_timeout=SHUTDOWN_SECONDS,
    )
    try:
        async with serving_watched(runner, office.watch, host, port, tls) as address:
            yield address
    finally:
        await office.database.close()


async def _live(_: web.Request) -> web.Response:
    return web.Response(text="ok")


@web.middleware
async def _answers(request: web.Request, handler: _Handler) -> web.StreamResponse:
    """Say what went wrong in the protocol of the call."""
    try:
        return await handler(request)
    except SAID as error:
        return _said(request, _limited(request, saying(error)))
    except Refusal as problem:
        return problem.response()
    except web.HTTPRequestEntityTooLarge:
        words = f"A request has {BYTES_MAX // 1024} KiB at most."
        return _said(
            request, Saying(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, Code.TOO_LARGE, words, "too_large")
        )


def _limited(request: web.Request, said: Saying) -> Saying:
    """Another answer for who shows wrong tokens without end."""
    if said.status is not HTTPStatus.UNAUTHORIZED or not request.app[OFFICE].wrong_tokens.too_many(
        request.remote or ""
    ):
        return said
    wait = {"Retry-After": str(BUSY_SECONDS)}
    words = "Too many wrong tokens from here: come again later."
    return Saying(HTTPStatus.TOO_MANY_REQUESTS, Code.BUSY, words, said.reason, wait)


def _said(request: web.Request, said: Saying) -> web.Response:
    headers = dict(said.headers)
    if said.status is HTTPStatus.UNAUTHORIZED:
        headers["WWW-Authenticate"] = 'Basic realm="tillstream", charset="UTF-8"'
    if request.path.startswith(est.ROOT):
        # EST's clients show people the text as it is.
        return web.Response(text=f"{said.words}\n", status=said.status, headers=headers)
    return Refusal(said.status, said.code, said.words, headers=headers).response()
