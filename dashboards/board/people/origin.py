"""Whether a request that changes something was sent from a page of this board."""

from urllib.parse import urlsplit

from aiohttp import web

from dashboards.board.live.visitor import RequestRefused
from dashboards.board.people.policy import AccessPolicy, is_loopback
from dashboards.board.people.tokens import same

CSRF_FIELD = "csrf"
CSRF_HEADER = "X-CSRF"

_FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")


class Forged(RequestRefused):
    """The request does not come from a page of this board, or from one that is too old."""

    def __init__(self, cause: str) -> None:
        explanation = f"{cause} Nothing was changed. Go back, reload the page, and send it again."
        super().__init__("Not sent from this board", explanation, 403)


def require_loopback_name(request: web.Request) -> None:
    """Refuse a request that was sent to another name than the loopback's.

    A board without sign-in is safe because only this machine reaches it; but a page from
    elsewhere, whose name is made to lead to 127.0.0.1, runs in a browser on this machine.
    """
    name = urlsplit(f"//{request.host}").hostname or ""
    if not is_loopback(name):
        raise RequestRefused(
            "Not under this name",
            "This board runs without sign-in, for this machine only, and answers to 127.0.0.1 "
            "and localhost.",
            403,
        )


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
    field = (await request.post()).get(CSRF_FIELD, "")
    return field if isinstance(field, str) else ""
