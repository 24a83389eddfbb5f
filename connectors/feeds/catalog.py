"""Rows of the whole company, of which each store has those that concern it. Pure, but in memory.

Some 400 bytes a row. What was deleted is remembered by its time, so that a record which comes again
behind it changes nothing.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from datetime import datetime, timedelta

from connectors.feeds.rows import StandingRow, ToldRow, held

PAST_KEPT = timedelta(days=8)
"""How long a price, an offer or a recall that has ended stays in feeds. Gateways keep a day of it
for tills whose clocks are behind; a week more, and what is sent is not taken back at once."""


class RowTable:
    """All rows of one kind that stand, by id; by product as well, where it is ``indexed``."""

    def __init__(self, *, indexed: bool) -> None:
        self._indexed = indexed
        self._rows: dict[str, list[StandingRow]] = {}
        self._ids_by_sku: dict[str, set[str]] = defaultdict(set)
        self._deleted_ms: dict[tuple[str, str], int] = {}

    def hear(self, told: ToldRow) -> Iterable[StandingRow]:
        """Take a record; what stood under its id before and what stands now, empty where nothing
        changed. Raises `rows.UntellableRow`."""
        new = None if told.row is None else held(told)
        before = self._rows.get(told.id, [])
        own = next((each for each in before if each.place == told.place), None)
        if self._is_older(told, own) or (own is None and new is None):
            return ()
        if own is not None and new is not None and own.row == new.row:
            new = own._replace(changed_ms=new.changed_ms)
            self._set(told, own, new)
            return ()
        self._set(told, own, new)
        return [each for each in (own, new) if each is not None]

    def _is_older(self, told: ToldRow, own: StandingRow | None) -> bool:
        deleted_ms = self._deleted_ms.get((told.id, told.place), 0)
        return bool(told.changed_ms) and (
            told.changed_ms < (own.changed_ms if own else 0) or told.changed_ms < deleted_ms
        )

    def _set(self, told: ToldRow, own: StandingRow | None, new: StandingRow | None) -> None:
        rows = [each for each in self._rows.get(told.id, ()) if each is not own]
        if new is not None:
            rows.append(new)
            rows.sort(key=lambda each: (each.changed_ms, each.place), reverse=True)
        elif told.changed_ms:
            self._deleted_ms[told.id, told.place] = told.changed_ms
        self._rows[told.id] = rows
        if not rows:
            del self._rows[told.id]
        if self._indexed:
            self._index(told.id, own, new)

    def _index(self, row_id: str, own: StandingRow | None, new: StandingRow | None) -> None:
        if own is not None and own.sku is not None:
            self._ids_by_sku[own.sku].discard(row_id)
        for each in self._rows.get(row_id, ()):
            if each.sku is not None:
                self._ids_by_sku[each.sku].add(row_id)

    def rows(self, row_id: str) -> Collection[StandingRow]:
        """What stands under an id, the newest first: one row, or two while it moves from one key
        to another."""
        return self._rows.get(row_id, ())

    def ids(self) -> Iterable[str]:
        """All that stand."""
        return self._rows

    def ids_of(self, sku: str) -> Collection[str]:
        """Those of a product."""
        return self._ids_by_sku.get(sku, ())


def is_over(each: StandingRow, now: datetime) -> bool:
    """Whether it ended so long ago that no store needs it."""
    return each.ends is not None and each.ends <= now - PAST_KEPT


def replaced(prices: RowTable, price: StandingRow, now: datetime) -> bool:
    """Whether another price of the same product and place, without an end, has long counted in its
    stead: the one that began last counts (decision 14)."""
    past = now - PAST_KEPT
    return any(
        other.begins is not None
        and price.begins is not None
        and price.begins < other.begins <= past
        and other.ends is None
        for other in _of_its_place(prices, price)
    )


def _of_its_place(prices: RowTable, price: StandingRow) -> Iterator[StandingRow]:
    for price_id in prices.ids_of(price.sku or ""):
        for other in prices.rows(price_id):
            if other.sku == price.sku and other.location_id == price.location_id:
                yield other
