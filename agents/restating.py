"""All that stands, said again page by page: how readers learn what a rebuild has found."""

from collections.abc import Sequence

from agents.book import Book
from agents.outputs import alert_message, level_message
from agents.shelf import Shelf
from agents.tills import Tills
from engine.contract import Message, Outbox
from topics.registry import CHECKOUT_TOTALS, RESTOCK_ALERTS, STOCK_LEVELS, TILL_STATUS

PAGE_ROWS = 2_000
"""Rows in one page, a transaction of some half a megabyte. Ten times that holds up the partition;
a tenth spends the time in round trips."""

_STAGES = ("levels", "totals", "tills")

_MARK = "\x00"
"""Between a cursor's stage and its key; no key holds it, and the next key is behind it."""


class Restating:
    """Goes through levels with their alerts, totals, and tills."""

    def __init__(self, shelf: Shelf, book: Book, tills: Tills, base: int) -> None:
        self._shelf = shelf
        self._book = book
        self._tills = tills
        self._base = base
        self._pages = {
            "levels": self._send_levels,
            "totals": self._send_totals,
            "tills": self._send_statuses,
        }

    def send_page(self, cursor: str | None, outbox: Outbox) -> str | None:
        """Send the page at ``cursor`` (None: the first); where the next begins, None at the end."""
        stage, _, start = (cursor or _STAGES[0]).partition(_MARK)
        last = self._pages[stage](start, outbox)
        if last is not None:
            return f"{stage}{_MARK}{last}{_MARK}"
        following = _STAGES[_STAGES.index(stage) + 1 :]
        return following[0] if following else None

    def _send_levels(self, start: str, outbox: Outbox) -> str | None:
        items = self._shelf.restated(start, PAGE_ROWS)
        known = [(key, item) for key, item in items if item.as_of is not None]
        base = self._base
        outbox.send_all(STOCK_LEVELS.name, [level_message(*each, base) for each in known])
        # Those that stand: who was told long ago that one is over need not hear it again.
        alerts = [alert_message(*each, base) for each in known if each[1].raised]
        outbox.send_all(RESTOCK_ALERTS.name, alerts)
        return _last(items)

    def _send_totals(self, start: str, outbox: Outbox) -> str | None:
        rows = self._book.restated(start, PAGE_ROWS)
        outbox.send_all(CHECKOUT_TOTALS.name, [message for _, message in rows])
        return _last(rows)

    def _send_statuses(self, start: str, outbox: Outbox) -> str | None:
        tills = self._tills.restated(start, PAGE_ROWS)
        said: list[Message] = [message for _, message in tills if message is not None]
        outbox.send_all(TILL_STATUS.name, said)
        return _last(tills)


def _last(page: Sequence[tuple[str, object]]) -> str | None:
    """The last key of a full page; None where there is no more."""
    return page[-1][0] if len(page) == PAGE_ROWS else None
