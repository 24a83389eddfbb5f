"""`cdc.stock-movements`: deliveries, transfers, adjustments and stocktakes."""

from collections.abc import Sequence

from agents.intake import OUT_OF_RANGE, Intake
from agents.shelf import Shelf
from engine.agents import State
from engine.contract import Record
from engine.table import Table
from tables.items import has_room, move, touch_by_movement
from tables.movements import Booked, book
from tables.offsets import require_unseen
from tables.times import credible
from topics.registry import STOCK_MOVEMENTS
from topics.sequences import Verdict, Window
from topics.wire import WireMovement, decode_movement

MOVEMENTS = "movements"
NUMBERS = "movement_numbers"
"""Which numbers are booked; key ``location_id/origin``. Ranges, where a key for each movement would
grow for ever."""


class Movements:
    """Folds stock movements; one that comes again changes nothing."""

    def __init__(self, state: State, intake: Intake, shelf: Shelf) -> None:
        self._booked: Table[Booked] = state.table(MOVEMENTS)
        self._numbers: Table[Window] = state.table(NUMBERS)
        self._intake = intake
        self._shelf = shelf

    def fold(self, records: Sequence[Record]) -> None:
        """Apply movements in order."""
        topic = STOCK_MOVEMENTS.name
        for record, movement in self._intake.take(topic, records, decode_movement):
            if movement.number is None:
                self._book_by_id(movement, record)
            else:
                self._book_by_number(movement, movement.number, record)

    def _book_by_id(self, movement: WireMovement, record: Record) -> None:
        key = f"{movement.location_id}/{movement.movement_id}/{movement.sku}"
        if self._booked.get(key) is None and self._apply(movement, record):
            self._booked.put(key, Booked(record.offset))

    def _book_by_number(self, movement: WireMovement, number: int, record: Record) -> None:
        key = f"{movement.location_id}/{movement.origin}"
        window = self._numbers.get(key) or Window()
        if window.judge(number) is not Verdict.DUPLICATE and self._apply(movement, record):
            book(window, number)
            self._numbers.put(key, window)

    def _apply(self, movement: WireMovement, record: Record) -> bool:
        """Move the stock; False where the sum would be too large, and the record is refused."""
        key = f"{movement.location_id}/{movement.sku}"
        item = self._shelf.look(key)
        require_unseen(key, record.offset, item.movement_offset)
        if not has_room(item, movement.quantity, 0):
            error = f"on hand of {key} would leave the range of ±(2^53-1)"
            self._intake.refuse(STOCK_MOVEMENTS.name, record, (OUT_OF_RANGE, error))
            return False
        at, _, _ = credible(movement.occurred_at, record.timestamp)
        touch_by_movement(item, at, record.offset)
        move(item, movement.quantity)
        self._shelf.keep_level(key, item)
        self._shelf.judge(movement.location_id, key, item, at)
        return True
