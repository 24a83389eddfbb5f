"""What one till reports: carts from opening to receipt, returns, heartbeats and what is audited."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from .asides import aside
from .plan import Plan
from .sales import completed, line_of, returned
from .world import Product, World

Event = dict[str, Any]


@dataclass
class Cart:
    """A cart as the till knows it."""

    cart_id: str
    business_date: str
    lines: dict[int, Event] = field(default_factory=dict[int, Event])
    marks: Event = field(default_factory=dict[str, Any])


@dataclass
class Till:
    """One till of one location, with its own random numbers."""

    plan: Plan
    world: World
    location_id: str
    till_id: str
    rng: random.Random
    carts: int = 0

    def script(self, count: int) -> list[Event]:
        """The first `count` events of the till, still without epoch, sequence and time."""
        active: list[Iterator[Event]] = []
        events: list[Event] = []
        while len(events) < count:
            if not active or (len(active) < 3 and self.rng.random() < 0.1):
                active.append(self._something())
            current = self.rng.choice(active)
            event = next(current, None)
            if event is None:
                active.remove(current)
            else:
                events.append(event)
        return events

    def _something(self) -> Iterator[Event]:
        choice = self.rng.random()
        if choice < 0.1:
            return iter([self._event("till_heartbeat", self._date())])
        if choice < 0.15:
            return iter([self._return()])
        if choice < 0.19:
            return iter([self._event(business_date=self._date(), **aside(self.rng))])
        return self._taken_over() if choice < 0.21 else self._cart()

    def _event(self, type: str, business_date: str, **more: Any) -> Event:
        head: Event = {"type": type, "location_id": self.location_id, "till_id": self.till_id}
        return {**head, "business_date": business_date, **more}

    def _date(self) -> str:
        return self.plan.business_date(self.rng.choice((0, 0, 0, 0, 1, 2))).isoformat()

    def _return(self) -> Event:
        lines = [line_of(self._product(), number + 1, self.rng) for number in range(2)]
        body = returned(lines[: self.rng.randint(1, 2)], self.rng)
        body["return_id"] = f"{self.till_id}-r{self.rng.getrandbits(40):x}"
        return self._event("goods_returned", self._date(), **body)

    def _product(self) -> Product:
        if self.rng.random() < 0.002:
            return self.rng.choice(self.world.ghost_products)
        share = self.rng.random() ** 2.2
        return self.world.products[int(share * len(self.world.products))]

    def _cart(self) -> Iterator[Event]:
        """A cart from its opening to its end; tills of one shop give the same numbers."""
        self.carts += 1
        cart = Cart(str(self.carts), self._date())
        if self.rng.random() < 0.03:
            cart.marks = {"training": True}
        silent = self.rng.random() < 0.15
        steps = list(self._shopping(cart))
        if not silent:
            yield from steps
            if self.rng.random() < 0.04:
                yield from self._pause(cart)
        yield from self._ending(cart, self.rng.random(), silent)

    def _pause(self, cart: Cart) -> Iterator[Event]:
        """The cart is put aside, and most are taken up again."""
        yield self._on_cart("cart_suspended", cart)
        if self.rng.random() < 0.7:
            yield self._resumed(cart, self.till_id)
            yield self._line(cart, len(cart.lines) + 40)

    def _taken_over(self) -> Iterator[Event]:
        """A cart that was put aside at another till goes on here, under the id it has there."""
        self.carts += 1
        cart = Cart(f"x-{self.carts}", self._date())
        for number in range(1, self.rng.randint(2, 4)):
            cart.lines[number] = line_of(self._product(), number, self.rng)
        yield self._resumed(cart, "9")
        yield self._line(cart, 8)
        yield from self._ending(cart, self.rng.random(), silent=False)

    def _resumed(self, cart: Cart, from_till_id: str) -> Event:
        lines = list(cart.lines.values())
        return self._on_cart("cart_resumed", cart, from_till_id=from_till_id, lines=lines)

    def _line(self, cart: Cart, number: int) -> Event:
        line = cart.lines[number] = line_of(self._product(), number, self.rng)
        return self._on_cart("line_added", cart, line=line)

    def _shopping(self, cart: Cart) -> Iterator[Event]:
        more = {"cashier_id": "c-1"} if self.rng.random() < 0.5 else {}
        yield self._on_cart("cart_opened", cart, **more)
        for number in range(1, self.rng.choice((1, 2, 2, 3, 3, 4, 5, 9)) + 1):
            yield self._line(cart, number)
            if self.rng.random() < 0.08:
                del cart.lines[number]
                yield self._on_cart("line_voided", cart, line_no=number)

    def _on_cart(self, kind: str, cart: Cart, **more: Any) -> Event:
        return self._event(kind, cart.business_date, cart_id=cart.cart_id, **cart.marks, **more)

    def _ending(self, cart: Cart, choice: float, silent: bool) -> Iterator[Event]:
        if choice < 0.03 and not silent:
            return
        if not cart.lines or (choice < 0.12 and not silent):
            yield self._on_cart("cart_abandoned", cart)
        else:
            body = completed(list(cart.lines.values()), self.rng)
            yield self._on_cart("cart_completed", cart, **body)
        if self.rng.random() < 0.03:
            yield from self._afterthoughts(cart)

    def _afterthoughts(self, cart: Cart) -> Iterator[Event]:
        """Events of a cart that has ended, which must change nothing."""
        yield self._on_cart("line_added", cart, line=line_of(self._product(), 77, self.rng))
        if cart.lines:
            yield self._on_cart("line_voided", cart, line_no=min(cart.lines))
        if self.rng.random() < 0.3:
            yield self._on_cart("cart_opened", cart)
