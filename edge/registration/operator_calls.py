"""What commands and the board ask: only who shows the identity of one of them is answered.

``by`` names the person behind; the registration believes it of these services, and notes both.
"""

from collections.abc import Generator
from contextlib import contextmanager
from http import HTTPStatus

from aiohttp import web

from edge.problems import Code, Refusal
from edge.registration.bodies import texts_of
from edge.registration.desk import NewVoucher, NoSuchDevice
from edge.registration.office import OFFICE
from edge.registration.records import OnBehalf
from edge.registration.visitors import who_asks
from identity.errors import IdentityError
from identity.names import Name, ServiceName, StoreName, TillName

OPERATORS = (ServiceName("board"), ServiceName("operator"))
"""Who may register and revoke."""

GATEWAY = ServiceName("gateway")
"""Of a stack that is itself one store."""

_BY_MAX = 128

_DIGITS_MAX = 19
"""Of a list's number, which PostgreSQL keeps in 64 bits."""

FEEDS = ServiceName("feeds")
"""Tells each store its own list, and signs none."""

routes = web.RouteTableDef()


@routes.get("/v1/devices")
async def devices(request: web.Request) -> web.Response:
    """All devices, or those of one location."""
    _operator(request)
    found = await request.app[OFFICE].desk.devices(request.query.get("location"))
    return web.json_response({"devices": found})


@routes.post("/v1/devices")
async def add(request: web.Request) -> web.Response:
    """Register a till; the answer holds its voucher, this once."""
    operator = _operator(request)
    location_id, till_id, by = await texts_of(request, "location_id", "till_id", "by")
    till = _till(location_id, till_id)
    with _refusing(till):
        voucher = await request.app[OFFICE].desk.add(till, _actor(request, operator, by))
    return _shown_once(voucher)


@routes.post("/v1/devices/{location_id}/{till_id}/spare")
async def spare(request: web.Request) -> web.Response:
    """A voucher for the store's safe."""
    till, actor = await _named(request)
    with _refusing(till):
        voucher = await request.app[OFFICE].desk.spare(till, actor)
    return _shown_once(voucher)


@routes.post("/v1/devices/{location_id}/{till_id}/revoke")
async def revoke(request: web.Request) -> web.Response:
    """End a till."""
    till, actor = await _named(request)
    with _refusing(till):
        await request.app[OFFICE].desk.revoke(till, actor)
    return web.json_response({"location_id": till.location_id, "till_id": till.till_id})


@routes.get("/v1/locations/{location_id}/device-list")
async def device_list(request: web.Request) -> web.Response:
    """A location's signed list: for the store itself, who tells it to stores, and operators. With
    ``above``, 204 unless its number is above that."""
    location_id = request.match_info["location_id"]
    try:
        readers = (*OPERATORS, GATEWAY, FEEDS, StoreName(location_id))
    except IdentityError as error:
        raise Refusal(HTTPStatus.NOT_FOUND, Code.REQUEST, str(error)) from error
    who_asks(request, readers, request.app[OFFICE].clock())
    lists, above = request.app[OFFICE].lists, _above(request)
    if above is not None and not await lists.is_above(location_id, above):
        return web.Response(status=HTTPStatus.NO_CONTENT)
    signed = await lists.of(location_id)
    if signed is None:
        raise Refusal(
            HTTPStatus.NOT_FOUND, Code.REQUEST, f"no till was ever registered in {location_id}"
        )
    return web.json_response(signed)


def _above(request: web.Request) -> int | None:
    told = request.query.get("above", "")
    if told and not (told.isascii() and told.isdecimal() and len(told) < _DIGITS_MAX):
        raise Refusal(HTTPStatus.BAD_REQUEST, Code.REQUEST, "'above' is the number of a list.")
    return int(told) if told else None


def _operator(request: web.Request) -> Name:
    """Who asks; `Refusal` before anything of the request is read."""
    return who_asks(request, OPERATORS, request.app[OFFICE].clock())


async def _named(request: web.Request) -> tuple[TillName, OnBehalf]:
    """The till that the path names, and on whose behalf an operator asks."""
    operator = _operator(request)
    (by,) = await texts_of(request, "by")
    till = _till(request.match_info["location_id"], request.match_info["till_id"])
    return till, _actor(request, operator, by)


def _actor(request: web.Request, operator: Name, by: str) -> OnBehalf:
    name = "".join(each for each in by if each.isprintable())[:_BY_MAX]
    return OnBehalf(f"{name or 'nobody'}, by {operator}", request.remote)


@contextmanager
def _refusing(till: TillName) -> Generator[None]:
    """Say in an answer why what was asked for ``till`` cannot be done."""
    try:
        yield
    except NoSuchDevice as error:
        raise Refusal(HTTPStatus.NOT_FOUND, Code.REQUEST, str(error)) from error
    except OverflowError as error:
        raise Refusal(HTTPStatus.CONFLICT, Code.REQUEST, f"{till}: {error}") from error


def _shown_once(voucher: NewVoucher) -> web.Response:
    headers = {"Cache-Control": "no-store"}
    return web.json_response(voucher.as_json(), status=201, headers=headers)


def _till(location_id: str, till_id: str) -> TillName:
    try:
        return TillName(location_id, till_id)
    except IdentityError as error:
        raise Refusal(HTTPStatus.BAD_REQUEST, Code.REQUEST, str(error)) from error
