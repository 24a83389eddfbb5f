"""Open carts, in whatever order their events arrive, and when they are forgotten.

A cart that was completed or abandoned is remembered as closed, so that its late events change
nothing. Open or closed, it is forgotten once the location's clock has passed its last event by
the cart timeout; from then on its late events are recognised by their time.
"""

from heapq import heapify, heappop, heappush
from typing import NamedTuple

import msgspec


class Mark(NamedTuple):
    """Which event of which till: orders events of one till, not of two."""

    till_id: str
    epoch: int
    sequence: int

    def precedes(self, other: "Mark") -> bool:
        """Whether the same till said this first. Of two tills, the order of arrival holds."""
        return self.till_id == other.till_id and self < other


class CartLine(NamedTuple):
    """A line that is in the cart, and the event that put it there."""

    line_no: int
    sku: str
    quantity: int
    added: Mark


class Cart(msgspec.Struct, array_like=True, gc=False):
    """One cart; key ``location_id/cart_id``.

    ``till_id`` and ``business_date`` are those of its opening, which decide where it counts as
    open. ``voids`` keeps the newest void by line number, for lines that arrive after it.
    """

    till_id: str
    business_date: str
    last_event_us: int
    closed: bool = False
    lines: list[CartLine] = msgspec.field(default_factory=list[CartLine])
    voids: dict[int, Mark] = msgspec.field(default_factory=dict[int, Mark])


class Clock(msgspec.Struct, array_like=True, gc=False):
    """A location's time: the newest credible time of its till events; key ``location_id``."""

    at_us: int


def add_line(cart: Cart, line: CartLine) -> bool:
    """Put ``line`` into the cart; False where a later void of it has already arrived."""
    void = cart.voids.get(line.line_no)
    if void is not None and line.added.precedes(void):
        return False
    cart.lines.append(line)
    return True


def void_line(cart: Cart, line_no: int, mark: Mark) -> list[CartLine]:
    """Take out what ``mark`` voids, and return it. A line added again afterwards stays."""
    known = cart.voids.get(line_no)
    if known is None or not mark.precedes(known):
        cart.voids[line_no] = mark
    gone = [
        line for line in cart.lines if line.line_no == line_no and not mark.precedes(line.added)
    ]
    if gone:
        cart.lines = [line for line in cart.lines if line not in gone]
    return gone


def close(cart: Cart) -> list[CartLine]:
    """Mark the cart as closed and return the lines that leave it."""
    gone, cart.lines = cart.lines, []
    cart.voids = {}
    cart.closed = True
    return gone


class Deadlines:
    """When each known cart may be forgotten, by location. Derived from the carts.

    A cart is noted once, when it becomes known; later events only move its deadline, which is
    looked at again when the noted one has come.
    """

    def __init__(self, timeout_us: int) -> None:
        self._timeout_us = timeout_us
        self._heaps: dict[str, list[tuple[int, str]]] = {}
        self._noted: set[str] = set()

    def passed(self, event_us: int, clock_us: int) -> bool:
        """Whether a cart with its last event at ``event_us`` is to be forgotten."""
        return event_us + self._timeout_us <= clock_us

    def knows(self, key: str) -> bool:
        """Whether the cart ``key`` is noted, as every cart is that was not forgotten."""
        return key in self._noted

    def note(self, location_id: str, key: str, last_event_us: int) -> None:
        """Remember to look at the cart ``key`` when its time has come."""
        heap = self._heaps.setdefault(location_id, [])
        heappush(heap, (last_event_us + self._timeout_us, key))
        self._noted.add(key)

    def rebuild(self, carts: list[tuple[str, int]]) -> None:
        """Note every (key, time of last event) of a recovered state."""
        for key, last_event_us in carts:
            heap = self._heaps.setdefault(key.partition("/")[0], [])
            heap.append((last_event_us + self._timeout_us, key))
            self._noted.add(key)
        for heap in self._heaps.values():
            heapify(heap)

    def due(self, location_id: str, clock_us: int) -> list[str]:
        """The carts whose noted time has come, in order; each is to be noted again or forgotten."""
        heap = self._heaps.get(location_id)
        keys: list[str] = []
        while heap and heap[0][0] <= clock_us:
            keys.append(heappop(heap)[1])
        self._noted.difference_update(keys)
        return keys
