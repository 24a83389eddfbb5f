"""Items and their alerts: what the folds of several topics change together."""

from datetime import datetime

import msgspec

from agents.outputs import alert_message, level_message
from agents.ports import Counting
from engine.contract import Message, Outbox
from engine.state import PartitionState, Table
from tables.items import Item
from tables.restock import judge
from topics.registry import RESTOCK_ALERTS, STOCK_LEVELS

ITEMS = "items"
RAISED = "raised"


class Raised(msgspec.Struct, array_like=True, gc=False):
    """How many alerts of a location stand; key ``location_id``.

    Kept, not counted on start: that would read every item of the partition.
    """

    items: int


class Shelf:
    """The stock of one partition's locations, and what has changed of it since announced."""

    def __init__(self, state: PartitionState, default_hysteresis: int, counting: Counting) -> None:
        self._items: Table[Item] = state.table(ITEMS)
        self._default_hysteresis = default_hysteresis
        self._levels: dict[str, Item] = {}
        self._alerts: list[Message] = []
        self._raised: Table[Raised] = state.table(RAISED)
        self._counting = counting
        standing = {location_id: raised.items for location_id, raised in self._raised.scan()}
        counting.now.raised_alerts.update(standing)

    def level(self, key: str) -> Item:
        """The item of ``location_id/sku``, whose level is to be touched and announced."""
        item = self._levels.get(key)
        if item is None:
            item = self._levels[key] = self._items.edit(key, Item)
        return item

    def policy(self, key: str) -> Item:
        """The item, of which only the policy is to be changed: its level is not announced."""
        return self._items.edit(key, Item)

    def judge(self, location_id: str, key: str, item: Item, at: datetime) -> None:
        """Bring the item's alert up to date, and announce it where it changed."""
        was_raised = item.raised
        if judge(item, at, self._default_hysteresis):
            self._alerts.append(alert_message(key, item))
        if item.raised != was_raised:
            self._count_raised(location_id, 1 if item.raised else -1)

    def announce(self, outbox: Outbox) -> None:
        """Send the touched levels, and every change of an alert in order."""
        levels, self._levels = self._levels, {}
        alerts, self._alerts = self._alerts, []
        outbox.send_all(STOCK_LEVELS.name, (level_message(*level) for level in levels.items()))
        outbox.send_all(RESTOCK_ALERTS.name, alerts)

    def _count_raised(self, location_id: str, more: int) -> None:
        raised = self._raised.get(location_id) or Raised(0)
        raised.items += more
        self._raised.put(location_id, raised)
        self._counting.now.raised_alerts[location_id] = raised.items
