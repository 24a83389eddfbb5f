"""An aiohttp middleware that lets only signed requests in, and answers problems as such."""

import asyncio
from collections.abc import Callable, Collection
from functools import partial
from http import HTTPStatus

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from edge.problems import Code, Refusal
from edge.signing.verifier import Received, Verifier

BODY_SECONDS_MAX = 30.0
"""How long a body may take to arrive. A slow line needs 20 s for the largest batch; without an
end, a thousand devices that stop half-way hold a thousand bodies."""

CERTIFICATE = web.RequestKey("certificate", bytes)
"""The DER of the certificate by which the request was proven."""

ShownBy = Callable[[web.Request], bytes | None]
"""The certificate that the connection of a request shows, in DER."""


def certificate_shown(request: web.Request) -> bytes | None:
    """The client's certificate on a TLS connection."""
    link = request.transport and request.transport.get_extra_info("ssl_object")
    return link.getpeercert(binary_form=True) if link else None


def guard(
    verifier: Verifier, open_paths: Collection[str] = (), shown_by: ShownBy = certificate_shown
) -> Middleware:
    """Refuses whatever ``verifier`` does not prove, but for the paths that are open to all."""

    @web.middleware
    async def middleware(request: web.Request, handler: Handler) -> web.StreamResponse:
        try:
            if request.path not in open_paths:
                request[CERTIFICATE] = await _prove(request, verifier, shown_by)
            return await handler(request)
        except Refusal as problem:
            return problem.response()

    return middleware


async def _prove(request: web.Request, verifier: Verifier, shown_by: ShownBy) -> bytes:
    if not request.raw_path.startswith("/"):
        raise _wrong("Ask by path and query, without scheme and host.")
    if request.headers.get("Content-Encoding", "identity") != "identity":
        raise Refusal(
            HTTPStatus.UNSUPPORTED_MEDIA_TYPE, Code.REQUEST, "A body may not be compressed."
        )
    certificate = shown_by(request)
    received = Received(
        method=request.method,
        target=request.raw_path,
        lines=partial(request.headers.getall, default=()),
        body=await read_body(request),
        certificate=certificate,
    )
    await verifier.verify(received)
    assert certificate is not None  # noqa: S101 - or it would not be proven
    return certificate


async def read_body(request: web.Request) -> bytes:
    """The whole body; raises `Refusal` where it is too large, or does not arrive in time."""
    try:
        async with asyncio.timeout(BODY_SECONDS_MAX):
            return await request.read()
    except TimeoutError as error:
        raise Refusal(
            HTTPStatus.REQUEST_TIMEOUT, Code.REQUEST, "The body did not arrive in time."
        ) from error
    except web.HTTPRequestEntityTooLarge as error:
        raise Refusal(
            HTTPStatus.REQUEST_ENTITY_TOO_LARGE, Code.TOO_LARGE, f"{error.text}."
        ) from error


_wrong = partial(Refusal, HTTPStatus.BAD_REQUEST, Code.REQUEST)
