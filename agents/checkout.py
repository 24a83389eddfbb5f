"""`till.cart-events`: tills, carts, sales and returns."""

from collections.abc import Callable, Sequence
from typing import Any

from agents.book import Book
from agents.intake import Intake
from agents.open_carts import OpenCarts
from agents.outputs import till_message
from agents.ports import Counting
from agents.shelf import Shelf
from engine.contract import Outbox, Record
from engine.state import PartitionState, Table
from tables.items import Item, move, touch_by_till
from tables.offsets import require_unseen
from tables.tills import Admission, TillState, admit, see
from tables.times import credible, is_ahead
from tables.totals import Totals, add_return, add_sale, sum_of
from topics.registry import TILL_EVENTS, TILL_STATUS
from topics.wire import (
    AnyWireEvent,
    WireCartAbandoned,
    WireCartCompleted,
    WireCartOpened,
    WireGoodsReturned,
    WireLineAdded,
    WireLineVoided,
    WireTillHeartbeat,
    decode_till_event,
)

TILLS = "tills"

Apply = Callable[[Any, int, int, int], None]
"""(event, its credible time, its location's clock, its offset); times in microseconds."""


class Checkout:
    """Folds till events; each new one once, whatever its order."""

    def __init__(
        self,
        state: PartitionState,
        intake: Intake,
        shelf: Shelf,
        book: Book,
        carts: OpenCarts,
        locations: Table[Any],
        counting: Counting,
    ) -> None:
        self._tills: Table[TillState] = state.table(TILLS)
        self._changed: dict[str, TillState] = {}
        self._intake = intake
        self._shelf = shelf
        self._book = book
        self._carts = carts
        self._locations = locations
        self._counting = counting
        self._appliers: dict[type, tuple[str, Apply]] = {
            WireCartOpened: ("cart_opened", carts.opened),
            WireLineAdded: ("line_added", carts.line_added),
            WireLineVoided: ("line_voided", carts.line_voided),
            WireCartAbandoned: ("cart_abandoned", carts.closed),
            WireCartCompleted: ("cart_completed", self._completed),
            WireGoodsReturned: ("goods_returned", self._returned),
            WireTillHeartbeat: ("till_heartbeat", _nothing),
        }

    def fold(self, records: Sequence[Record]) -> None:
        """Apply till events in order."""
        for record, event in self._intake.located(TILL_EVENTS.name, records, decode_till_event):
            self._apply(event, record.offset, record.timestamp)

    def announce(self, outbox: Outbox) -> None:
        """Send the status of every till that said something."""
        changed, self._changed = self._changed, {}
        outbox.send_all(TILL_STATUS.name, (till_message(*till) for till in changed.items()))

    def _apply(self, event: AnyWireEvent, offset: int, timestamp_ms: int) -> None:
        key = f"{event.location_id}/{event.till_id}"
        till = self._tills.get(key) or TillState()
        require_unseen(key, offset, till.offset)
        admission = admit(till, event.epoch, event.sequence, offset)
        self._tills.put(key, till)
        self._changed[key] = till
        if not admission.is_new:
            self._counting.now.duplicates += 1
            return
        seen_at, seen_us = credible(event.occurred_at, timestamp_ms)
        self._counting.now.clock_ahead += is_ahead(
            event.occurred_at, timestamp_ms, seen_at, seen_us
        )
        see(till, seen_at)
        clock_us = self._carts.tick(event.location_id, seen_us, offset)
        name, apply = self._appliers[type(event)]
        self._count(name, event.location_id, admission, seen_us, clock_us)
        apply(event, seen_us, clock_us, offset)

    def _count(
        self, name: str, location_id: str, admission: Admission, seen_us: int, clock_us: int
    ) -> None:
        counts = self._counting.now
        counts.events[name] += 1
        counts.late += admission.is_late
        counts.gaps_opened += admission.opens_gap
        counts.gaps_healed += admission.heals
        counts.unknown_location += self._locations.get(location_id) is None
        counts.newest_event_seconds[location_id] = clock_us / 1e6
        at_seconds = seen_us / 1e6
        if at_seconds < counts.oldest_at_seconds:
            counts.oldest_at_seconds = at_seconds
        if at_seconds > counts.newest_at_seconds:
            counts.newest_at_seconds = at_seconds

    def _completed(self, event: WireCartCompleted, at_us: int, clock_us: int, offset: int) -> None:
        self._carts.closed(event, at_us, clock_us, offset)
        self._move(event, -1, offset)
        sale = sum_of(event)
        rows = self._rows(event, offset)
        for row in rows:
            add_sale(row, sale)
        counts = self._counting.now
        counts.receipts[event.location_id] += 1
        counts.net_sales_minor[event.location_id] += sale.total_minor

    def _returned(self, event: WireGoodsReturned, at_us: int, clock_us: int, offset: int) -> None:
        if event.restock:
            self._move(event, 1, offset)
        for row in self._rows(event, offset):
            add_return(row, event)
        self._counting.now.net_sales_minor[event.location_id] -= event.refund_minor

    def _rows(
        self, event: WireCartCompleted | WireGoodsReturned, offset: int
    ) -> tuple[Totals, Totals]:
        rows = self._book.rows(event.location_id, event.till_id, event.business_date.isoformat())
        self._book.touch(rows, event.occurred_at, offset)
        return rows

    def _move(self, event: WireCartCompleted | WireGoodsReturned, sign: int, offset: int) -> None:
        """All lines first, then the alerts: a SKU on two lines crosses its line once."""
        location_id = event.location_id
        moved: list[tuple[str, Item]] = []
        for line in event.lines:
            key = f"{location_id}/{line.sku}"
            item = self._shelf.item(key)
            touch_by_till(item, event.occurred_at, offset)
            move(item, sign * line.quantity)
            self._shelf.put_level(key, item)
            moved.append((key, item))
        for key, item in moved:
            self._shelf.judge(location_id, key, item, event.occurred_at)


def _nothing(event: WireTillHeartbeat, at_us: int, clock_us: int, offset: int) -> None:
    """A heartbeat is freshness only, which the till's status and the clock have by now."""
