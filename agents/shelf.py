"""Items and their alerts: what the folds of several topics change together, and their end."""

from collections.abc import Iterable
from datetime import datetime

from agents.clocks import Clocks
from agents.deadlines import Deadlines
from agents.outputs import alert_message, level_message, no_alert_message
from agents.ports import Counting
from engine.agents import State
from engine.contract import Message, Outbox
from engine.table import Table
from tables.carts import CartLine
from tables.items import Item
from tables.restock import Raised, judge
from topics.registry import RESTOCK_ALERTS, STOCK_LEVELS

ITEMS = "items"
RAISED = "raised"
ITEM = "i"
"""The kind of deadline of an item that nobody sells any more."""


class Shelf:
    """The stock of one partition's locations, and what has changed of it since announced."""

    def __init__(
        self,
        state: State,
        deadlines: Deadlines,
        clocks: Clocks,
        default_hysteresis: int,
        counting: Counting,
        base: int,
    ) -> None:
        self._items: Table[Item] = state.table(ITEMS)
        self._deadlines = deadlines
        self._clocks = clocks
        self._default_hysteresis = default_hysteresis
        self._base = base
        self._levels: dict[str, Item | None] = {}
        self._unkept: dict[str, Item] = {}
        self._alerts: list[Message] = []
        self._raised: Table[Raised] = state.table(RAISED)
        self._more_raised: dict[str, int] = {}
        self._counting = counting
        standing = {location_id: raised.items for location_id, raised in self._raised.scan()}
        counting.now.raised_alerts.update(standing)

    def look(self, key: str) -> Item:
        """The item of ``location_id/sku``, a new one where there is none; nothing changes yet."""
        return (
            self._levels.get(key) or self._items.get(key) or self._unkept.get(key) or self._new(key)
        )

    def keep_level(self, key: str, item: Item) -> None:
        """Note that the item's level was touched: it will be announced."""
        if self._levels.get(key) is not item:
            self._levels[key] = item
            self._items.put(key, item)

    def keep_policy(self, key: str, item: Item) -> None:
        """Note that only the item's policy was changed: its level will not be announced."""
        self._items.put(key, item)
        self._note_end(key, item)

    def judge(self, location_id: str, key: str, item: Item, at: datetime) -> None:
        """Bring the item's alert up to date, and announce it where it changed."""
        was_raised = item.raised
        if judge(item, at, self._default_hysteresis):
            self._alerts.append(alert_message(key, item, self._base))
            if item.raised != was_raised:
                more = 1 if item.raised else -1
                self._more_raised[location_id] = self._more_raised.get(location_id, 0) + more

    def put_back(self, location_id: str, lines: Iterable[CartLine], offset: int) -> None:
        """Lines leave a cart that was forgotten. No event of the items happened: as_of stays."""
        for line in lines:
            key = f"{location_id}/{line.sku}"
            item = self.look(key)
            item.in_carts -= line.quantity
            item.till_offset = offset
            self.keep_level(key, item)

    def leave(self, location_id: str, sku: str, clock_us: int, _offset: int) -> None:
        """An item's time has come: it leaves, unless it is sold again or was touched since."""
        key = f"{location_id}/{sku}"
        item = self._items.get(key)
        if item is None:
            return
        item.leaving = False
        self._items.put(key, item)
        if not item.is_idle:
            return
        if item.ends_us > clock_us:
            self._note_end(key, item)
            return
        self._clocks.raise_base(location_id, item.alert_version)
        self._items.drop(key)
        self._levels[key] = None
        self._unkept.pop(key, None)

    def announce(self, outbox: Outbox) -> None:
        """Send the touched levels, and every change of an alert in order."""
        levels, self._levels, self._unkept = self._levels, {}, {}
        alerts, self._alerts = self._alerts, []
        base = self._base
        said: list[Message] = []
        for key, item in levels.items():
            if item is None:
                said.append(Message(key.encode(), None))
                continue
            if not (item.on_hand or item.listed):  # the others are not idle
                self._note_end(key, item)
            said.append(level_message(key, item, base))
        self._count_raised()
        outbox.send_all(STOCK_LEVELS.name, said)
        outbox.send_all(RESTOCK_ALERTS.name, alerts)

    def restated(self, start: str, limit: int) -> list[tuple[str, Item]]:
        """The first items from the key ``start`` on, as they stand."""
        return self._items.scan_from("", start, limit)

    def restate_level(self, key: str) -> Message:
        """One level as it stands; a tombstone where there is none."""
        item = self._items.peek(key)
        if item is None or item.as_of is None:
            return Message(key.encode(), None)
        return level_message(key, item, self._base)

    def restate_alert(self, key: str) -> Message:
        """One alert as it stands, or that there is none; a tombstone for an unknown item."""
        item = self._items.peek(key)
        if item is None or item.as_of is None:
            return Message(key.encode(), None)
        say = alert_message if item.raised_at else no_alert_message
        return say(key, item, self._base)

    def _new(self, key: str) -> Item:
        clock = self._clocks.get(key.partition("/")[0])
        item = self._unkept[key] = Item()
        if clock is not None and clock.base:
            item.base = clock.base
        return item

    def _note_end(self, key: str, item: Item) -> None:
        if item.is_idle and not item.leaving and item.as_of is not None:
            item.leaving = True
            self._items.put(key, item)
            location_id, _, sku = key.partition("/")
            self._deadlines.note(location_id, ITEM, sku, item.ends_us)

    def _count_raised(self) -> None:
        more_raised, self._more_raised = self._more_raised, {}
        for location_id, more in more_raised.items():
            raised = self._raised.get(location_id) or Raised(0)
            raised.items += more
            self._raised.put(location_id, raised)
            self._counting.now.raised_alerts[location_id] = raised.items
