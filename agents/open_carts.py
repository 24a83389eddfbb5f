"""Carts of one partition: what their events do to them and to what is in carts."""

from collections.abc import Iterable, Sequence

from agents.book import Book
from agents.cart_memory import CartMemory
from agents.intake import CART_TOO_LONG, OUT_OF_RANGE, Refusal
from agents.shelf import Shelf
from tables.carts import (
    LINES_MAX,
    Cart,
    CartLine,
    Mark,
    add_line,
    can_resume,
    is_full,
    is_over,
    reopen,
    resume,
    suspend,
    void_line,
)
from tables.items import has_room, touch_by_till
from tables.moments import Moment
from tables.times import text_of
from topics.wire import (
    WireCartAbandoned,
    WireCartCompleted,
    WireCartOpened,
    WireCartResumed,
    WireCartSuspended,
    WireLineAdded,
    WireLineVoided,
)

CartEvent = (
    WireCartOpened
    | WireLineAdded
    | WireLineVoided
    | WireCartAbandoned
    | WireCartSuspended
    | WireCartResumed
    | WireCartCompleted
)


class OpenCarts:
    """What is in carts, held to each location's clock."""

    def __init__(self, memory: CartMemory, shelf: Shelf, book: Book) -> None:
        self._memory = memory
        self._shelf = shelf
        self._book = book

    def opened(self, event: WireCartOpened, moment: Moment) -> Refusal | None:
        """A cart is opened; where an earlier arrival opened it on another date, it moves here."""
        key = _key(event)
        cart = self._memory.recall(key, moment)
        cart = self._touch(event, key, cart, _mark(event), moment)
        day = text_of(event.business_date)
        if cart and cart.business_date != day:
            self._count(event, cart, -1, moment)
            cart.business_date = day
            self._count(event, cart, 1, moment)
        return None

    def line_added(self, event: WireLineAdded, moment: Moment) -> Refusal | None:
        """A line is in the cart, unless its void came first."""
        key, mark, line = _key(event), _mark(event), event.line
        cart = self._memory.recall(key, moment)
        if cart is not None and is_full(cart):
            return _too_long(event)
        item_key = f"{event.location_id}/{line.sku}"
        item = self._shelf.look(item_key)
        if not has_room(item, 0, line.quantity):
            return _no_room(line.sku)
        cart = self._touch(event, key, cart, mark, moment)
        if cart and add_line(cart, CartLine(line.line_no, line.sku, line.quantity, mark)):
            item.in_carts += line.quantity
            touch_by_till(item, moment.at, moment.offset)
            self._shelf.keep_level(item_key, item)
        return None

    def line_voided(self, event: WireLineVoided, moment: Moment) -> Refusal | None:
        """A line leaves the cart, or never enters it."""
        key, mark = _key(event), _mark(event)
        cart = self._memory.recall(key, moment)
        if cart is not None and is_full(cart):
            return _too_long(event)
        cart = self._touch(event, key, cart, mark, moment)
        if cart is not None:
            self._carry(event, void_line(cart, event.line_no, mark), -1, moment)
        return None

    def resumed(self, event: WireCartResumed, moment: Moment) -> Refusal | None:
        """The cart goes on at this till, with the lines that the event names."""
        refusal = self._refusal_of(event)
        if refusal:
            return refusal
        cart = self._take_up(event, moment)
        if cart is not None:
            self._take_lines(event, cart, moment)
            self._memory.keep(_key(event), cart, moment)
        return None

    def closed(
        self, event: WireCartAbandoned | WireCartCompleted, moment: Moment
    ) -> Refusal | None:
        """The cart's lines leave it; it is over, so that its late events change nothing."""
        last_event_us = moment.at_us
        if moment.till.carts:  # most sales are all that is heard of their cart
            key = _key(event)
            cart = self._memory.recall(key, moment)
            if cart is not None:
                last_event_us = max(cart.last_event_us, moment.at_us)
                self._empty(event, key, cart, moment)
        self._memory.note_over(event.cart_id, last_event_us, moment)
        return None

    def _empty(
        self,
        event: WireCartAbandoned | WireCartCompleted,
        key: str,
        cart: Cart,
        moment: Moment,
    ) -> None:
        if not cart.closed:
            self._count(event, cart, -1, moment)
            self._carry(event, cart.lines, -1, moment)
        self._memory.drop(key, cart, moment)

    def suspended(self, event: WireCartSuspended, moment: Moment) -> Refusal | None:
        """The cart's lines leave it until it is resumed."""
        key, mark = _key(event), _mark(event)
        cart = self._memory.recall(key, moment)
        if cart is None and self._memory.takes_new(event.cart_id, moment):
            cart = Cart(event.till_id, text_of(event.business_date), moment.at_us)
            suspend(cart, mark)
            self._memory.keep(key, cart, moment)
        elif cart is not None and not is_over(cart, mark):
            self._carry(event, suspend(cart, mark), -1, moment)
            if cart.closed:
                self._count(event, cart, -1, moment)
            cart.last_event_us = max(cart.last_event_us, moment.at_us)
            self._memory.keep(key, cart, moment)
        return None

    def recall_lines(self, event: WireCartCompleted, moment: Moment) -> Sequence[CartLine]:
        """The lines that would leave the cart if ``event`` closed it."""
        cart = self._memory.recall(_key(event), moment)
        return () if cart is None else cart.lines

    def _touch(
        self, event: CartEvent, key: str, cart: Cart | None, mark: Mark, moment: Moment
    ) -> Cart | None:
        """The event's ``cart``, opened by it where it is unknown; None where it is over."""
        if cart is None:
            if not self._memory.takes_new(event.cart_id, moment):
                return None
            cart = self._begin(event, moment)
        elif is_over(cart, mark):
            return None
        elif moment.at_us > cart.last_event_us:
            cart.last_event_us = moment.at_us
        self._memory.keep(key, cart, moment)
        return cart

    def _take_up(self, event: WireCartResumed, moment: Moment) -> Cart | None:
        held, mark = self._memory.recall(_key(event), moment), _mark(event)
        if held is None:
            takes = self._memory.takes_new(event.cart_id, moment)
            return self._begin(event, moment) if takes else None
        if not held.closed:
            return None if is_over(held, mark) else held
        if not can_resume(held, mark):
            return None
        reopen(held, text_of(event.business_date))
        self._count(event, held, 1, moment)
        return held

    def _take_lines(self, event: WireCartResumed, cart: Cart, moment: Moment) -> None:
        mark = _mark(event)
        named = [CartLine(line.line_no, line.sku, line.quantity, mark) for line in event.lines]
        gone, new = resume(cart, mark, named)
        self._carry(event, gone, -1, moment)
        self._carry(event, new, 1, moment)
        cart.last_event_us = max(cart.last_event_us, moment.at_us)

    def _begin(self, event: CartEvent, moment: Moment) -> Cart:
        cart = Cart(event.till_id, text_of(event.business_date), moment.at_us)
        self._count(event, cart, 1, moment)
        return cart

    def _count(self, event: CartEvent, cart: Cart, carts: int, moment: Moment) -> None:
        day = cart.business_date
        self._book.count_carts(event.location_id, event.till_id, day, carts, moment)

    def _carry(
        self, event: CartEvent, lines: Iterable[CartLine], sign: int, moment: Moment
    ) -> None:
        for line in lines:
            key = f"{event.location_id}/{line.sku}"
            item = self._shelf.look(key)
            item.in_carts += sign * line.quantity
            touch_by_till(item, moment.at, moment.offset)
            self._shelf.keep_level(key, item)

    def _refusal_of(self, event: WireCartResumed) -> Refusal | None:
        """Why the lines cannot be in a cart, None where they can."""
        if len(event.lines) > LINES_MAX:
            return _too_long(event)
        more: dict[str, int] = {}
        for line in event.lines:
            more[line.sku] = more.get(line.sku, 0) + line.quantity
        for sku, quantity in more.items():
            if not has_room(self._shelf.look(f"{event.location_id}/{sku}"), 0, quantity):
                return _no_room(sku)
        return None


def _too_long(event: WireLineAdded | WireLineVoided | WireCartResumed) -> Refusal:
    return CART_TOO_LONG, f"cart {event.cart_id} has {LINES_MAX} lines and voids"


def _no_room(sku: str) -> Refusal:
    return OUT_OF_RANGE, f"in carts of {sku} would leave the range of ±(2^53-1)"


def _key(event: CartEvent) -> str:
    return f"{event.location_id}/{event.till_id}/{event.cart_id}"


def _mark(event: CartEvent) -> Mark:
    return Mark(event.till_id, event.epoch, event.sequence)
