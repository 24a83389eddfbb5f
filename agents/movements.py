"""`cdc.stock-movements`: deliveries, transfers, adjustments and stocktakes."""

from collections.abc import Sequence

import msgspec

from agents.intake import Intake
from agents.shelf import Shelf
from engine.contract import Record
from engine.state import PartitionState, Table
from tables.items import move, touch_by_movement
from tables.offsets import require_unseen
from topics.registry import STOCK_MOVEMENTS
from topics.wire import WireMovement, decode_movement

MOVEMENTS = "movements"


class Booked(msgspec.Struct, array_like=True, gc=False):
    """That a movement is in the level; key ``location_id/movement_id/sku``."""

    offset: int


class Movements:
    """Folds stock movements; a movement id that comes again changes nothing."""

    def __init__(self, state: PartitionState, intake: Intake, shelf: Shelf) -> None:
        self._booked: Table[Booked] = state.table(MOVEMENTS)
        self._intake = intake
        self._shelf = shelf

    def fold(self, records: Sequence[Record]) -> None:
        """Apply movements in order."""
        for record, movement in self._intake.located(
            STOCK_MOVEMENTS.name, records, decode_movement
        ):
            key = f"{movement.location_id}/{movement.movement_id}/{movement.sku}"
            if self._booked.get(key) is None:
                self._booked.put(key, Booked(record.offset))
                self._apply(movement, record.offset)

    def _apply(self, movement: WireMovement, offset: int) -> None:
        key = f"{movement.location_id}/{movement.sku}"
        item = self._shelf.level(key)
        require_unseen(key, offset, item.movement_offset)
        touch_by_movement(item, movement.occurred_at, offset)
        move(item, movement.quantity)
        self._shelf.judge(movement.location_id, key, item, movement.occurred_at)
