"""What commands and the board ask: only who shows the identity of one of them is answered.

``by`` names the person behind; the registration believes it of these services, and notes both.
"""

from http import HTTPStatus

from aiohttp import web

from edge.problems import Code, Refusal
from edge.registration.bodies import texts_of
from edge.registration.desk import NoSuchDevice
from edge.registration.office import OFFICE
from edge.registration.records import OnBehalf
from edge.registration.visitors import who_asks
from identity.errors import IdentityError
from identity.names import ServiceName, StoreName, TillName

OPERATORS = (ServiceName("board"), ServiceName("operator"))
"""Who may register and revoke."""

GATEWAY = ServiceName("gateway")
"""Of a stack that is itself one store."""

_BY_MAX = 128

routes = web.RouteTableDef()


@routes.get("/v1/devices")
async def devices(request: web.Request) -> web.Response:
    """All devices, or those of one location."""
    _require_operator(request)
    found = await request.app[OFFICE].desk.devices(request.query.get("location"))
    return web.json_response({"devices": found})


@routes.post("/v1/devices")
async def add(request: web.Request) -> web.Response:
    """Register a till; the answer holds its voucher, this once."""
    _require_operator(request)
    location_id, till_id, by = await texts_of(request, "location_id", "till_id", "by")
    till = _till(location_id, till_id)
    try:
        voucher = await request.app[OFFICE].desk.add(till, _actor(request, by))
    except OverflowError as error:
        raise Refusal(HTTPStatus.CONFLICT, Code.REQUEST, f"{till}: {error}") from error
    return web.json_response(voucher.as_json(), status=201, headers=_ONCE)


@routes.post("/v1/devices/{location_id}/{till_id}/spare")
async def spare(request: web.Request) -> web.Response:
    """A voucher for the store's safe."""
    _require_operator(request)
    (by,) = await texts_of(request, "by")
    till = _till(request.match_info["location_id"], request.match_info["till_id"])
    try:
        voucher = await request.app[OFFICE].desk.spare(till, _actor(request, by))
    except NoSuchDevice as error:
        raise Refusal(HTTPStatus.NOT_FOUND, Code.REQUEST, str(error)) from error
    except OverflowError as error:
        raise Refusal(HTTPStatus.CONFLICT, Code.REQUEST, f"{till}: {error}") from error
    return web.json_response(voucher.as_json(), status=201, headers=_ONCE)


@routes.post("/v1/devices/{location_id}/{till_id}/revoke")
async def revoke(request: web.Request) -> web.Response:
    """End a till."""
    _require_operator(request)
    (by,) = await texts_of(request, "by")
    till = _till(request.match_info["location_id"], request.match_info["till_id"])
    try:
        await request.app[OFFICE].desk.revoke(till, _actor(request, by))
    except NoSuchDevice as error:
        raise Refusal(HTTPStatus.NOT_FOUND, Code.REQUEST, str(error)) from error
    return web.json_response({"location_id": till.location_id, "till_id": till.till_id})


@routes.get("/v1/locations/{location_id}/device-list")
async def device_list(request: web.Request) -> web.Response:
    """A location's signed list: for the store itself, and for operators."""
    location_id = request.match_info["location_id"]
    try:
        readers = (*OPERATORS, GATEWAY, StoreName(location_id))
    except IdentityError as error:
        raise Refusal(HTTPStatus.NOT_FOUND, Code.REQUEST, str(error)) from error
    who_asks(request, readers, request.app[OFFICE].clock())
    signed = await request.app[OFFICE].lists.of(location_id)
    if signed is None:
        raise Refusal(
            HTTPStatus.NOT_FOUND, Code.REQUEST, f"no till was ever registered in {location_id}"
        )
    return web.json_response(signed)


_ONCE = {"Cache-Control": "no-store"}


def _require_operator(request: web.Request) -> None:
    who_asks(request, OPERATORS, request.app[OFFICE].clock())


def _actor(request: web.Request, by: str) -> OnBehalf:
    service = who_asks(request, OPERATORS, request.app[OFFICE].clock())
    name = "".join(each for each in by if each.isprintable())[:_BY_MAX]
    return OnBehalf(f"{name or 'nobody'}, by {service}", request.remote)


def _till(location_id: str, till_id: str) -> TillName:
    try:
        return TillName(location_id, till_id)
    except IdentityError as error:
        raise Refusal(HTTPStatus.BAD_REQUEST, Code.REQUEST, str(error)) from error
