"""Who did what, for operators: the audit log, the newest first."""

from datetime import datetime

import msgspec
from aiohttp import web

from clients.statements import statement
from dashboards.board.feed.database import DatabaseAway
from dashboards.board.live.visit import Visit, message
from dashboards.board.live.visitor import require
from topics.scalars import SAFE_INTEGER_MAX

ENTRIES_SHOWN = 100
"""Entries at a time: a few screens of them."""

AWAY = "PostgreSQL does not answer: the log is read again when it is back."


class LogLine(msgspec.Struct, frozen=True):
    """One entry, without what was so before and after: the pages of what it is of show that."""

    entry_id: int
    happened_at: datetime
    who: str
    address: str | None
    action: str
    subject: str


async def audit(request: web.Request) -> web.Response:
    """A hundred entries; ``before`` in the address leads to older ones."""
    require(request, "operator")
    visit, asked = Visit(request), request.query.get("before", "")
    plain = asked.isascii() and asked.isdigit() and len(asked) < len(str(SAFE_INTEGER_MAX))
    before = int(asked) if plain else SAFE_INTEGER_MAX
    question = statement(__file__, "entries")
    try:
        entries = await visit.board.database.query(
            question, LogLine, before=before, search=visit.search(), limit=ENTRIES_SHOWN
        )
    except DatabaseAway:
        return message(visit, "Not known at the moment", AWAY, status=503)
    older = entries[-1].entry_id if len(entries) == ENTRIES_SHOWN else None
    shown = {"entries": entries, "older": older}
    return visit.page("people/audit.html", None, shown)


ROUTES = [web.get("/audit", audit)]
