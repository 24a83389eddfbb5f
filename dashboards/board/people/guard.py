"""What stands before every handler: who asks, may they, and did a page of ours send it."""

import asyncio

from aiohttp import web

from dashboards.board.feed.database import DatabaseAway
from dashboards.board.live.refused import SAFE_METHODS, Handler
from dashboards.board.live.visitor import BY_TOKEN, CSRF, USER, RequestRefused, User
from dashboards.board.people import origin
from dashboards.board.people.door import DOOR
from dashboards.board.people.targets import sign_in_address
from dashboards.board.people.tokens import csrf_of

FOR_MACHINES = ("/live", "/ready")
STATIC = "/static/"
"""What is answered to everybody, without a look at who asks."""

SIGN_IN = "/sign-in"
"""The page that is answered to who is not signed in, with what lies below it."""

RECHECK_SECONDS = 15.0
"""How long a stream goes on for somebody who signed out or was disabled."""


@web.middleware
async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Let the request through, or send its sender to sign in; raises `RequestRefused`."""
    if request.path in FOR_MACHINES or request.path.startswith(STATIC):
        return await handler(request)
    door = request.app[DOOR]
    origin.require_own_name(request, door.policy)
    secret, is_new = door.visit(request)
    user = request.get(USER) or await _user(request)
    signed_in = user is not None and door.policy.sign_in
    if user is not None:
        request[USER] = user
    csrf = csrf_of(door.token(request) if signed_in else secret)
    request[CSRF] = csrf
    if user is None and not _leads_in(request.path):
        return _sent_to_sign_in(request)
    # A token is in a header that no page of another site can send along.
    if request.method not in SAFE_METHODS and BY_TOKEN not in request:
        await origin.require_own(request, door.policy, csrf)
    if request.path == "/stream" and signed_in:
        return await _while_signed_in(request, handler)
    response = await handler(request)
    if is_new and response.content_type == "text/html":
        door.note_visit(response, secret)
    return response


def _leads_in(path: str) -> bool:
    return path == SIGN_IN or path.startswith(f"{SIGN_IN}/")


async def _user(request: web.Request) -> User | None:
    try:
        return await request.app[DOOR].user(request)
    except DatabaseAway:
        if _leads_in(request.path):
            return None
        raise


def _sent_to_sign_in(request: web.Request) -> web.StreamResponse:
    """A page leads on to where it was asked for; a part of a page takes its page there."""
    if request.path == "/stream":
        # The page then fetches itself, and so comes to the branch below.
        return web.Response(text="event: gone\ndata: {}\n\n", content_type="text/event-stream")
    if request.headers.get("HX-Request"):
        here = request.headers.get("HX-Current-URL", "")
        path = "/" + here.partition("://")[2].partition("/")[2]
        return web.Response(status=401, headers={"HX-Redirect": sign_in_address(path)})
    if request.method not in SAFE_METHODS:
        raise RequestRefused(
            "Signed out",
            "Your session has ended, and nothing was changed. Sign in in another tab, "
            "come back here, reload the page, and send it again.",
            401,
        )
    raise web.HTTPSeeOther(sign_in_address(request.path_qs))


async def _while_signed_in(request: web.Request, handler: Handler) -> web.StreamResponse:
    """A stream lasts for hours; it ends soon after its session has."""
    door = request.app[DOOR]
    task = asyncio.ensure_future(handler(request))
    try:
        while not task.done():
            await asyncio.wait({task}, timeout=RECHECK_SECONDS)
            if not task.done() and await door.is_out(request) and request.transport:
                # Its next message finds the line closed, as when a viewer has left.
                request.transport.close()
        return task.result()
    finally:
        task.cancel()
