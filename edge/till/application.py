"""The till's web application: its own calls, and a way to the gateway for all others."""

from collections.abc import Callable
from contextlib import suppress
from http import HTTPStatus
from urllib.parse import quote

import structlog
from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from edge.problems import Code, Refusal
from edge.proxy.metrics import ProxyMetrics
from edge.proxy.service import Loopback, checks, passing_on
from edge.proxy.upstream import Upstream
from edge.till import openapi
from edge.till.api import BODY_BYTES_MAX, ROOT, SellingTill, add_calls, no_such_call

AT_ONCE_MAX = 64
"""Requests under way. One till's pages ask for a few; without an end, a program in a loop would
fill the memory with bodies."""

_OWN_WORDS = "/v1/tills/"
"""Of the gateway's calls those by which this till speaks for itself. Events that another program
numbered would fork the journal."""

_CUSTOMERS = ("/v1/customers/", "/v1/receipts/")
"""Of the gateway's calls those that need an employee's authorization."""

_PARAMETER = "authorization"
"""The query's parameter that names one."""

_HARDENED = {"X-Content-Type-Options": "nosniff", "Cache-Control": "no-store"}


def application(
    till: SellingTill,
    way: Callable[[], Upstream],
    metrics: ProxyMetrics,
    loopback: Loopback | None = None,
) -> web.Application:
    """Serves programs on this machine; ``way`` leads to the gateway, or raises `Refusal`."""
    app = web.Application(
        middlewares=[_plainly, *checks(metrics, loopback), _few_at_once()],
        client_max_size=BODY_BYTES_MAX,
    )
    add_calls(app, till)
    app.router.add_get(ROOT + "/openapi.json", _openapi)
    others = passing_on(way, metrics, lambda request: _authorized(till, request))
    app.router.add_route("*", "/{rest:.*}", _others(others))
    return app


async def _openapi(_: web.Request) -> web.Response:
    return web.Response(body=openapi.text(), content_type="application/json")


async def _authorized(till: SellingTill, request: web.Request) -> str:
    """What is customers' is asked in the name of who is signed in, unless a program names somebody
    itself; where nobody is, the gateway refuses it."""
    target = request.raw_path
    if not target.startswith(_CUSTOMERS) or _PARAMETER in request.query:
        return target
    with suppress(Refusal):
        named = f"{_PARAMETER}={quote(await till.customers.authorization(), safe='')}"
        return f"{target}{'&' if '?' in target else '?'}{named}"
    return target


def _others(pass_on: Handler) -> Handler:
    async def answer(request: web.Request) -> web.StreamResponse:
        if request.path.startswith(ROOT):
            raise no_such_call()
        if request.path.startswith(_OWN_WORDS):
            words = "Events go to the gateway by this till's journal alone."
            raise Refusal(HTTPStatus.FORBIDDEN, Code.REQUEST, words)
        return await pass_on(request)

    return answer


@web.middleware
async def _plainly(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Every answer is JSON, and none is taken for a page."""
    try:
        response = await handler(request)
    except web.HTTPException as error:
        detail = f"{error.reason}."
        response = Refusal(HTTPStatus(error.status), Code.REQUEST, detail).response()
    except Exception:
        structlog.get_logger("tillstream.till").exception("till_call_failed", path=request.path)
        words = "The till failed at this. Ask again with the same key: nothing is done twice."
        response = Refusal(HTTPStatus.INTERNAL_SERVER_ERROR, Code.REQUEST, words).response()
    response.headers.update(_HARDENED)
    return response


def _few_at_once() -> Middleware:
    under_way = 0

    @web.middleware
    async def few(request: web.Request, handler: Handler) -> web.StreamResponse:
        nonlocal under_way
        if under_way >= AT_ONCE_MAX:
            words = f"{AT_ONCE_MAX} requests are under way; wait for one of them."
            headers = {"Retry-After": "1"}
            raise Refusal(HTTPStatus.SERVICE_UNAVAILABLE, Code.BUSY, words, headers=headers)
        under_way += 1
        try:
            return await handler(request)
        finally:
            under_way -= 1

    return few
