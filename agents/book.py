"""The rows of checkout totals, and which have changed since they were announced."""

from datetime import datetime

from agents.outputs import totals_message
from engine.contract import Outbox
from engine.state import PartitionState, Table
from tables.totals import Totals, touch
from topics.registry import CHECKOUT_TOTALS

TOTALS = "totals"


class Book:
    """Totals of one partition's locations and tills."""

    def __init__(self, state: PartitionState) -> None:
        self._rows: Table[Totals] = state.table(TOTALS)

    def rows(self, location_id: str, till_id: str, business_date: str) -> tuple[Totals, Totals]:
        """The location's and the till's row of a business date, to be changed by the caller."""
        return (
            self._rows.edit(f"{location_id}/{business_date}", Totals),
            self._rows.edit(f"{location_id}/{till_id}/{business_date}", Totals),
        )

    def count_carts(
        self, location_id: str, till_id: str, business_date: str, carts: int, offset: int
    ) -> tuple[Totals, Totals]:
        """Add ``carts`` open ones (negative: they left) where such a cart was opened."""
        rows = self.rows(location_id, till_id, business_date)
        for row in rows:
            row.open_carts += carts
            row.offset = offset
        return rows

    def touch(self, rows: tuple[Totals, Totals], at: datetime, offset: int) -> None:
        """Note that an event at ``offset``, which occurred ``at``, changed the rows."""
        for row in rows:
            touch(row, at, offset)

    def announce(self, outbox: Outbox) -> None:
        """Send every row that was looked up to be changed."""
        rows = self._rows.edited()
        outbox.send_all(CHECKOUT_TOTALS.name, (totals_message(*row) for row in rows))
