"""Derived topics to table rows: decoded, and only the newest version of each key.

A record that is not what its contract says is set apart, and its neighbours are taken.
"""

from collections import deque
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from operator import itemgetter
from typing import Any, NamedTuple, Protocol

import msgspec

from connectors.postgres.sink import derived_rows
from topics import registry
from topics import scalars as s

Row = tuple[Any, ...]

FAULTS = (msgspec.MsgspecError, ValueError, TypeError, RecursionError)
"""How bytes that are no value of their topic show."""

_PARTS_OF_A_TILLS_DAY = 3
"""A till's totals are keyed by location, till and day; the location's own by location and day."""

MISFITS_KEPT = 10_000
"""Malformed records that are kept of one reading. Fewer hides what the first of a burst were;
without a bound, a topic full of them would fill the memory."""


@dataclass(frozen=True, slots=True)
class DerivedTable:
    """A derived topic and the table of the same rows; ``key`` names the columns of its key.

    ``parse`` makes a row of a value; ``key_text`` writes a key as records bear it, ``key_of``
    reads one. All raise one of `FAULTS`.
    """

    topic: str
    table: str
    key: tuple[str, ...]
    columns: tuple[str, ...]
    parse: Callable[[bytes], Row]
    key_text: Callable[[Row], str]
    key_of: Callable[[str], Row]


class Record(Protocol):
    """What is used of a consumed record."""

    @property
    def topic(self) -> str: ...
    @property
    def partition(self) -> int: ...
    @property
    def offset(self) -> int: ...
    @property
    def timestamp(self) -> int: ...
    @property
    def key(self) -> bytes | None: ...
    @property
    def value(self) -> bytes | None: ...
    @property
    def headers(self) -> Sequence[tuple[str, bytes]]: ...


class Misfit(NamedTuple):
    """A malformed record, and what is wrong with it."""

    record: Record
    error: str


def _pair_text(key: Row) -> str:
    return f"{key[0]}/{key[1]}"


def _pair_of(text: str) -> Row:
    first, second = text.split("/")
    return _checked_id(first), _checked_id(second)


def _day_text(key: Row) -> str:
    location_id, till_id, day = key
    return f"{location_id}/{day}" if till_id is None else f"{location_id}/{till_id}/{day}"


def _day_of(text: str) -> Row:
    parts = text.split("/")
    till_id = _checked_id(parts[1]) if len(parts) == _PARTS_OF_A_TILLS_DAY else None
    location_id, *_, day = parts
    key = _checked_id(location_id), till_id, date.fromisoformat(day)
    if _day_text(key) != text:
        raise ValueError(f"{text!r} is no key of totals")
    return key


def _checked_id(text: str) -> str:
    return msgspec.convert(text, s.Identifier)


def _table(
    spec: registry.TopicSpec,
    struct: type[msgspec.Struct],
    key: tuple[str, ...],
    key_text: Callable[[Row], str] = _pair_text,
    key_of: Callable[[str], Row] = _pair_of,
) -> DerivedTable:
    decode: Callable[[bytes], msgspec.Struct] = msgspec.json.Decoder(struct).decode
    return DerivedTable(
        topic=spec.name,
        table=spec.name.replace(".", "_"),
        key=key,
        columns=struct.__struct_fields__,
        parse=lambda value: msgspec.structs.astuple(decode(value)),
        key_text=key_text,
        key_of=key_of,
    )


_TOTALS_KEY = ("location_id", "till_id", "business_date")

DERIVED_TABLES = (
    _table(registry.STOCK_LEVELS, derived_rows.Level, ("location_id", "sku")),
    _table(registry.CHECKOUT_TOTALS, derived_rows.Totals, _TOTALS_KEY, _day_text, _day_of),
    _table(registry.RESTOCK_ALERTS, derived_rows.Alert, ("location_id", "sku")),
    _table(registry.TILL_STATUS, derived_rows.Status, ("location_id", "till_id")),
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

    def add(self, records: Iterable[Record]) -> None:
        """Take the records in the order of their log."""
        for record in records:
            try:
                if record.value is None:
                    self._remove(self.table.key_of(_text(record.key)))
                else:
                    self._take(record.key, record.value)
            except FAULTS as fault:
                place = f"{record.topic}-{record.partition}-{record.offset}"
                error = f"{place} is no record of {record.topic}: {fault}"
                self.misfits.append(Misfit(record, error))
                self.misfits_met += 1

    def _take(self, record_key: bytes | None, value: bytes) -> None:
        row = self.table.parse(value)
        key = self._key(row)
        text = self.table.key_text(key)
        if text.encode() != record_key:
            raise ValueError(f"the row of {text} has the key {record_key!r}")
        held = self.rows.get(key)
        if held is None or held[self._version] < row[self._version]:
            self.rows[key] = row

    def _remove(self, key: Row) -> None:
        self.rows.pop(key, None)
        self.gone.add(key)


def _text(key: bytes | None) -> str:
    if key is None:
        raise ValueError("a tombstone without a key")
    return key.decode()
