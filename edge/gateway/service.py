"""The gateway's web application: who may come in, and which call is whose."""

from collections.abc import Collection, Sequence
from http import HTTPStatus

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

from edge.gateway.limits import Room
from edge.gateway.metrics import GatewayMetrics
from edge.gateway.served import ServedCall
from edge.journal.batches import BATCH_BYTES_MAX
from edge.problems import Code, Refusal
from edge.signing.guard import ShownBy, certificate_shown, guard
from edge.signing.verifier import ASKED, Verifier


def application(
    calls: Sequence[ServedCall],
    room: Room,
    verifier: Verifier,
    metrics: GatewayMetrics,
    shown_by: ShownBy = certificate_shown,
) -> web.Application:
    """The application; ``shown_by`` says which certificate a connection shows."""
    open_paths = {each.path for each, _ in calls if each.is_open}
    app = web.Application(
        middlewares=[
            metrics.middleware,
            _problems,
            _certified(open_paths, shown_by),
            room.middleware,
            guard(verifier, open_paths, shown_by),
        ],
        client_max_size=BATCH_BYTES_MAX,
    )
    for operation, handler in calls:
        app.router.add_route(operation.method, operation.path, handler)
    return app


def _certified(open_paths: Collection[str], shown_by: ShownBy) -> Middleware:
    """Refuses who shows no certificate before anything is read of what it sends."""

    @web.middleware
    async def certified(request: web.Request, handler: Handler) -> web.StreamResponse:
        if request.path not in open_paths and shown_by(request) is None:
            words = "This connection shows no device's certificate."
            raise Refusal(HTTPStatus.UNAUTHORIZED, Code.DEVICE, words, headers=ASKED)
        return await handler(request)

    return certified


@web.middleware
async def _problems(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Say every refusal as a problem, the server's own as well."""
    try:
        return await handler(request)
    except Refusal as refusal:
        return refusal.response()
    except web.HTTPException as error:
        if error.status < HTTPStatus.BAD_REQUEST:
            raise
        kept = {name: error.headers[name] for name in ("Allow",) if name in error.headers}
        status = HTTPStatus(error.status)
        return Refusal(status, Code.REQUEST, f"{status.phrase}.", headers=kept).response()
