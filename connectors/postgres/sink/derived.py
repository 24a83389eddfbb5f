"""Derived topics to table rows: decoded, and only the newest version of each key.

A record that is not what its contract says is set apart, and its neighbours are taken.
"""

from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from operator import itemgetter
from typing import Any, NamedTuple

import msgspec

from following.records import FollowedRecord
from topics import registry
from topics.decoder import Refused
from topics.derived_records import ROWS, Gone, Ident, read_record

Row = tuple[Any, ...]

MISFITS_KEPT = 10_000
"""Malformed records that are kept of one reading. Fewer hides what the first of a burst were;
without a bound, a topic full of them would fill the memory."""


@dataclass(frozen=True, slots=True)
class DerivedTable:
    """A derived topic and the table of the same rows; ``key`` names the columns of its key."""

    topic: str
    table: str
    key: tuple[str, ...]
    columns: tuple[str, ...]


class Misfit(NamedTuple):
    """A malformed record, and what is wrong with it."""

    record: FollowedRecord
    error: str


def _table(spec: registry.TopicSpec, *key: str) -> DerivedTable:
    columns = ROWS[spec.name].__struct_fields__
    return DerivedTable(spec.name, spec.name.replace(".", "_"), key, columns)


DERIVED_TABLES = (
    _table(registry.STOCK_LEVELS, "location_id", "sku"),
    _table(registry.CHECKOUT_TOTALS, "location_id", "till_id", "business_date"),
    _table(registry.RESTOCK_ALERTS, "location_id", "sku"),
    _table(registry.TILL_STATUS, "location_id", "till_id"),
)

DERIVED_BY_TOPIC = {table.topic: table for table in DERIVED_TABLES}


class Newest:
    """The newest row of each key of one derived table, as records come in.

    ``gone`` are the keys of which a record said that they are: what is in ``rows`` of such a key
    came after it, and counts whatever its version. ``misfits`` are the newest of the malformed
    records, ``misfits_met`` is how many there were.
    """

    def __init__(self, table: DerivedTable) -> None:
        self.table = table
        self.rows: dict[Row, Row] = {}
        self.gone: set[Row] = set()
        self.misfits: deque[Misfit] = deque(maxlen=MISFITS_KEPT)
        self.misfits_met = 0
        self._key: Callable[[Row], Row] = itemgetter(*map(table.columns.index, table.key))
        self._version = table.columns.index("version")

    def add(self, records: Iterable[FollowedRecord]) -> None:
        """Take the records in the order of their log."""
        for record in records:
            try:
                said = read_record(record.topic, record.key, record.value)
            except Refused as fault:
                place = f"{record.topic}-{record.partition}-{record.offset}"
                error = f"{place} is no record of {record.topic}: {fault}"
                self.misfits.append(Misfit(record, error))
                self.misfits_met += 1
            else:
                if isinstance(said, Gone):
                    self._remove(self._key_in(said.ident))
                else:
                    self._take(msgspec.structs.astuple(said))

    def _take(self, row: Row) -> None:
        key = self._key(row)
        held = self.rows.get(key)
        if held is None or held[self._version] < row[self._version]:
            self.rows[key] = row

    def _remove(self, key: Row) -> None:
        self.rows.pop(key, None)
        self.gone.add(key)

    def _key_in(self, ident: Ident) -> Row:
        if self.table.topic != registry.CHECKOUT_TOTALS.name:
            return ident
        location_id, *till_id, day = ident
        return location_id, till_id[0] if till_id else None, date.fromisoformat(day)
