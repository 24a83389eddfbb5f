"""Whether a request was sent to this board, and from a page of its own."""

import ipaddress
from urllib.parse import urlsplit

from aiohttp import web

from clients.loopback import is_loopback
from dashboards.board.live.visit import field, form
from dashboards.board.live.visitor import RequestRefused
from dashboards.board.people.policy import AccessPolicy
from dashboards.board.people.tokens import same

CSRF_FIELD = "csrf"
CSRF_HEADER = "X-CSRF"

_FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")


class Forged(RequestRefused):
    """The request does not come from a page of this board, or from one that is too old."""

    def __init__(self, cause: str) -> None:
        explanation = f"{cause} Nothing was changed. Go back, reload the page, and send it again."
        super().__init__("Not sent from this board", explanation, 403)


def require_own_name(request: web.Request, policy: AccessPolicy) -> None:
    """Refuse a request that was sent to a name that is not the board's.

    Another page, whose name is made to lead to this address, runs in a browser that can reach
    the board, and passes for a page of the board's own. With https the certificate refuses it.
    """
    name = _host_name(request)
    if is_loopback(name) or _is_own_name(name, policy):
        return
    here = policy.address or "127.0.0.1 and localhost"
    raise RequestRefused("Not under this name", f"This board answers to {here}.", 403)


def _host_name(request: web.Request) -> str:
    try:
        return urlsplit(f"//{request.host}").hostname or ""
    except ValueError:
        return ""


def _is_own_name(name: str, policy: AccessPolicy) -> bool:
    if not policy.sign_in:
        return False
    if policy.address:
        # A proxy may hand on the address by which it reaches the board: a page has a name.
        return name == urlsplit(policy.address).hostname or _is_number(name)
    return policy.has_certificate


def _is_number(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


async def require_own(request: web.Request, policy: AccessPolicy, expected: str) -> None:
    """Raise `Forged` unless the request comes from a page of this board and carries the token."""
    _require_own_origin(request, policy)
    if not same(await _given_token(request), expected):
        raise Forged("The form has no valid token: the page was open for too long.")


def _require_own_origin(request: web.Request, policy: AccessPolicy) -> None:
    origin = request.headers.get("Origin")
    site = request.headers.get("Sec-Fetch-Site", "same-origin")
    # Programs other than browsers send neither.
    own = site == "same-origin" if origin is None else _is_own(origin, request, policy)
    if not own:
        raise Forged("The request was sent from another site.")


def _is_own(origin: str, request: web.Request, policy: AccessPolicy) -> bool:
    if policy.address:
        return origin.rstrip("/") == policy.address.rstrip("/")
    # What stands in front may speak https where the board speaks http: the name decides.
    return urlsplit(origin).netloc == request.host


async def _given_token(request: web.Request) -> str:
    header = request.headers.get(CSRF_HEADER)
    if header is not None:
        return header
    if request.content_type not in _FORMS:
        return ""
    return field(await form(request), CSRF_FIELD)
