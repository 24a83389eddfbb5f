"""The rows of checkout totals, which have changed since they were announced, and their end."""

import msgspec

from agents.clocks import Clocks
from agents.deadlines import Deadlines
from agents.outputs import totals_message
from agents.ports import Counting
from engine.agents import State
from engine.contract import Message, Outbox
from engine.table import Table
from tables.moments import Moment
from tables.offsets import UNSEEN
from tables.times import KEPT_US
from tables.totals import Day, Totals, cover, end_of_day, touch
from topics.registry import CHECKOUT_TOTALS

TOTALS = "totals"
DAYS = "days"
DAY = "d"
"""The kind of deadline of a business date."""


class Rows(msgspec.Struct, gc=False):
    """The location's and the till's row of a business date, with their keys.

    ``kept`` says that they will be announced with the open batch.
    """

    location_key: str
    till_key: str
    location: Totals
    till: Totals
    both: tuple[Totals, Totals]
    kept: bool = False


class _Looked(msgspec.Struct, gc=False):
    """A location's row, and what it had when it was looked up."""

    location_id: str
    row: Totals
    receipts: int
    net_minor: int


class Book:
    """Totals of one partition's locations and tills."""

    def __init__(
        self, state: State, deadlines: Deadlines, clocks: Clocks, counting: Counting, base: int
    ) -> None:
        self._rows: Table[Totals] = state.table(TOTALS)
        self._days: Table[Day] = state.table(DAYS)
        self._deadlines = deadlines
        self._clocks = clocks
        self._counting = counting
        self._base = base
        self._last_words: list[Message] = []
        self._looked_up: dict[str, Rows] = {}
        self._locations: dict[str, _Looked] = {}

    def look(self, location_id: str, till_id: str, day: str) -> Rows:
        """The rows as they are, empty ones where there are none; nothing changes yet."""
        till_key = f"{location_id}/{till_id}/{day}"
        rows = self._looked_up.get(till_key)
        if rows is None:
            location_key = f"{location_id}/{day}"
            location = self._look_at_location(location_id, location_key)
            till = self._rows.get(till_key) or Totals()
            cover(location, till)
            rows = Rows(location_key, till_key, location, till, (location, till))
            self._looked_up[till_key] = rows
        return rows

    def keep(self, rows: Rows, moment: Moment) -> None:
        """Note that the event of ``moment`` changes the rows: they will be announced."""
        if rows.till.offset == UNSEEN:
            self._begin(rows, moment.clock_us)
        touch(rows.both, moment.at, moment.clock_us, moment.offset)
        if not rows.kept:
            self._put(rows)

    def count_carts(
        self, location_id: str, till_id: str, day: str, carts: int, moment: Moment
    ) -> None:
        """Add ``carts`` open ones (negative: they left) where such a cart was opened."""
        rows = self.look(location_id, till_id, day)
        for row in rows.both:
            row.open_carts += carts
        self.keep(rows, moment)

    def forget_cart(self, location_id: str, till_id: str, day: str, offset: int) -> None:
        """One open cart less that nobody heard of any more: no event of the rows happened."""
        rows = self.look(location_id, till_id, day)
        for row in rows.both:
            row.open_carts -= 1
            row.offset = offset
        if not rows.kept:
            self._put(rows)

    def leave(self, location_id: str, day: str, clock_us: int, _offset: int) -> None:
        """A date's time has come: it leaves, unless something was heard of it since."""
        key = f"{location_id}/{day}"
        ends_us = end_of_day(self._rows.get(key), day, clock_us)
        if ends_us > clock_us:
            self._deadlines.note(location_id, DAY, day, ends_us)
            return
        self._forget_looks()
        for till_id in (self._days.get(key) or Day()).tills:
            self._drop(f"{location_id}/{till_id}/{day}")
        self._drop(key)
        self._days.drop(key)
        self._clocks.close_date(location_id, day)

    def _drop(self, key: str) -> None:
        """Let a row go. What has changed of it since it was told last is told first."""
        row = self._rows.changed.get(key)
        if row is not None:
            self._last_words.append(totals_message(key, row, self._base))
        self._rows.drop(key)

    def announce(self, outbox: Outbox) -> None:
        """Send every row that was changed. What has left stays as it was told last."""
        self._forget_looks()
        last_words, self._last_words = self._last_words, []
        outbox.send_all(CHECKOUT_TOTALS.name, last_words)
        rows = self._rows.edited()
        outbox.send_all(CHECKOUT_TOTALS.name, (totals_message(*row, self._base) for row in rows))

    def restated(self, start: str, limit: int) -> list[tuple[str, Message]]:
        """The first rows from the key ``start`` on, as they stand."""
        rows = self._rows.scan_from("", start, limit)
        return [(key, totals_message(key, row, self._base)) for key, row in rows]

    def restate(self, key: str) -> Message:
        """One row as it stands; a tombstone where there is none."""
        row = self._rows.peek(key)
        return totals_message(key, row, self._base) if row else Message(key.encode(), None)

    def _put(self, rows: Rows) -> None:
        rows.kept = True
        self._rows.put(rows.location_key, rows.location)
        self._rows.put(rows.till_key, rows.till)

    def _look_at_location(self, location_id: str, key: str) -> Totals:
        looked = self._locations.get(key)
        if looked is None:
            row = self._rows.get(key) or Totals()
            looked = _Looked(location_id, row, row.receipts, row.net_sales_minor)
            self._locations[key] = looked
        return looked.row

    def _forget_looks(self) -> None:
        """What was looked up holds within a batch only: rows leave, and the cache lets go.

        What the locations' rows have gained since is what was sold: so no sale is counted singly.
        """
        counts = self._counting.now
        for looked in self._locations.values():
            receipts = looked.row.receipts - looked.receipts
            net_minor = looked.row.net_sales_minor - looked.net_minor
            if receipts or net_minor:
                counts.note_sales(looked.location_id, receipts, net_minor)
        self._looked_up, self._locations = {}, {}

    def _begin(self, rows: Rows, clock_us: int) -> None:
        """The till's first event of the date."""
        location_id, till_id, day = rows.till_key.split("/")
        known = self._days.get(rows.location_key)
        if known is None:
            self._deadlines.note(location_id, DAY, day, clock_us + KEPT_US)
            known = Day()
        known.tills.append(till_id)
        self._days.put(rows.location_key, known)
