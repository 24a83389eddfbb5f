"""The newest rows that the board has heard of, by whatever way they came.

PostgreSQL may be a moment behind Kafka, and a topic may be read again from further back: a row
is kept only where it is newer than the one held, so neither can undo the other. No I/O.
"""

import time
from collections import OrderedDict
from collections.abc import Collection, Iterable, Iterator
from datetime import datetime
from typing import Generic, Literal, NamedTuple, TypeVar

from dashboards.board.feed.rows import Alert, LastSale, Level, Place, Product, Row, Till, Totals

K = TypeVar("K")
V = TypeVar("V")

LEVELS_MAX = 200_000
"""Levels remembered, at some 400 bytes each. PostgreSQL has all of them; with fewer than change
while it is behind, a page may show an older value until that SKU moves again."""

CLEARED_MAX = 100_000
"""Cleared alerts whose version is remembered, against an older row that still says raised."""

PRODUCTS_MAX = 100_000
"""Products whose name and unit are remembered. A forgotten one is read again with its page."""


class Recent(Generic[K, V]):
    """A dictionary of the ``most`` entries that were set last."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._entries: OrderedDict[K, V] = OrderedDict()

    def get(self, key: K) -> V | None:
        """The entry, or None."""
        return self._entries.get(key)

    def pop(self, key: K) -> V | None:
        """Forget the entry, and return it."""
        return self._entries.pop(key, None)

    def set(self, key: K, value: V) -> K | None:
        """Set the entry; returns the key that was forgotten for it."""
        self._entries[key] = value
        self._entries.move_to_end(key)
        return self._entries.popitem(last=False)[0] if len(self._entries) > self._most else None


Effect = Literal["none", "value", "list"]
"""What a row does: nothing, for it is older; it changes values; or it is new or leaves, so that
the lists it stands in are others now."""


class Change(NamedTuple):
    """A row that was kept, and whether lists are others for it."""

    row: Row
    lists: bool


class Memory:
    """The newest row of each key.

    ``turn`` grows with each batch that changed something: what is drawn at one turn holds all of
    those before. It starts at the milliseconds since 1970, so that a board that was restarted
    goes on above the turns of the pages that are open.
    """

    def __init__(self, levels_max: int = LEVELS_MAX) -> None:
        self.turn = time.time_ns() // 1_000_000
        self.places: dict[str, Place] = {}
        self.totals: dict[str, Totals] = {}
        self.products: Recent[str, Product] = Recent(PRODUCTS_MAX)
        self._last_sales: dict[tuple[str, str], LastSale] = {}
        self._tills: dict[str, dict[str, Till]] = {}
        self._home_of_till: dict[str, str] = {}
        self._raised: dict[str, dict[str, Alert]] = {}
        self._cleared: Recent[tuple[str, str], int] = Recent(CLEARED_MAX)
        self._levels: Recent[tuple[str, str], Level] = Recent(levels_max)
        self._level_skus: dict[str, set[str]] = {}
        self._unlisted: dict[str, set[str]] = {}

    def take(self, rows: Iterable[Row]) -> list[Change]:
        """Keep what is newer than what is held; returns that."""
        effects = ((row, self._keep(row)) for row in rows)
        kept = [Change(row, effect == "list") for row, effect in effects if effect != "none"]
        self.turn += bool(kept)
        return kept

    def learn_places(self, places: Iterable[Place]) -> list[str]:
        """Take all locations as they are now; returns the ids of those that changed or went."""
        now = {place.location_id: place for place in places}
        known = self.places.keys() | now.keys()
        changed = [each for each in known if self.places.get(each) != now.get(each)]
        self.turn += bool(changed)
        self.places = now
        return changed

    def learn_products(self, products: Iterable[Product]) -> None:
        """Remember names and units."""
        for product in products:
            self.products.set(product.sku, product)

    def learn_last_sales(self, location_id: str, sales: Iterable[LastSale]) -> None:
        """Remember what the location's tills sold last."""
        self._last_sales.update({(location_id, sale.till_id): sale for sale in sales})

    def last_sale(self, location_id: str, till_id: str) -> LastSale | None:
        """What a till sold last, as far as somebody has looked."""
        return self._last_sales.get((location_id, till_id))

    def location_ids(self) -> Collection[str]:
        """Every location that is registered or was heard of."""
        return (
            self.places.keys()
            | self.totals.keys()
            | self._tills.keys()
            | self._raised.keys()
            | self._level_skus.keys()
        )

    def place(self, location_id: str) -> Place:
        """The location, without name and kind where it is not registered."""
        return self.places.get(location_id) or Place(location_id)

    def tills(self, location_id: str) -> list[Till]:
        """The location's tills, by id."""
        return [till for _, till in sorted(self._tills.get(location_id, {}).items())]

    def till(self, location_id: str, till_id: str) -> Till | None:
        """One till."""
        return self._tills.get(location_id, {}).get(till_id)

    def last_seen(self, location_id: str) -> datetime | None:
        """When a till of the location was last heard."""
        tills = self._tills.get(location_id, {})
        return max((till.last_seen for till in tills.values()), default=None)

    def alerts(self, location_id: str) -> dict[str, Alert]:
        """The location's raised alerts by SKU."""
        return self._raised.get(location_id, {})

    def all_alerts(self) -> Iterator[Alert]:
        """Every raised alert."""
        return (alert for alerts in self._raised.values() for alert in alerts.values())

    def level(self, location_id: str, sku: str) -> Level | None:
        """The level, where it is remembered."""
        return self._levels.get((location_id, sku))

    def level_skus(self, location_id: str) -> Collection[str]:
        """The SKUs whose level at the location is remembered."""
        return self._level_skus.get(location_id, ())

    def unlisted(self, location_id: str) -> Collection[str]:
        """SKUs heard of at the location before its table was seen to have them."""
        return self._unlisted.get(location_id, ())

    def listed(self, location_id: str, skus: Iterable[str]) -> None:
        """Note SKUs that the location's table has."""
        self._unlisted.get(location_id, set[str]()).difference_update(skus)

    def _keep(self, row: Row) -> Effect:
        match row:
            case Level():
                return self._keep_level(row)
            case Totals():
                return self._keep_totals(row)
            case Alert():
                return self._keep_alert(row)
            case Till():
                return self._keep_till(row)

    def _keep_level(self, level: Level) -> Effect:
        key = (level.location_id, level.sku)
        held = self._levels.get(key)
        if held is not None and held.version >= level.version:
            return "none"
        forgotten = self._levels.set(key, level)
        self._level_skus.setdefault(level.location_id, set()).add(level.sku)
        if held is None:
            self._unlisted.setdefault(level.location_id, set()).add(level.sku)
        if forgotten is not None:
            self._level_skus[forgotten[0]].discard(forgotten[1])
        return "list" if held is None else "value"

    def _keep_totals(self, totals: Totals) -> Effect:
        """Only a location's own totals of its newest business date are shown."""
        if totals.till_id is not None:
            return "none"
        held = self.totals.get(totals.location_id)
        if held is not None and _age_of(held) >= _age_of(totals):
            return "none"
        self.totals[totals.location_id] = totals
        return "list" if held is None else "value"

    def _keep_alert(self, alert: Alert) -> Effect:
        raised = self._raised.setdefault(alert.location_id, {})
        held, key = raised.get(alert.sku), (alert.location_id, alert.sku)
        version = held.version if held is not None else self._cleared.get(key)
        if version is not None and version >= alert.version:
            return "none"
        if alert.state == "raised":
            raised[alert.sku] = alert
            self._cleared.pop(key)
        else:
            raised.pop(alert.sku, None)
            self._cleared.set(key, alert.version)
        was_raised = held is not None
        return "value" if was_raised == (alert.state == "raised") else "list"

    def _keep_till(self, till: Till) -> Effect:
        """A till is known by its id alone: one that moved leaves its former location."""
        home = self._home_of_till.get(till.till_id, till.location_id)
        held = self._tills.setdefault(home, {}).get(till.till_id)
        if held is not None and held.version >= till.version:
            return "none"
        self._tills[home].pop(till.till_id, None)
        self._tills.setdefault(till.location_id, {})[till.till_id] = till
        self._home_of_till[till.till_id] = till.location_id
        return "value" if held is not None and home == till.location_id else "list"


def _age_of(totals: Totals) -> tuple[object, int]:
    return totals.business_date, totals.version
