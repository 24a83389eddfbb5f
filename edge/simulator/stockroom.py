"""The stock that no till moves: opening stock, deliveries, transfers, losses and counts.

It follows the till events, sends a truck to a location whose shelves run low, and hands out the
movements that somebody has to book. It has its own random numbers, so that what tills say does
not depend on what is in stock.
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Literal

from edge.simulator.seeds import seeded
from edge.simulator.shelves import StockKey, policies_of
from edge.simulator.world import World
from topics.wire import (
    AnyWireEvent,
    WireCartCompleted,
    WireGoodsReturned,
    WireLine,
    WireMovement,
    WirePolicy,
)

Reason = Literal[
    "delivery", "transfer_out", "transfer_in", "adjustment", "stocktake", "shrinkage",
    "vendor_return",
]  # fmt: skip

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

TRUCK_SECONDS = (40, 240)
"""From a shelf that is low to the truck at the door. Long enough for alerts to be seen, short
enough that most shelves are not empty by then."""

SHORT_SUPPLY_CHANCE = 0.08
"""Of the articles on a truck's list: not in it, so the shelf runs on towards empty."""

MISHAP_CHANCE = 0.004
"""Per till event: something is broken, miscounted, or goes back to its maker."""

_DIRECT = frozenset({"Bread and bakery", "Fruit", "Vegetables", "Newspapers and flowers"})
"""Categories that suppliers bring to the shops themselves; the rest comes from the warehouse."""

_MISHAPS: tuple[tuple[Reason, int], ...] = (
    ("shrinkage", -2),
    ("shrinkage", -1),
    ("stocktake", -1),
    ("stocktake", 1),
    ("adjustment", 1),
    ("vendor_return", -3),
)
_MISHAP_UNITS = {"each": 1, "gram": 150}


class Stockroom:
    """On hand by location and SKU as the simulation sees it, and the trucks under way."""

    def __init__(
        self, world: World, seed: int, epoch: int, start_ms: int, rate: float,
        on_hand: Mapping[StockKey, int],
    ) -> None:  # fmt: skip
        """``on_hand`` is stock known from elsewhere; the rest is at its opening level."""
        self.policies = policies_of(world, rate)
        self._opening = _opening_stock(self.policies, seed)
        self._on_hand = {key: on_hand.get(key, opening) for key, opening in self._opening.items()}
        self._rng = seeded(seed, epoch, "stock")
        self._epoch = epoch
        self._movements = 0
        self._warehouse_id = world.warehouse.location_id
        self._products = {article.product.sku: article.product for article in world.articles}
        self._keys = [key for key in self.policies if key[0] != self._warehouse_id]
        self._low: dict[str, set[str]] = {}
        self._truck_due_ms: dict[str, int] = {}
        for key in self.policies:
            self._note_low(start_ms, key)

    def opening_movements(self, unix_ms: int) -> Iterator[WireMovement]:
        """The first filling of every shelf; its ids are the same in every run."""
        for (location_id, sku), quantity in self._opening.items():
            yield _movement(
                f"opening/{location_id}/{sku}",
                (location_id, sku),
                quantity,
                "delivery",
                "opening stock",
                unix_ms,
            )

    def follow(self, unix_ms: int, event: AnyWireEvent) -> tuple[WireMovement, ...]:
        """Note what a till did; the movements that fall due by then."""
        if isinstance(event, WireCartCompleted):
            self._move(unix_ms, event.location_id, event.lines, -1)
        elif isinstance(event, WireGoodsReturned) and event.restock:
            self._move(unix_ms, event.location_id, event.lines, 1)
        return (*self._arrivals(unix_ms), *self._mishap(unix_ms))

    def _move(self, unix_ms: int, location_id: str, lines: tuple[WireLine, ...], sign: int) -> None:
        for line in lines:
            self._change(unix_ms, (location_id, line.sku), sign * line.quantity)

    def _change(self, unix_ms: int, key: StockKey, quantity: int) -> None:
        self._on_hand[key] += quantity
        self._note_low(unix_ms, key)

    def _note_low(self, unix_ms: int, key: StockKey) -> None:
        location_id, sku = key
        if self._on_hand[key] >= self.policies[key].reorder_point:
            return
        self._low.setdefault(location_id, set()).add(sku)
        if location_id not in self._truck_due_ms:
            self._send_truck(unix_ms, location_id)

    def _send_truck(self, unix_ms: int, location_id: str) -> None:
        self._truck_due_ms[location_id] = unix_ms + int(self._rng.uniform(*TRUCK_SECONDS) * 1000)

    def _arrivals(self, unix_ms: int) -> Iterator[WireMovement]:
        due = [place for place, due_ms in self._truck_due_ms.items() if due_ms <= unix_ms]
        for location_id in due:
            del self._truck_due_ms[location_id]
            yield from self._unload(unix_ms, location_id)

    def _unload(self, unix_ms: int, location_id: str) -> Iterator[WireMovement]:
        note = f"truck-{self._epoch}-{self._movements + 1}"
        # Sorted, because a set's order differs from process to process.
        for sku in sorted(self._low.pop(location_id, ())):
            key = (location_id, sku)
            wanted = self.policies[key].order_up_to - self._on_hand[key]
            if self._rng.random() < SHORT_SUPPLY_CHANCE:
                self._note_low(unix_ms, key)
            elif wanted > 0:
                yield from self._deliver(unix_ms, key, wanted, note)

    def _deliver(
        self, unix_ms: int, key: StockKey, quantity: int, note: str
    ) -> Iterator[WireMovement]:
        location_id, sku = key
        if location_id == self._warehouse_id or self._products[sku].category in _DIRECT:
            yield self._book(unix_ms, key, quantity, "delivery", note)
            return
        yield self._book(unix_ms, (self._warehouse_id, sku), -quantity, "transfer_out", note)
        yield self._book(unix_ms, key, quantity, "transfer_in", note)

    def _mishap(self, unix_ms: int) -> Iterator[WireMovement]:
        if self._rng.random() >= MISHAP_CHANCE:
            return
        key = self._rng.choice(self._keys)
        reason, units = self._rng.choice(_MISHAPS)
        quantity = units * _MISHAP_UNITS[self._products[key[1]].unit]
        yield self._book(unix_ms, key, quantity, reason, None)

    def _book(
        self, unix_ms: int, key: StockKey, quantity: int, reason: Reason, note: str | None
    ) -> WireMovement:
        self._movements += 1
        self._change(unix_ms, key, quantity)
        movement_id = f"simulated-{self._epoch}-{self._movements}"
        return _movement(movement_id, key, quantity, reason, note, unix_ms)


def _opening_stock(policies: Mapping[StockKey, WirePolicy], seed: int) -> dict[StockKey, int]:
    rng = seeded(seed, "opening")
    return {
        key: rng.randint(policy.order_up_to * 2 // 3, policy.order_up_to)
        for key, policy in policies.items()
    }


def _movement(
    movement_id: str,
    key: StockKey,
    quantity: int,
    reason: Reason,
    reference: str | None,
    unix_ms: int,
) -> WireMovement:
    return WireMovement(
        movement_id=movement_id,
        location_id=key[0],
        sku=key[1],
        quantity=quantity,
        reason=reason,
        occurred_at=_EPOCH + timedelta(milliseconds=unix_ms),
        reference=reference,
    )
