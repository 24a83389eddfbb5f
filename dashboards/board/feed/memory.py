"""The newest rows that the board has heard of, by whatever way they came.

PostgreSQL may be a moment behind Kafka, and a topic may be read again from further back: a row
is kept only where it is newer than the one held, so neither can undo the other. No I/O.
"""

import time
from collections.abc import Collection, Iterable, Iterator
from datetime import UTC, datetime
from typing import NamedTuple

from dashboards.board.feed.dates import newest_date
from dashboards.board.feed.levels import LEVELS_MAX, Effect, NewestLevels
from dashboards.board.feed.recent import Recent
from dashboards.board.feed.rows import (
    Alert,
    Gone,
    Ident,
    LeftFor,
    Level,
    Row,
    ShownLocation,
    ShownProduct,
    Till,
    Totals,
    ident_of,
)
from dashboards.board.feed.sold import SoldRates
from dashboards.board.feed.tills import TillRows

CLEARED_MAX = 100_000
"""Cleared alerts whose version is remembered, against an older row that still says raised."""

GONE_MAX = 100_000
"""Tombstones that are remembered, against a table that still has the row. The sink is a moment
behind, not hours."""

PRODUCTS_MAX = 100_000
"""Products whose name and unit are remembered. A forgotten one is read again with its page."""


class Change(NamedTuple):
    """A row that was kept or is gone, and whether lists are others for it."""

    row: Row | Gone
    lists: bool


class Memory:
    """The newest row of each key.

    ``turn`` grows with each batch that changed something: what is drawn at one turn holds all of
    those before. It starts at the milliseconds since 1970, so that a board that was restarted
    goes on above the turns of the pages that are open.
    """

    def __init__(self, levels_max: int = LEVELS_MAX) -> None:
        self.turn = time.time_ns() // 1_000_000
        self.places: dict[str, ShownLocation] = {}
        self.totals: dict[str, Totals] = {}
        self.products: Recent[str, ShownProduct] = Recent(PRODUCTS_MAX)
        self.tills = TillRows()
        self.in_transit: dict[str, LeftFor] = {}
        self.sold = SoldRates()
        self._gone: Recent[tuple[type[Row], Ident], int] = Recent(GONE_MAX)
        self._raised: dict[str, dict[str, Alert]] = {}
        self._cleared: Recent[tuple[str, str], int] = Recent(CLEARED_MAX)
        self.levels = NewestLevels(levels_max)

    def take(self, rows: Iterable[Row | Gone]) -> list[Change]:
        """Keep what a topic said, where it is newer than what is held; returns that."""
        return self._note((row, self._take(row)) for row in rows)

    def take_stored(self, rows: Iterable[Row]) -> list[Change]:
        """As `take`, for rows of a table: it may still have one that a tombstone took away."""
        return self._note(
            (row, self._keep(row, stored=True))
            for row in rows
            if self._gone.get((type(row), ident_of(row))) is None
        )

    def _note(self, effects: Iterable[tuple[Row | Gone, Effect]]) -> list[Change]:
        kept = [Change(row, effect == "list") for row, effect in effects if effect != "none"]
        self.turn += bool(kept)
        return kept

    def _take(self, row: Row | Gone) -> Effect:
        if isinstance(row, Gone):
            return self._forget(row)
        place = (type(row), ident_of(row))
        gone = self._gone.get(place)
        if gone is not None and row.version <= gone:
            return "none"
        if gone is not None:
            self._gone.pop(place)
        return self._keep(row, stored=False)

    def learn_places(self, places: Iterable[ShownLocation]) -> list[str]:
        """Take all locations as they are now; returns the ids of those that changed or went."""
        now = {place.location_id: place for place in places}
        known = self.places.keys() | now.keys()
        changed = [each for each in known if self.places.get(each) != now.get(each)]
        self.turn += bool(changed)
        self.places = now
        return changed

    def learn_in_transit(self, rows: Iterable[LeftFor]) -> list[str]:
        """Take what is on its way now; returns the locations of which something else is."""
        now = {row.location_id: row for row in rows}
        known = self.in_transit.keys() | now.keys()
        changed = [each for each in known if self.in_transit.get(each) != now.get(each)]
        self.turn += bool(changed)
        self.in_transit = now
        return changed

    def learn_products(self, products: Iterable[ShownProduct]) -> None:
        """Remember names and units."""
        for product in products:
            self.products.set(product.sku, product)

    def location_ids(self) -> Collection[str]:
        """Every location that is registered or was heard of."""
        return (
            self.places.keys()
            | self.totals.keys()
            | self.tills.locations()
            | self._raised.keys()
            | self.levels.locations()
        )

    def place(self, location_id: str) -> ShownLocation:
        """The location, without name and kind where it is not registered."""
        return self.places.get(location_id) or ShownLocation(location_id)

    def name_of(self, location_id: str) -> str:
        """The location's name, or its id where it has none."""
        return self.place(location_id).name or location_id

    def names(self) -> list[tuple[str, str]]:
        """All locations with their names, by name."""
        named = [(each, self.name_of(each)) for each in self.location_ids()]
        return sorted(named, key=lambda each: (each[1].lower(), each[0]))

    def alerts(self, location_id: str) -> dict[str, Alert]:
        """The location's raised alerts by SKU."""
        return self._raised.get(location_id, {})

    def all_alerts(self) -> Iterator[Alert]:
        """Every raised alert."""
        return (alert for alerts in self._raised.values() for alert in alerts.values())

    def _keep(self, row: Row, *, stored: bool) -> Effect:
        match row:
            case Level():
                return self.levels.keep(row)
            case Totals():
                return self._keep_totals(row)
            case Alert():
                return self._keep_alert(row)
            case Till():
                return self._keep_till(row, stored=stored)

    def _keep_totals(self, totals: Totals) -> Effect:
        """Only a location's own totals are shown, of its newest date that is not still to come."""
        if totals.till_id is not None or self._is_to_come(totals):
            return "none"
        held = self.totals.get(totals.location_id)
        if held is not None and _age_of(held) >= _age_of(totals):
            return "none"
        self.totals[totals.location_id] = totals
        return "list" if held is None else "value"

    def _is_to_come(self, totals: Totals) -> bool:
        zone = self.place(totals.location_id).time_zone
        return totals.business_date > newest_date(zone, datetime.now(UTC))

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

    def _keep_till(self, till: Till, *, stored: bool) -> Effect:
        held = self.tills.get(till.location_id, till.till_id)
        if held is not None and held.version >= till.version:
            return "none"
        self.tills.keep(till, stored=stored)
        return "list" if held is None else "value"

    def _forget(self, gone: Gone) -> Effect:
        """Let go of the row. What comes later of the key is newer than it."""
        held = self._pop(gone)
        place = (gone.struct, gone.ident)
        floor = held.version if held is not None else self._gone.get(place) or 0
        self._gone.set(place, floor)
        return "none" if held is None else "list"

    def _pop(self, gone: Gone) -> Row | None:
        location_id, *_, last = gone.ident
        if gone.struct is Level:
            return self.levels.pop(location_id, last)
        if gone.struct is Alert:
            return self._raised.get(location_id, {}).pop(last, None)
        if gone.struct is Till:
            till = self.tills.get(location_id, last)
            self.tills.forget(location_id, last)
            return till
        totals = self.totals.get(location_id)
        held = totals is not None and ident_of(totals) == gone.ident
        return self.totals.pop(location_id) if held else None


def _age_of(totals: Totals) -> tuple[object, int]:
    return totals.business_date, totals.version
