"""What the contract says about open carts, worked out in the plainest way.

Events of a cart count as if they had come in the order of the till's own numbers: what it said
before it suspended or resumed a cart is history when it comes late.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from .limits import KEPT
from .tills_oracle import TillSeen

Event = dict[str, Any]
Mark = tuple[int, int]
CartKey = tuple[str, str]
ENDINGS = ("cart_completed", "cart_abandoned", "cart_suspended")
OF_CARTS = ("cart_opened", "line_added", "line_voided", "cart_resumed", *ENDINGS)
REMEMBERED = timedelta(hours=4)


def credible(occurred_at: datetime, stamp: datetime | None) -> datetime:
    """The time to believe: never later than when the event was stored."""
    return occurred_at if stamp is None else min(occurred_at, stamp)


@dataclass
class OpenCart:
    """A cart as seen in the order of its location's partition."""

    till_id: str
    business_date: str
    last: datetime
    ended: bool = False
    suspended: bool = False
    turned: Mark = (0, 0)
    lines: dict[int, tuple[str, int, Mark]] = field(
        default_factory=dict[int, tuple[str, int, Mark]]
    )
    voided: dict[int, Mark] = field(default_factory=dict[int, Mark])

    def apply(self, event: Event, seen: datetime) -> set[str]:
        """Apply an event; return the products whose quantity in carts it touched."""
        mark = (event["epoch"], event["sequence"])
        before = dict(self.lines)
        if self.ended:
            self._after_its_end(event, mark)
        elif mark > self.turned:
            self._change(event, mark)
        else:
            return set()
        self.last = max(self.last, seen)
        return {line[0] for line in {*before.values()} ^ {*self.lines.values()}}

    def carried(self) -> Counter[str]:
        """What is in the cart, by product."""
        counter: Counter[str] = Counter()
        for sku, quantity, _ in self.lines.values():
            counter[sku] += quantity
        return counter

    def _after_its_end(self, event: Event, mark: Mark) -> None:
        """Only a suspended cart goes on, by a later word that says so, unless it ended since."""
        if event["type"] == "cart_resumed" and self.suspended and mark > self.turned:
            self.ended = self.suspended = False
            self.business_date = event["business_date"]
            self._resume(event["lines"], mark)
        elif event["type"] in ENDINGS and mark > self.turned:
            self.suspended, self.turned = event["type"] == "cart_suspended", mark

    def _change(self, event: Event, mark: Mark) -> None:
        kind = event["type"]
        if kind == "cart_opened":
            self.business_date = event["business_date"]
        elif kind == "line_added":
            self._add(event["line"], mark)
        elif kind == "line_voided":
            self._void(event["line_no"], mark)
        elif kind == "cart_resumed":
            self._resume(event["lines"], mark)
        elif kind == "cart_suspended" and any(line[2] > mark for line in self.lines.values()):
            self._resume([], mark)  # It was taken up again since, as its lines say.
        elif kind in ENDINGS:
            self.ended, self.suspended, self.turned = True, kind == "cart_suspended", mark
            self.lines.clear()

    def _add(self, line: Event, mark: Mark) -> None:
        number = line["line_no"]
        if self.voided.get(number, (0, 0)) < mark:
            self.lines[number] = (line["sku"], line["quantity"], mark)

    def _void(self, number: int, mark: Mark) -> None:
        self.voided[number] = max(mark, self.voided.get(number, (0, 0)))
        if number in self.lines and self.lines[number][2] < mark:
            del self.lines[number]

    def _resume(self, lines: list[Event], mark: Mark) -> None:
        self.turned = mark
        self.lines = {number: line for number, line in self.lines.items() if line[2] > mark}
        for line in lines:
            self._add(line, mark)


@dataclass
class Place:
    """One location: its clock, its carts, and which business dates have left."""

    clock: datetime | None = None
    known: dict[CartKey, OpenCart] = field(default_factory=dict[CartKey, OpenCart])
    due: datetime | None = None
    in_carts: Counter[str] = field(default_factory=Counter[str])
    tills: dict[str, TillSeen] = field(default_factory=dict[str, TillSeen])
    dates: dict[str, datetime] = field(default_factory=dict[str, datetime])
    closed_to: str = ""

    def tick(self, seen: datetime) -> datetime:
        """Move the clock on; carts without an event for four hours and old dates leave."""
        self.clock = max(self.clock or seen, seen)
        for till in self.tills.values():
            till.close_old(self.clock)
        if self.due is not None and self.due <= self.clock:
            for key in [key for key, cart in self.known.items() if self._over(cart.last)]:
                self.in_carts.subtract(self.known.pop(key).carried())
            self.due = min((cart.last + REMEMBERED for cart in self.known.values()), default=None)
        for date in [date for date, last in self.dates.items() if last + KEPT <= self.clock]:
            del self.dates[date]
            self.closed_to = max(self.closed_to, date)
        return self.clock

    def cart(self, event: Event, seen: datetime) -> OpenCart | None:
        """The cart of an event; None where it is so late that it opens nothing."""
        key = (event["till_id"], event["cart_id"])
        cart = self.known.get(key)
        if cart is None and not self._over(seen):
            cart = OpenCart(event["till_id"], event["business_date"], seen)
            self.known[key] = cart
            self.due = min(self.due or seen + REMEMBERED, seen + REMEMBERED)
        return cart

    def open(self) -> Iterator[OpenCart]:
        """The carts that are neither ended nor forgotten."""
        return (cart for cart in self.known.values() if not cart.ended)

    def apply(self, cart: OpenCart, event: Event, seen: datetime) -> set[str]:
        """Apply an event to a cart, and to what is in carts; the products that it touched."""
        self.in_carts.subtract(cart.carried())
        moved = cart.apply(event, seen)
        self.in_carts.update(cart.carried())
        return moved

    def _over(self, last: datetime) -> bool:
        return self.clock is not None and last + REMEMBERED <= self.clock
