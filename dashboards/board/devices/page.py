"""The list of devices, and what operators do with one."""

from datetime import datetime
from typing import Any

from aiohttp import web

from clients.registration import RegistrationAccess, RegistrationError
from dashboards.board.live.visit import Visit, field, form, is_identifier, message
from dashboards.board.live.visitor import RequestRefused, Role, require

NEEDED: Role = "operator"

REGISTRATION: web.AppKey[RegistrationAccess | None] = web.AppKey("registration")
"""Where devices are asked for; None on a board that was told of no registration."""

_NOT_TOLD = (
    "This board was told of no registration. Set TILLSTREAM_REGISTRATION, and with it the board's "
    "certificate and key, and start the board again."
)

_WORDS = {
    "token_used_twice": "two devices have used one token",
    "key_of_another": "a device came with another till's key",
}


async def listed(request: web.Request) -> web.Response:
    """Devices of all locations, or of one."""
    require(request, NEEDED)
    visit, location = Visit(request), _location(request)
    try:
        found = await _registration(request).devices(location or None)
    except RegistrationError as error:
        return message(visit, "Not known at the moment", _sentence(error), status=503)
    shown = {
        "location": location,
        "devices": [_shown(each) for each in found],
        "done": _done(request, found),
    }
    return visit.page("devices/list.html", None, shown)


async def register(request: web.Request) -> web.Response:
    """Register a till, or make it a spare voucher; shows the voucher, this once."""
    user = require(request, NEEDED)
    visit, sent = Visit(request), await form(request)
    location_id, till_id = field(sent, "location").strip(), field(sent, "till").strip()
    registration, spare = _registration(request), field(sent, "do") == "spare"
    try:
        make = registration.spare if spare else registration.add
        voucher = await make(location_id, till_id, user.who)
    except RegistrationError as error:
        raise RequestRefused("Not registered", _sentence(error), 422) from error
    answer = visit.page("devices/voucher.html", None, {"voucher": voucher, "spare": spare})
    answer.headers["Cache-Control"] = "no-store"
    return answer


async def ask_to_revoke(request: web.Request) -> web.Response:
    """Whether it shall go."""
    require(request, NEEDED)
    location_id, till_id = _till(request)
    shown = {"location_id": location_id, "till_id": till_id}
    return Visit(request).page("devices/revoke.html", None, shown)


async def revoke(request: web.Request) -> web.Response:
    """End a till."""
    user = require(request, NEEDED)
    location_id, till_id = _till(request)
    try:
        await _registration(request).revoke(location_id, till_id, user.who)
    except RegistrationError as error:
        raise RequestRefused("Not revoked", _sentence(error), 422) from error
    raise web.HTTPSeeOther(f"/devices?location={location_id}&done={till_id}")


def _registration(request: web.Request) -> RegistrationAccess:
    found = request.app[REGISTRATION]
    if found is None:
        raise RequestRefused("No registration", _NOT_TOLD, 503)
    return found


def _location(request: web.Request) -> str:
    asked = request.query.get("location", "").strip()
    return asked if is_identifier(asked) else ""


def _till(request: web.Request) -> tuple[str, str]:
    names = request.match_info["location_id"], request.match_info["till_id"]
    if not all(map(is_identifier, names)):
        raise web.HTTPNotFound
    return names


def _done(request: web.Request, found: list[dict[str, Any]]) -> str:
    """The till that was revoked a moment ago, if the address says so and it is true."""
    named = request.query.get("done", "")
    revoked = {each["till_id"] for each in found if each["status"] == "revoked"}
    return named if named in revoked else ""


def _shown(device: dict[str, Any]) -> dict[str, Any]:
    ends = device["certificate_ends"]
    return {
        **device,
        "certificate_ends": ends and datetime.fromisoformat(ends),
        "alarms": [_WORDS.get(kind, kind) for kind in device["alarms"]],
    }


def _sentence(error: RegistrationError) -> str:
    text = str(error)
    return f"{text[:1].upper()}{text[1:].rstrip('.')}."


ROUTES = [
    web.get("/devices", listed),
    web.post("/devices", register),
    web.get("/devices/{location_id}/{till_id}/revoke", ask_to_revoke),
    web.post("/devices/{location_id}/{till_id}/revoke", revoke),
]
