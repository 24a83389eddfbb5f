"""Derived topics to table rows: decoded, and only the newest version of each key.

The structs mirror the pydantic models in `topics.derived`, which stay the reference; a test
feeds both the same bytes. Numbers are only bounded by what a ``bigint`` holds: a sum of lawful
quantities may exceed the range of one.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any, Literal, Protocol

import msgspec

from topics import registry
from topics import scalars as s

Row = tuple[Any, ...]

_Integer = Annotated[int, msgspec.Meta(ge=-(2**63), le=2**63 - 1)]
_Time = Annotated[datetime, msgspec.Meta(tz=True)]


class _StockLevel(msgspec.Struct, frozen=True, gc=False):
    location_id: s.Identifier
    sku: s.Identifier
    on_hand: _Integer
    in_carts: _Integer
    available: _Integer
    version: _Integer
    as_of: _Time


class _CheckoutTotals(msgspec.Struct, frozen=True, gc=False):
    location_id: s.Identifier
    till_id: s.Identifier | None
    business_date: date
    receipts: _Integer
    returns: _Integer
    units: _Integer
    returned_units: _Integer
    gross_minor: _Integer
    discount_minor: _Integer
    tax_minor: _Integer
    refund_minor: _Integer
    net_sales_minor: _Integer
    tenders: dict[s.TenderKind, _Integer]
    open_carts: _Integer
    discrepancies: _Integer
    version: _Integer
    as_of: _Time


class _RestockAlert(msgspec.Struct, frozen=True, gc=False):
    location_id: s.Identifier
    sku: s.Identifier
    state: Literal["raised", "cleared"]
    reason: Literal["below_reorder_point", "out_of_stock", "negative_stock"]
    on_hand: _Integer
    reorder_point: _Integer | None
    suggested_quantity: _Integer
    raised_at: _Time
    version: _Integer
    cleared_at: _Time | None = None


class _TillStatus(msgspec.Struct, frozen=True, gc=False):
    location_id: s.Identifier
    till_id: s.Identifier
    epoch: _Integer
    last_sequence: _Integer
    missing: list[tuple[int, int]]
    duplicates: _Integer
    last_seen: _Time
    version: _Integer


@dataclass(frozen=True, slots=True)
class DerivedTable:
    """A derived topic and the table of the same rows; ``key`` names the columns of its key."""

    topic: str
    table: str
    key: tuple[str, ...]
    columns: tuple[str, ...]
    decode: Callable[[bytes | None], Row]


class Malformed(Exception):
    """A derived value that is not what its contract says: our own workers wrote it.

    There is no dead letter for it, because skipping it would leave a row wrong for good.
    """


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
    def value(self) -> bytes | None: ...


def _table(
    spec: registry.TopicSpec, struct: type[msgspec.Struct], key: tuple[str, ...]
) -> DerivedTable:
    parse: Callable[[Any], msgspec.Struct] = msgspec.json.Decoder(struct).decode
    return DerivedTable(
        topic=spec.name,
        table=spec.name.replace(".", "_"),
        key=key,
        columns=struct.__struct_fields__,
        decode=lambda value: msgspec.structs.astuple(parse(value)),
    )


DERIVED_TABLES = (
    _table(registry.STOCK_LEVELS, _StockLevel, ("location_id", "sku")),
    _table(registry.CHECKOUT_TOTALS, _CheckoutTotals, ("location_id", "till_id", "business_date")),
    _table(registry.RESTOCK_ALERTS, _RestockAlert, ("location_id", "sku")),
    _table(registry.TILL_STATUS, _TillStatus, ("till_id",)),
)

DERIVED_BY_TOPIC = {table.topic: table for table in DERIVED_TABLES}


class Newest:
    """The newest row of each key of one derived table, as records come in."""

    def __init__(self, table: DerivedTable) -> None:
        self.table = table
        self.rows: dict[Row, Row] = {}
        self._key = [table.columns.index(name) for name in table.key]
        self._version = table.columns.index("version")

    def add(self, records: Iterable[Record]) -> None:
        """Take the records' values; raises `Malformed` with the place of the bad one."""
        rows, version = self.rows, self._version
        for record in records:
            row = self._decode(record)
            key = tuple([row[at] for at in self._key])
            held = rows.get(key)
            if held is None or held[version] < row[version]:
                rows[key] = row

    def _decode(self, record: Record) -> Row:
        try:
            return self.table.decode(record.value)
        except (msgspec.MsgspecError, ValueError, TypeError) as fault:
            place = f"{record.topic}-{record.partition}-{record.offset}"
            raise Malformed(f"{place} is no value of {record.topic}: {fault}") from fault
