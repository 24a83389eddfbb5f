"""Who may ask: a machine with a token, or a person who is signed in; and answers for machines.

Outermost of the application's layers, so that nothing under ``/api/`` is ever answered with a
page: what the layers below say in HTML is said again as a problem.
"""

from http import HTTPStatus

import msgspec
from aiohttp import web

from clients.statements import statement
from dashboards.board.api import problems
from dashboards.board.api.problems import NoAnswer
from dashboards.board.feed.database import DatabaseAway
from dashboards.board.feed.recent import Recent
from dashboards.board.live.board import BOARD
from dashboards.board.live.refused import SAFE_METHODS, Handler
from dashboards.board.live.visitor import BY_TOKEN, USER, Role, User
from dashboards.board.people.door import DOOR
from dashboards.board.people.strangers import TooManyStrangers
from dashboards.board.people.tokens import digest

FOLDERS = ("/api/", "/contracts/")
"""What machines read."""

SEEN_MAX = 1_000
"""Tokens that are known to be good when they come again, whatever else their address sends."""

SEEN: web.AppKey[Recent[bytes, bool]] = web.AppKey("seen", Recent)
"""Where the application keeps them."""

_CHALLENGE = {"WWW-Authenticate": 'Bearer realm="tillstream"'}

_AWAY = "PostgreSQL does not answer now: ask again later."


_SHOW_WHO_BOOKS = (
    "Send 'Authorization: Bearer' and a token of 'tillstream tokens add NAME --may-book'."
)

_STRANGERS = "Too many unknown tokens come from your address: ask again in a minute."


class _Token(msgspec.Struct, frozen=True):
    name: str
    role: Role


@web.middleware
async def machines(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Let machines in by their token, and tell faults as problems."""
    if not request.path.startswith(FOLDERS):
        return await handler(request)
    try:
        await _enter_by_token(request)
        if request.method not in SAFE_METHODS and BY_TOKEN not in request:
            raise NoAnswer(HTTPStatus.UNAUTHORIZED, _SHOW_WHO_BOOKS)
        response = await handler(request)
    except NoAnswer as fault:
        return _told(fault)
    except DatabaseAway:
        return _told(NoAnswer(HTTPStatus.SERVICE_UNAVAILABLE, _AWAY))
    except TooManyStrangers:
        return _told(NoAnswer(HTTPStatus.TOO_MANY_REQUESTS, _STRANGERS))
    except web.HTTPException as fault:
        response = fault
    if response.status < 300 or response.status == HTTPStatus.NOT_MODIFIED:
        return response
    if response.content_type == problems.CONTENT_TYPE:
        return response
    return _told(_said(response.status))


async def _enter_by_token(request: web.Request) -> None:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if not scheme:
        return
    if scheme.lower() != "bearer" or not token.strip():
        raise NoAnswer(HTTPStatus.UNAUTHORIZED, "Send 'Authorization: Bearer' and a token.")
    found = await _known(request, digest(token.strip()))
    if not found:
        raise NoAnswer(
            HTTPStatus.UNAUTHORIZED,
            "The token is not known, was revoked or has run out: 'tillstream tokens add' makes "
            "another.",
        )
    name, address = found[0].name, request.app[DOOR].address_of(request)
    request[USER] = User(f"token {name}", address, name, found[0].role)
    request[BY_TOKEN] = True


async def _known(request: web.Request, key: bytes) -> list[_Token]:
    """The token, if there is one; of what an address makes up, only some is looked for."""
    seen, door = request.app[SEEN], request.app[DOOR]

    async def ask() -> list[_Token]:
        database = request.app[BOARD].database
        return await database.query(statement(__file__, "token"), _Token, token_sha256=key)

    if seen.pop(key):
        found = await ask()
    else:
        found = await door.strangers.ask(door.source_of(request), ask)
    if found:
        seen.set(key, True)
    return found


def _said(status: int) -> NoAnswer:
    """What a layer below said in HTML; where it leads on to sign-in, a token is missing."""
    if status < HTTPStatus.BAD_REQUEST or status == HTTPStatus.UNAUTHORIZED:
        return NoAnswer(
            HTTPStatus.UNAUTHORIZED,
            "Send 'Authorization: Bearer' and a token of 'tillstream tokens add'.",
        )
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        return NoAnswer(HTTPStatus.SERVICE_UNAVAILABLE, _AWAY)
    known = HTTPStatus(status)
    return NoAnswer(known, known.description or known.phrase)


def _told(fault: NoAnswer) -> web.Response:
    unknown = fault.problem.status == HTTPStatus.UNAUTHORIZED
    return problems.response(fault.problem, _CHALLENGE if unknown else None)
