"""What one side says of a store: its own database, or the centre's."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import psycopg

from clients.statements import statement
from topics.down import FeedKey

ROWS_AT_ONCE = 5_000

Connection = psycopg.Connection[Any]

Row = tuple[Any, ...]


class Digest(NamedTuple):
    """A row of master data. ``is_due`` says that a store should have it now."""

    digest: str
    is_due: bool


class TillWindow(NamedTuple):
    """Which numbers were heard: up to ``last``, but for those in ``missing``."""

    last: int
    missing: list[list[int]]

    def has(self, sequence: int) -> bool:
        """Whether that one was."""
        lacks = any(first <= sequence <= end for first, end in self.missing)
        return sequence <= self.last and not lacks


Windows = dict[tuple[str, int], TillWindow]
"""By till and epoch."""


class Applied(NamedTuple):
    """How far a store is with which feed."""

    feed: str | None
    version: int


@dataclass(frozen=True, slots=True)
class StoreSide:
    """One side of one store; everything is asked anew each time."""

    connection: Connection
    location_id: str

    def rows(self) -> dict[FeedKey, Digest]:
        """Master data that a store may have."""
        return {FeedKey(kind, row_id): Digest(*held) for kind, row_id, *held in self._all("rows")}

    def windows(self) -> Windows:
        """What was heard of tills."""
        return {
            (till_id, epoch): TillWindow(last, missing)
            for till_id, epoch, last, missing in self._all("windows")
        }

    def applied(self) -> Applied:
        """How far it is with its feed; of a store alone."""
        found = self._all("replicated")
        return Applied(*found[0]) if found else Applied(None, 0)

    def scan(self, name: str) -> Iterator[Row]:
        """The rows of a statement in its order, however many there are."""
        with self.connection.transaction(), self.connection.cursor("reconcile_stores") as cursor:
            cursor.itersize = ROWS_AT_ONCE
            yield from cursor.execute(statement(__file__, name), {"location": self.location_id})

    def _all(self, name: str) -> list[Row]:
        asked = self.connection.execute(statement(__file__, name), {"location": self.location_id})
        return asked.fetchall()
