"""What could not be answered, as a page; or as a line on the page whose part asked."""

from collections.abc import Awaitable, Callable

from aiohttp import web
from markupsafe import escape

from dashboards.board.feed.database import DatabaseAway, DatabaseBusy
from dashboards.board.live.visit import Visit, message
from dashboards.board.live.visitor import RequestRefused

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
"""Those that change nothing."""

AWAY = (
    "PostgreSQL does not answer, so this cannot be done now. If you were saving something, look "
    "whether it was kept before you save it again."
)

BUSY = "Somebody else is changing the same at this moment. Nothing was saved: try again."

SLOW = "PostgreSQL took too long over this: try again in a moment."

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@web.middleware
async def refused_pages(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Turn what handlers raise into pages."""
    try:
        return await handler(request)
    except RequestRefused as refused:
        return _told(request, refused.title, refused.explanation, refused.status)
    except DatabaseBusy:
        if request.method in SAFE_METHODS:
            return _told(request, "Not possible at the moment", SLOW, 503)
        return _told(request, "Busy", BUSY, 409)
    except DatabaseAway:
        return _told(request, "Not possible at the moment", AWAY, 503)
    except web.HTTPNotFound:
        words = f"There is nothing at {request.path}."
        return _told(request, "Page not found", words, 404)


def _told(request: web.Request, title: str, explanation: str, status: int) -> web.Response:
    if request.headers.get("HX-Request") and request.method not in SAFE_METHODS:
        # htmx swaps nothing for a failure: whoever pressed the button would see nothing at all.
        headers = {"HX-Retarget": "#refusal", "HX-Reswap": "innerHTML", "X-Refused": str(status)}
        told = str(escape(explanation))
        return web.Response(text=told, content_type="text/html", headers=headers)
    return message(Visit(request), title, explanation, status)
