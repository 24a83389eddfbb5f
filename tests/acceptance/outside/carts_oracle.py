"""What the contract says about open carts, worked out in the plainest way."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

Event = dict[str, Any]
ENDINGS = ("cart_completed", "cart_abandoned")
REMEMBERED = timedelta(hours=4)
AHEAD_MAX = timedelta(hours=24)


def credible(occurred_at: datetime, stamp: datetime | None) -> datetime:
    """The time to believe: the broker's where a till claims to be a day ahead of it."""
    if stamp is not None and occurred_at - stamp > AHEAD_MAX:
        return stamp
    return occurred_at


@dataclass
class OpenCart:
    """A cart as seen in the order of its location's partition."""

    till_id: str
    business_date: str
    last: datetime
    opened: bool = False
    ended: bool = False
    lines: dict[int, tuple[str, int]] = field(default_factory=dict[int, tuple[str, int]])
    voided: set[int] = field(default_factory=set[int])

    def apply(self, event: Event, seen: datetime) -> set[str]:
        """Apply an event; return the products whose quantity in carts it touched."""
        if self.ended:
            return set()
        self.last = max(self.last, seen)
        before = dict(self.lines)
        self._change(event)
        moved = {sku for line, (sku, _) in before.items() if line not in self.lines}
        return moved | {sku for line, (sku, _) in self.lines.items() if line not in before}

    def _change(self, event: Event) -> None:
        kind = event["type"]
        if kind == "cart_opened":
            self.opened = True
        elif kind == "line_added":
            self._add(event["line"])
        elif kind == "line_voided":
            self.voided.add(event["line_no"])
            self.lines.pop(event["line_no"], None)
        elif kind in ENDINGS:
            self.ended = True
            self.lines.clear()

    def _add(self, line: Event) -> None:
        if line["line_no"] not in self.voided:
            self.lines[line["line_no"]] = (line["sku"], line["quantity"])


@dataclass
class Carts:
    """The carts of one location, and its clock, which forgets them."""

    clock: datetime
    known: dict[str, OpenCart] = field(default_factory=dict[str, OpenCart])
    due: datetime | None = None

    def tick(self, seen: datetime) -> None:
        """Move the clock on; carts without an event for four hours are forgotten."""
        self.clock = max(self.clock, seen)
        if self.due is None or self.due > self.clock:
            return
        for cart_id in [key for key, cart in self.known.items() if self._over(cart.last)]:
            del self.known[cart_id]
        self.due = min((cart.last + REMEMBERED for cart in self.known.values()), default=None)

    def cart(self, event: Event, seen: datetime) -> OpenCart | None:
        """The cart of an event; None where it is so late that it opens nothing."""
        cart = self.known.get(event["cart_id"])
        if cart is None and not self._over(seen):
            cart = OpenCart(event["till_id"], event["business_date"], seen)
            self.known[event["cart_id"]] = cart
            self.due = min(self.due or seen + REMEMBERED, seen + REMEMBERED)
        return cart

    def open(self) -> Iterator[OpenCart]:
        """The carts that are neither completed, abandoned nor forgotten."""
        return (cart for cart in self.known.values() if not cart.ended)

    def _over(self, last: datetime) -> bool:
        return last + REMEMBERED <= self.clock
