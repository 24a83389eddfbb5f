"""Carts of one partition: their events, and their leaving when they close or are forgotten."""

from agents.book import Book
from agents.shelf import Shelf
from engine.state import PartitionState, Table
from tables.carts import (
    Cart,
    CartLine,
    Clock,
    Deadlines,
    Mark,
    add_line,
    close,
    void_line,
)
from tables.items import touch_by_till
from topics.wire import (
    WireCartAbandoned,
    WireCartCompleted,
    WireCartOpened,
    WireLineAdded,
    WireLineVoided,
)

CARTS = "carts"
CLOCKS = "clocks"

CartEvent = WireCartOpened | WireLineAdded | WireLineVoided | WireCartAbandoned | WireCartCompleted


class OpenCarts:
    """What is in carts, held to each location's clock."""

    def __init__(self, state: PartitionState, shelf: Shelf, book: Book, timeout_us: int) -> None:
        self._carts: Table[Cart] = state.table(CARTS)
        self._clocks: Table[Clock] = state.table(CLOCKS)
        self._shelf = shelf
        self._book = book
        self._deadlines = Deadlines(timeout_us)
        self._deadlines.rebuild([(key, cart.last_event_us) for key, cart in self._carts.scan()])

    def clocks(self) -> dict[str, int]:
        """Every location's clock as of the last commit, in microseconds since 1970."""
        return {location_id: clock.at_us for location_id, clock in self._clocks.scan()}

    def tick(self, location_id: str, at_us: int, offset: int) -> int:
        """Advance the location's clock, forget the carts it has passed, return its time."""
        clock = self._clocks.get(location_id)
        if clock is None:
            clock = Clock(at_us)
        elif at_us <= clock.at_us:
            return clock.at_us
        clock.at_us = at_us
        self._clocks.put(location_id, clock)
        for key in self._deadlines.due(location_id, at_us):
            self._look_at(location_id, key, at_us, offset)
        return at_us

    def opened(self, event: WireCartOpened, at_us: int, clock_us: int, offset: int) -> None:
        """A cart is opened; where an earlier arrival opened it elsewhere, it moves here."""
        cart = self._open_cart(event, at_us, clock_us, offset)
        business_date = event.business_date.isoformat()
        if cart and (cart.till_id, cart.business_date) != (event.till_id, business_date):
            self._count(event.location_id, cart, -1, offset)
            cart.till_id, cart.business_date = event.till_id, business_date
            self._count_event(event, cart, 1, offset)

    def line_added(self, event: WireLineAdded, at_us: int, clock_us: int, offset: int) -> None:
        """A line is in the cart, unless its void came first."""
        cart = self._open_cart(event, at_us, clock_us, offset)
        if cart is None:
            return
        mark = Mark(event.till_id, event.epoch, event.sequence)
        line = CartLine(event.line.line_no, event.line.sku, event.line.quantity, mark)
        if add_line(cart, line):
            self._carry(event, [line], 1, offset)

    def line_voided(self, event: WireLineVoided, at_us: int, clock_us: int, offset: int) -> None:
        """A line leaves the cart, or never enters it."""
        cart = self._open_cart(event, at_us, clock_us, offset)
        if cart is not None:
            mark = Mark(event.till_id, event.epoch, event.sequence)
            self._carry(event, void_line(cart, event.line_no, mark), -1, offset)

    def closed(
        self,
        event: WireCartAbandoned | WireCartCompleted,
        at_us: int,
        clock_us: int,
        offset: int,
    ) -> None:
        """The cart's lines leave it; it is remembered, so that late events change nothing."""
        key = f"{event.location_id}/{event.cart_id}"
        cart = self._known(key)
        if cart is None:
            if not self._deadlines.passed(at_us, clock_us):
                cart = self._new_cart(key, event, at_us)
                cart.closed = True
                self._carts.put(key, cart)
            return
        if cart.closed:
            return
        self._count_event(event, cart, -1, offset)
        self._carry(event, close(cart), -1, offset)
        cart.last_event_us = max(cart.last_event_us, at_us)
        self._carts.put(key, cart)

    def _open_cart(self, event: CartEvent, at_us: int, clock_us: int, offset: int) -> Cart | None:
        """The event's cart, opened by it where it is unknown; None where it is over."""
        key = f"{event.location_id}/{event.cart_id}"
        cart = self._known(key)
        if cart is None:
            if self._deadlines.passed(at_us, clock_us):
                return None
            cart = self._new_cart(key, event, at_us)
            self._count_event(event, cart, 1, offset)
        elif cart.closed:
            return None
        elif at_us > cart.last_event_us:
            cart.last_event_us = at_us
        self._carts.put(key, cart)
        return cart

    def _known(self, key: str) -> Cart | None:
        # Most carts are new: the store need not be asked for what no deadline is noted of.
        return self._carts.get(key) if self._deadlines.knows(key) else None

    def _new_cart(self, key: str, event: CartEvent, at_us: int) -> Cart:
        self._deadlines.note(event.location_id, key, at_us)
        return Cart(event.till_id, event.business_date.isoformat(), at_us)

    def _look_at(self, location_id: str, key: str, clock_us: int, offset: int) -> None:
        cart = self._carts.get(key)
        if cart is None:
            return
        if not self._deadlines.passed(cart.last_event_us, clock_us):
            self._deadlines.note(location_id, key, cart.last_event_us)
            return
        self._carts.drop(key)
        if not cart.closed:
            self._count(location_id, cart, -1, offset)
            self._forget_lines(location_id, cart.lines, offset)

    def _count(self, location_id: str, cart: Cart, carts: int, offset: int) -> None:
        self._book.count_carts(location_id, cart.till_id, cart.business_date, carts, offset)

    def _count_event(self, event: CartEvent, cart: Cart, carts: int, offset: int) -> None:
        rows = self._book.count_carts(
            event.location_id, cart.till_id, cart.business_date, carts, offset
        )
        self._book.touch(rows, event.occurred_at, offset)

    def _carry(self, event: CartEvent, lines: list[CartLine], sign: int, offset: int) -> None:
        for line in lines:
            key = f"{event.location_id}/{line.sku}"
            item = self._shelf.level(key)
            item.in_carts += sign * line.quantity
            touch_by_till(item, event.occurred_at, offset)

    def _forget_lines(self, location_id: str, lines: list[CartLine], offset: int) -> None:
        # No event of these items happened: their as_of stays.
        for line in lines:
            key = f"{location_id}/{line.sku}"
            item = self._shelf.level(key)
            item.in_carts -= line.quantity
            item.till_offset = offset
