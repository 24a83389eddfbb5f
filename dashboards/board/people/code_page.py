"""The second step of a sign-in: a code; or a secret that the user's phone shall hold."""

from http import HTTPStatus

import segno
from aiohttp import web

from dashboards.board.live.visit import Visit, field, form
from dashboards.board.live.visitor import RequestRefused
from dashboards.board.people import cookies, entering, totp
from dashboards.board.people.door import DOOR
from dashboards.board.people.entering import TooLate
from dashboards.board.people.half import Half
from dashboards.board.people.targets import sign_in_address, target


async def show(request: web.Request) -> web.Response:
    """The form for the code, beneath the secret where one is to be confirmed."""
    wanted, half = target(request.query.get("next", "/")), await _half(request)
    if half is None:
        raise web.HTTPSeeOther(sign_in_address(wanted))
    return _form(request, half, wanted)


async def send(request: web.Request) -> web.Response:
    """The code: in, if it is right."""
    sent, half = await form(request), await _half(request)
    if half is None:
        raise TooLate
    wanted, code = target(field(sent, "next")), field(sent, "code")
    try:
        return await (_with_code if half.secret is None else _enrol)(request, half, code, wanted)
    except TooLate:
        raise
    except RequestRefused as refused:
        return _form(request, half, wanted, refused.explanation, refused.status)


async def _with_code(request: web.Request, half: Half, code: str, wanted: str) -> web.Response:
    door = request.app[DOOR]
    token = await entering.with_code(door, _token(request), half, code, door.origin_of(request))
    response = web.HTTPSeeOther(wanted)
    door.let_in(response, token)
    door.know_browser(request, response, half.name)
    raise response


async def _enrol(request: web.Request, half: Half, code: str, wanted: str) -> web.Response:
    door = request.app[DOOR]
    enrolled = await entering.enrol(door, _token(request), half, code, door.origin_of(request))
    shown = {"codes": enrolled.recovery_codes, "next": wanted}
    response = Visit(request).page("people/recovery_codes.html", None, shown)
    # Not even this browser shows them again.
    response.headers["Cache-Control"] = "no-store"
    door.let_in(response, enrolled.session)
    door.know_browser(request, response, half.name)
    return response


def _token(request: web.Request) -> str:
    return request.app[DOOR].cookies.read(request, cookies.HALF)


async def _half(request: web.Request) -> Half | None:
    door = request.app[DOOR]
    return await door.half.find(_token(request), door.source_of(request))


def _form(
    request: web.Request,
    half: Half,
    wanted: str,
    fault: str = "",
    status: int = HTTPStatus.OK,
) -> web.Response:
    shown = {"next": wanted, "name": half.name, "fault": fault, "secret": "", "picture": ""}
    if half.secret is not None:
        secret = bytes(half.secret)
        address = totp.address(secret, half.name, request.host)
        # Inline, for the policy allows no picture from a text; white, as cameras read it.
        picture = segno.make(address, error="m").svg_inline(
            scale=4, light="#fff", dark="#000", svgclass="qr", lineclass=None, omitsize=True
        )
        shown |= {"secret": totp.readable(secret), "picture": picture, "address": address}
    response = Visit(request).page("people/code.html", None, shown, status)
    response.headers["Cache-Control"] = "no-store"
    return response


ROUTES = [web.get("/sign-in/code", show), web.post("/sign-in/code", send)]
