"""`till.cart-events`: tills, carts, sales and returns."""

from collections.abc import Callable, Sequence
from typing import Any

from agents.book import Book
from agents.intake import Intake
from agents.open_carts import OpenCarts
from agents.outputs import till_message
from agents.ports import Counting, Counts
from agents.shelf import Shelf
from engine.contract import Outbox, Record
from engine.state import PartitionState, Table
from tables.items import Item, move, touch_by_till
from tables.offsets import require_unseen
from tables.tills import IN_ORDER, Admission, TillState, admit, see
from tables.times import credible
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
        outbox.send_all(TILL_STATUS.name, (till_message(*till) for till in self._tills.edited()))

    def _apply(self, event: AnyWireEvent, offset: int, timestamp_ms: int) -> None:
        key = f"{event.location_id}/{event.till_id}"
        till = self._tills.edit(key, TillState)
        require_unseen(key, offset, till.offset)
        admission = admit(till, event.epoch, event.sequence, offset)
        counts = self._counting.now
        if admission is not IN_ORDER:
            _count_disorder(counts, admission)
            if not admission.is_new:
                return
        seen_at, seen_us, is_ahead = credible(event.occurred_at, timestamp_ms)
        see(till, seen_at)
        clock_us = self._carts.tick(event.location_id, seen_us, offset)
        name, apply = self._appliers[type(event)]
        counts.note_event(name, event.location_id, seen_us, clock_us, is_ahead)
        counts.unknown_location += self._locations.get(event.location_id) is None
        apply(event, seen_us, clock_us, offset)

    def _completed(self, event: WireCartCompleted, at_us: int, clock_us: int, offset: int) -> None:
        self._carts.closed(event, at_us, clock_us, offset)
        self._move(event, -1, offset)
        sale = sum_of(event)
        for row in self._rows(event, offset):
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
        location_id, at = event.location_id, event.occurred_at
        level, judge = self._shelf.level, self._shelf.judge
        moved: list[tuple[str, Item]] = []
        for line in event.lines:
            key = f"{location_id}/{line.sku}"
            item = level(key)
            touch_by_till(item, at, offset)
            move(item, sign * line.quantity)
            moved.append((key, item))
        for key, item in moved:
            judge(location_id, key, item, at)


def _count_disorder(counts: Counts, admission: Admission) -> None:
    counts.duplicates += not admission.is_new
    counts.late += admission.is_late
    counts.gaps_opened += admission.opens_gap
    counts.gaps_healed += admission.heals


def _nothing(event: WireTillHeartbeat, at_us: int, clock_us: int, offset: int) -> None:
    """A heartbeat is freshness only, which the till's status and the clock have by now."""
