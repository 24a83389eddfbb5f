"""Records of derived topics: a row under its own key, or a key whose row is gone. Pure."""

from collections.abc import Mapping
from datetime import date
from typing import Any, TypeVar

import msgspec

from topics import registry
from topics.decoder import Decoder, Refused
from topics.quick_checks import admit_ids
from topics.wire_derived import (
    AnyRow,
    WireCheckoutTotals,
    WireRestockAlert,
    WireStockLevel,
    WireTillStatus,
    decode_alert,
    decode_level,
    decode_status,
    decode_totals,
)

R = TypeVar("R", bound=AnyRow)

Ident = tuple[str, ...]
"""The parts of a key."""

ROWS: Mapping[str, type[AnyRow]] = {
    registry.STOCK_LEVELS.name: WireStockLevel,
    registry.CHECKOUT_TOTALS.name: WireCheckoutTotals,
    registry.RESTOCK_ALERTS.name: WireRestockAlert,
    registry.TILL_STATUS.name: WireTillStatus,
}
"""What each derived topic holds."""

DECODERS: Mapping[str, Decoder[Any]] = {
    registry.STOCK_LEVELS.name: decode_level,
    registry.CHECKOUT_TOTALS.name: decode_totals,
    registry.RESTOCK_ALERTS.name: decode_alert,
    registry.TILL_STATUS.name: decode_status,
}
"""What reads the values of each."""


class Gone(msgspec.Struct, frozen=True, gc=False):
    """A tombstone: there is no such row any more. ``struct`` is what it was."""

    struct: type[AnyRow]
    ident: Ident

    @property
    def location_id(self) -> str:
        """Where it was."""
        return self.ident[0]


def read_record(topic: str, key: bytes | None, value: bytes | None) -> AnyRow | Gone:
    """What a record of a derived topic says; raises `Refused` where it breaks the contract."""
    if value is None:
        return Gone(ROWS[topic], _ident_in(ROWS[topic], key or b""))
    return read_row(DECODERS[topic], key, value)


def read_row(decode: Decoder[R], key: bytes | None, value: bytes) -> R:
    """The row of a record; raises `Refused`.

    One under another key than its own would never be compacted away, nor taken back.
    """
    row = decode(value)
    if row.key.encode() != key:
        raise Refused(f"the row of {row.key} has the key {key!r}")
    return row


def _ident_in(struct: type[AnyRow], key: bytes) -> Ident:
    try:
        ident = tuple(key.decode().split("/"))
        admit_ids(*_ids_in(struct, ident))
    except ValueError as fault:
        raise Refused(f"a tombstone whose key {key!r} names no row") from fault
    return ident


def _ids_in(struct: type[AnyRow], ident: Ident) -> Ident:
    """The ids among the parts of a key; ValueError where it has too many or too few."""
    *ids, day = ident
    is_day = struct is WireCheckoutTotals
    if is_day and date.fromisoformat(day).isoformat() != day:
        raise ValueError(day)
    if len(ident) not in ((2, 3) if is_day else (2,)):
        raise ValueError(ident)
    return tuple(ids) if is_day else ident
