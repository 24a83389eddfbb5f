"""Which carts are known: open and suspended ones here, those that are over with their till."""

from agents.book import Book
from agents.closed_carts import CLOSED, ClosedCarts
from agents.deadlines import Deadlines
from agents.shelf import Shelf
from agents.tills import Tills
from engine.agents import State
from engine.table import Table
from tables.carts import Cart, has_passed
from tables.moments import Moment

CARTS = "carts"
CART = "c"
"""The kind of deadline of a cart."""

ADOPTED = "~"
"""Key beside the blocks of closed carts: all carts of the state are in the index of deadlines."""


class CartMemory:
    """The carts of one partition. Their ends are in the index of deadlines."""

    def __init__(
        self,
        state: State,
        shelf: Shelf,
        book: Book,
        deadlines: Deadlines,
        tills: Tills,
        closed: ClosedCarts,
        timeout_us: int,
    ) -> None:
        self._carts: Table[Cart] = state.table(CARTS)
        self._over = closed
        self.note_over = closed.note
        """A cart is over; its late events change nothing until they are known by their time."""
        self._shelf = shelf
        self._book = book
        self._deadlines = deadlines
        self._tills = tills
        self._timeout_us = timeout_us
        self._marks: Table[bytes] = state.table(CLOSED)
        self._has_adopted = self._marks.peek(ADOPTED) is not None
        if not self._has_adopted:
            self._adopt()

    def recall(self, key: str, moment: Moment) -> Cart | None:
        """The open or suspended cart, None where there is none; one whose time has passed is
        forgotten."""
        if not moment.till.carts:
            return None
        cart = self._carts.get(key)
        if cart is None or not has_passed(cart.last_event_us, moment.clock_us, self._timeout_us):
            return cart
        self._forget(key, cart, moment.offset)
        return None

    def takes_new(self, cart_id: str, moment: Moment) -> bool:
        """Whether an unknown cart may begin: it is not over, and the event is not too late."""
        is_late = has_passed(moment.at_us, moment.clock_us, self._timeout_us)
        return not (is_late or self._over.has(cart_id, moment))

    def keep(self, key: str, cart: Cart, moment: Moment) -> None:
        """Note that the cart has changed, or is new."""
        if cart.noted_us:
            self._carts.put(key, cart)
        else:
            moment.till.carts += 1
            self._note_end(key, cart)
            if not self._has_adopted:
                self._note_adoption()

    def drop(self, key: str, cart: Cart, moment: Moment) -> None:
        """A cart that was open or suspended is over."""
        moment.till.carts -= 1
        self._drop(key, cart)

    def leave(self, location_id: str, rest: str, clock_us: int, offset: int) -> None:
        """A cart's time has come: it is forgotten, unless something was heard of it since."""
        key = f"{location_id}/{rest}"
        cart = self._carts.get(key)
        if cart is None:
            return
        cart.noted_us = 0
        if has_passed(cart.last_event_us, clock_us, self._timeout_us):
            self._forget(key, cart, offset)
        else:
            self._note_end(key, cart)

    def _adopt(self) -> None:
        """Let carts of a version that kept no index leave in their time; there were few or none."""
        for key, cart in list(self._carts.scan()):
            if cart.closed:
                self._carts.drop(key)
            else:
                self._note_end(key, cart)
            if not self._has_adopted:
                self._note_adoption()

    def _note_adoption(self) -> None:
        self._has_adopted = True
        self._marks.put_away(ADOPTED, b"1")

    def _note_end(self, key: str, cart: Cart) -> None:
        location_id, _, rest = key.partition("/")
        cart.noted_us = cart.last_event_us + self._timeout_us
        self._carts.put(key, cart)
        self._deadlines.note(location_id, CART, rest, cart.noted_us)

    def _forget(self, key: str, cart: Cart, offset: int) -> None:
        location_id = key.partition("/")[0]
        self._drop(key, cart)
        self._tills.count_carts(f"{location_id}/{cart.till_id}", -1)
        if not cart.closed:
            self._book.forget_cart(location_id, cart.till_id, cart.business_date, offset)
            self._shelf.put_back(location_id, cart.lines, offset)

    def _drop(self, key: str, cart: Cart) -> None:
        self._carts.drop(key)
        if cart.noted_us:
            location_id, _, rest = key.partition("/")
            self._deadlines.take_back(location_id, CART, rest, cart.noted_us)
