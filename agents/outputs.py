"""State as the messages that the output topics carry.

The structs are those of `topics.wire_derived`, because pydantic's encoding costs ten times
msgspec's. ``base`` is what stands before every version: the generation of the state.
"""

from collections.abc import Callable
from datetime import datetime

import msgspec

from engine.contract import Message
from tables.items import Item
from tables.restock import suggested_quantity
from tables.tills import TillState, waited_for
from tables.totals import Totals
from topics.sequences import count
from topics.upkeep import GENERATION_BITS
from topics.wire_derived import (
    WireCheckoutTotals,
    WireOlderEpoch,
    WireRestockAlert,
    WireStockLevel,
    WireTillStatus,
)

RANGES_TOLD_MAX = 1_000
EPOCHS_TOLD_MAX = 1_000
"""Missing ranges and older epochs in one status: a message of some 30 KB each at the most, which is
sent with every event of such a till. The count beside them says how much there is in all."""

_encode = msgspec.json.Encoder().encode


# Built from what a fold holds: a date as its key's text, a time that is None until the first
# event, ranges as lists. msgspec writes them alike, and to convert them would cost the hot path.
_level: Callable[..., msgspec.Struct] = WireStockLevel
_totals: Callable[..., msgspec.Struct] = WireCheckoutTotals
_alert: Callable[..., msgspec.Struct] = WireRestockAlert
_till: Callable[..., msgspec.Struct] = WireTillStatus
_epoch: Callable[..., WireOlderEpoch] = WireOlderEpoch


def base_of(generation: int) -> int:
    """What stands before every version of a generation."""
    return generation << GENERATION_BITS


def level_message(key: str, item: Item, base: int) -> Message:
    """`topics.derived.StockLevel` of ``location_id/sku``."""
    location_id, _, sku = key.partition("/")
    on_hand, in_carts, version = item.on_hand, item.in_carts, base + item.level_version
    level = _level(location_id, sku, on_hand, in_carts, on_hand - in_carts, version, item.as_of)
    return Message(key.encode(), _encode(level))


def alert_message(key: str, item: Item, base: int) -> Message:
    """`topics.derived.RestockAlert` of ``location_id/sku``, as it stands now."""
    return _alert_message(key, item, base, item.raised_at, item.cleared_at)


def no_alert_message(key: str, item: Item, base: int) -> Message:
    """The same for an item that has none: somebody believes that one stands."""
    return _alert_message(key, item, base, item.as_of, item.as_of)


def _alert_message(
    key: str, item: Item, base: int, raised_at: datetime | None, cleared_at: datetime | None
) -> Message:
    location_id, _, sku = key.partition("/")
    alert = _alert(
        location_id,
        sku,
        "raised" if item.raised else "cleared",
        item.reason or "below_reorder_point",
        item.on_hand,
        item.alert_reorder_point,
        suggested_quantity(item),
        raised_at,
        base + item.alert_version,
        cleared_at,
    )
    return Message(key.encode(), _encode(alert))


def totals_message(key: str, row: Totals, base: int) -> Message:
    """`topics.derived.CheckoutTotals` of a location's or a till's business date."""
    location_id, *till_id, business_date = key.split("/")
    totals = _totals(
        location_id,
        till_id[0] if till_id else None,
        business_date,
        row.receipts,
        row.returns,
        row.units,
        row.weight_grams,
        row.returned_units,
        row.returned_weight_grams,
        row.gross_minor,
        row.discount_minor,
        row.tax_minor,
        row.refund_minor,
        row.net_sales_minor,
        row.tenders,
        row.open_carts,
        row.discrepancies,
        base + row.version,
        row.as_of,
    )
    return Message(key.encode(), _encode(totals))


def till_message(key: str, till: TillState, base: int) -> Message:
    """`topics.derived.TillStatus` of ``location_id/till_id``."""
    location_id, _, till_id = key.partition("/")
    is_alone = len(till.epochs) == 1
    epoch = next(iter(till.epochs)) if is_alone else till.epoch
    window = till.epochs[epoch]
    missing = waited_for(window) if window.missing else []
    status = _till(
        location_id,
        till_id,
        epoch,
        window.last,
        missing[:RANGES_TOLD_MAX],
        count(missing) if missing else 0,
        [] if is_alone else _older(till, epoch),
        0 if is_alone and not window.quarantined else _quarantined(till),
        till.duplicates,
        till.forks,
        till.unlisted,
        till.last_seen,
        base + till.version,
        till.last_hash,
    )
    return Message(key.encode(), _encode(status))


def _quarantined(till: TillState) -> int:
    return sum(count(window.quarantined) for window in till.epochs.values())


def _older(till: TillState, newest: int) -> list[WireOlderEpoch]:
    told: list[WireOlderEpoch] = []
    room = RANGES_TOLD_MAX
    for epoch in sorted(till.epochs.keys() - {newest}, reverse=True)[:EPOCHS_TOLD_MAX]:
        window = till.epochs[epoch]
        missing = waited_for(window)[:room]
        room -= len(missing)
        told.append(_epoch(epoch, window.last, missing))
    return told[::-1]
