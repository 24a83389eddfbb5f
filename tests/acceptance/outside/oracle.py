"""The expected outputs of a run: a second implementation of the contract, event by event."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from .carts_oracle import OF_CARTS, Place, credible
from .effects_oracle import (
    LONG_AGO,
    Cause,
    Level,
    content,
    has_number,
    moves,
    number,
    sign,
    skus,
)
from .limits import DAY_CLOSED, OUT_OF_RANGE, SUM_MAX
from .plan import parse_time
from .tills_oracle import DUPLICATE, TillSeen
from .totals_oracle import Totals, TotalsKey, rows_of, totals_of
from .world import Key, Movement

Event = dict[str, Any]


def _anywhere(_location: str) -> bool:
    return True


@dataclass
class Oracle:
    """Expected state, fed in the order of the input partitions."""

    levels: dict[Key, Level] = field(default_factory=dict[Key, Level])
    places: dict[str, Place] = field(default_factory=dict[str, Place])
    totals: dict[TotalsKey, Totals] = field(default_factory=dict[TotalsKey, Totals])
    tills: dict[Key, TillSeen] = field(default_factory=dict[Key, TillSeen])
    sales: Counter[str] = field(default_factory=Counter[str])
    receipts: dict[Cause, Cause] = field(default_factory=dict[Cause, Cause])
    effects: dict[Cause, int] = field(default_factory=dict[Cause, int])

    def movement(self, row: Movement, stamp: datetime | None = None) -> str | None:
        """Apply a stock movement; the reason where it must become a dead letter."""
        key = (row.location_id, row.sku)
        if not self._has_room({key: row.quantity}):
            return OUT_OF_RANGE
        self._move((*key, row.movement_id), row.quantity, credible(row.occurred_at, stamp))
        if row.quantity:
            self.levels[key].by_movements.append(row.quantity)
        return None

    def event(self, event: Event, stamp: datetime | None = None) -> str | None:
        """Apply a till event unless its number was seen; `stamp` is when it was stored.

        Returns the reason where the event must become a dead letter.
        """
        seen = credible(parse_time(event["occurred_at"]), stamp)
        till, place = self._till(event), self.places[event["location_id"]]
        numbers = (event["epoch"], event["sequence"])
        readable = event["type"] != "unreadable"
        again = till.again(*numbers, content(event)) if readable else None
        if again is not None:
            return None if again == DUPLICATE else again
        till.see(seen)
        clock = place.tick(seen)
        if not readable:
            till.repeats += not till.quarantine(*numbers, clock)
            return None
        refusal = till.refusal(*numbers)
        if refusal is None and event["business_date"] <= place.closed_to:
            refusal = DAY_CLOSED
        if refusal is not None:
            return refusal
        if not self._has_room_for(event, place):
            till.quarantine(*numbers, clock)
            return OUT_OF_RANGE
        till.accept(*numbers, content(event), clock)
        if not event.get("training"):
            self._apply(event, place, seen)
        return None

    def malformed(
        self,
        value: bytes | None,
        stamp: datetime | None = None,
        is_here: Callable[[str], bool] = _anywhere,
    ) -> None:
        """Let what cannot be applied take its number, where that can be read.

        Not where it lies in another partition than its location's (`is_here`). Of its times only
        the `stamp` of its storage is believed.
        """
        try:
            event: Any = json.loads((value or b"").decode(errors="replace"))
        except (ValueError, RecursionError):
            return
        if has_number(event) and is_here(event["location_id"]):
            till, place = self._till(event), self.places[event["location_id"]]
            till.quarantine(event["epoch"], event["sequence"], place.clock)
            if stamp is not None:
                till.see(stamp)

    def in_carts(self) -> Counter[Key]:
        """Quantities in carts that are still open."""
        return Counter(
            {
                (location, sku): quantity
                for location, place in self.places.items()
                for sku, quantity in place.in_carts.items()
            }
        )

    def open_carts(self) -> Counter[TotalsKey]:
        """Open carts per totals row; whatever first was heard of a cart has opened it."""
        counter: Counter[TotalsKey] = Counter()
        for location, place in self.places.items():
            for cart in place.open():
                counter[location, None, cart.business_date] += 1
                counter[location, cart.till_id, cart.business_date] += 1
        return counter

    def _till(self, event: Event) -> TillSeen:
        key = (event["location_id"], event["till_id"])
        till = self.tills.setdefault(key, TillSeen(*key))
        self.places.setdefault(key[0], Place()).tills[key[1]] = till
        return till

    def _has_room_for(self, event: Event, place: Place) -> bool:
        if event.get("training"):
            return True
        totals = totals_of(event)
        rows = [self.totals.get(key, Totals()) for key in rows_of(event)]
        if totals and not all(row.has_room(totals) for row in rows):
            return False
        return self._has_room(moves(event)) and self._carts_have_room(event, place)

    def _has_room(self, moved: dict[Key, int]) -> bool:
        """What is available is a sum too: what is on hand less what is in carts."""
        for (location, sku), quantity in moved.items():
            on_hand = self.levels.get((location, sku), Level()).on_hand + quantity
            carried = self.places.get(location, Place()).in_carts[sku]
            if max(abs(on_hand), abs(on_hand - carried)) > SUM_MAX:
                return False
        return True

    def _carts_have_room(self, event: Event, place: Place) -> bool:
        if event["type"] not in ("line_added", "cart_resumed"):
            return True
        if not any(place.in_carts[sku] > SUM_MAX // 2 for sku in skus(event)):
            return True  # One event cannot carry the rest, and most runs never come near.
        trial = deepcopy(place)
        seen = trial.clock or LONG_AGO
        cart = trial.cart(event, seen)
        if cart is not None:
            trial.apply(cart, event, seen)
        return all(trial.in_carts[sku] <= SUM_MAX for sku in skus(event))

    def _apply(self, event: Event, place: Place, seen: datetime) -> None:
        if event["type"] in OF_CARTS:
            self._cart(event, place, seen)
        totals = totals_of(event)
        if totals is None:
            return
        self._lines(event, seen)
        place.dates[event["business_date"]] = place.clock or seen
        for key in rows_of(event):
            self.totals.setdefault(key, Totals()).add(totals)
        self._receipt(event)

    def _cart(self, event: Event, place: Place, seen: datetime) -> None:
        location = event["location_id"]
        cart = place.cart(event, seen)
        if cart is None:
            return
        place.dates[cart.business_date] = place.clock or seen
        mentioned = {sku for sku, _, _ in cart.lines.values()} | skus(event)
        moved = place.apply(cart, event, seen)
        for sku in mentioned | moved:
            self.levels.setdefault((location, sku), Level()).touch(seen, sku in moved)

    def _lines(self, event: Event, seen: datetime) -> None:
        location = event["location_id"]
        for line in event["lines"]:
            cause = (location, line["sku"], *number(event)[1:], line["line_no"])
            self._move(cause, sign(event) * line["quantity"], seen)
        for key, quantity in Counter(moves(event)).items():
            if quantity:
                self.levels[key].by_tills.append(quantity)

    def _move(self, cause: Cause, quantity: int, moment: datetime) -> None:
        level = self.levels.setdefault((cause[0], cause[1]), Level())
        level.on_hand += quantity
        level.rows += 1 if quantity else 0
        level.touch(moment, moved=bool(quantity))
        if quantity:
            self.effects[cause] = quantity

    def _receipt(self, event: Event) -> None:
        lines = len(event["lines"])
        if event["type"] == "cart_completed":
            self.receipts[number(event)] = ("sale", event["total_minor"], lines)
            self.sales.update(sales=1, sale_lines=lines)
        else:
            self.receipts[number(event)] = ("return", event["refund_minor"], lines)
            self.sales.update(returns=1, return_lines=lines)
