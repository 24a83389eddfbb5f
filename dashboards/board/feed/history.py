"""What was done to one thing, by the audit log."""

from datetime import datetime
from typing import Any

import msgspec

from clients.statements import statement
from dashboards.asking import Ask

ENTRIES_MAX = 50
"""Changes that a page lists: more than anybody makes of one thing; the log has all of them."""


class Entry(msgspec.Struct, frozen=True):
    """One change: by whom, when, and what was so before and after."""

    happened_at: datetime
    who: str
    action: str
    before: dict[str, Any] | None
    after: dict[str, Any] | None


async def history(ask: Ask, subject: str) -> list[Entry]:
    """The changes of a subject, the last first."""
    return await ask(statement(__file__, "history"), Entry, subject=subject, most=ENTRIES_MAX)
