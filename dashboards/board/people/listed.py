"""Open sessions, as their owners and operators see them."""

from datetime import datetime

import msgspec

from clients.statements import statement
from dashboards.asking import Ask
from dashboards.board.live.visitor import Role

SHOWN_MAX = 200
"""Sessions on a page; a search finds others."""

_PROGRAMS = (("Edg/", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"),
             ("Safari/", "Safari"))  # fmt: skip
_SYSTEMS = (("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Windows", "Windows"),
            ("Mac OS", "macOS"), ("Linux", "Linux"))  # fmt: skip
"""The first that fits: a browser names those that it resembles as well."""


class ListedSession(msgspec.Struct, frozen=True):
    """A session that can be ended; nobody is shown its token."""

    session_id: str
    who: str
    role: Role
    is_strong: bool
    created_at: datetime
    expires_at: datetime
    address: str | None
    browser: str | None

    @property
    def program(self) -> str:
        """What it calls itself, in two words; anybody can call themselves so."""
        told = self.browser or ""
        program = next((name for mark, name in _PROGRAMS if mark in told), "")
        system = next((name for mark, name in _SYSTEMS if mark in told), "")
        return " on ".join(filter(None, (program, system))) or told[:40] or "unknown"


async def listed(ask: Ask, who: str | None = None, search: str = "") -> list[ListedSession]:
    """Those of one person, or of everybody, the newest first."""
    question = statement(__file__, "sessions_listed")
    return await ask(question, ListedSession, who=who, search=search, most=SHOWN_MAX)
