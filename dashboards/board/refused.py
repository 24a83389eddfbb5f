"""What could not be answered, as a page; or as a line on the page whose part asked."""

from aiohttp import web
from markupsafe import escape

from dashboards.board.access.guard import Handler
from dashboards.board.access.origin import SAFE_METHODS
from dashboards.board.access.refusals import Refused
from dashboards.board.feed.database import DatabaseAway
from dashboards.board.feed.writing import DatabaseBusy
from dashboards.board.pages.common import Visit, message

AWAY = (
    "PostgreSQL does not answer, so this cannot be done now. If you were saving something, look "
    "whether it was kept before you save it again."
)

BUSY = "Somebody else is changing the same at this moment. Nothing was saved: try again."


@web.middleware
async def refused_pages(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Turn what handlers raise into pages."""
    try:
        return await handler(request)
    except Refused as refused:
        return _told(request, refused.title, refused.explanation, refused.status)
    except DatabaseBusy:
        return _told(request, "Busy", BUSY, 409)
    except DatabaseAway:
        return _told(request, "Not possible at the moment", AWAY, 503)
    except web.HTTPNotFound:
        words = f"There is nothing at {request.path}."
        return _told(request, "Page not found", words, 404)


def _told(request: web.Request, title: str, explanation: str, status: int) -> web.Response:
    visit = Visit(request)
    if request.headers.get("HX-Request") and request.method not in SAFE_METHODS:
        # htmx swaps nothing for a failure: whoever pressed the button would see nothing at all.
        headers = {"HX-Retarget": "#refusal", "HX-Reswap": "innerHTML", "X-Refused": str(status)}
        told = str(escape(explanation))
        return web.Response(text=told, content_type="text/html", headers=headers)
    return message(visit, title, explanation, status)
