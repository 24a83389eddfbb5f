"""Which carts are known: open ones until they are forgotten, closed ones until they are over."""

from agents.book import Book
from agents.clocks import Clocks
from agents.deadlines import Deadlines
from agents.shelf import Shelf
from engine.state import PartitionState, Table
from tables.carts import Cart, has_passed
from tables.moments import Moment

CARTS = "carts"
CART = "c"
"""The kind of deadline of an open cart."""

LOOKED_AT_PER_CLOSED = 2
"""Carts looked at for each that closes, to drop those that are over. One would never catch up with
what comes; more reads the store for nothing. With two, twice the carts of the timeout are kept."""

LOOK_MIN, LOOK_MAX = 256, 10_000
"""Carts looked at in one go: fewer opens the store for little, more holds up the partition."""


class CartMemory:
    """The carts of one partition. The open ones' ends are in the index of deadlines."""

    def __init__(
        self,
        state: PartitionState,
        shelf: Shelf,
        book: Book,
        deadlines: Deadlines,
        clocks: Clocks,
        timeout_us: int,
    ) -> None:
        self._carts: Table[Cart] = state.table(CARTS)
        self._shelf = shelf
        self._book = book
        self._deadlines = deadlines
        self._clocks = clocks
        self._timeout_us = timeout_us
        self._to_look_at = 0
        self._looked_up_to = ""

    def known(self, key: str, moment: Moment) -> Cart | None:
        """The cart, None where it is unknown or its time has passed."""
        cart = self._carts.peek(key)
        if cart is None or not has_passed(cart, moment.clock_us, self._timeout_us):
            return cart
        if not cart.closed:
            self._forget(key, cart, moment.offset)
        return None

    def is_past(self, moment: Moment) -> bool:
        """Whether an event is so late that its cart would be forgotten already."""
        return moment.at_us + self._timeout_us <= moment.clock_us

    def keep_open(self, key: str, cart: Cart) -> None:
        """Note that the open cart has changed."""
        if cart.noted_us:
            self._carts.put(key, cart)
        else:
            self._note_end(key, cart)

    def keep_closed(self, key: str, cart: Cart) -> None:
        """Remember a closed cart, and make room for it."""
        self._to_look_at += LOOKED_AT_PER_CLOSED
        if cart.noted_us:
            location_id, _, rest = key.partition("/")
            self._deadlines.take_back(location_id, CART, rest, cart.noted_us)
            cart.noted_us = 0
        self._carts.put_away(key, cart)

    def leave(self, location_id: str, rest: str, clock_us: int, offset: int) -> None:
        """A cart's time has come: it is forgotten, unless something was heard of it since."""
        key = f"{location_id}/{rest}"
        cart = self._carts.get(key)
        if cart is None or cart.closed:
            return
        cart.noted_us = 0
        if has_passed(cart, clock_us, self._timeout_us):
            self._forget(key, cart, offset)
        else:
            self._note_end(key, cart)

    def drop_old(self) -> None:
        """Look at some of the carts that are remembered, and drop those that are over.

        What is over counts as forgotten already, so this changes no figure: it makes room.
        """
        look_at = min(self._to_look_at, LOOK_MAX)
        if look_at < LOOK_MIN:
            return
        page = self._carts.scan_from("", self._looked_up_to, look_at)
        for key, cart in page:
            clock = self._clocks.get(key.partition("/")[0])
            if not cart.closed:
                self._note_end_of_old(key, cart)
            elif clock and has_passed(cart, clock.at_us, self._timeout_us):
                self._carts.drop(key)
        self._to_look_at -= look_at
        self._looked_up_to = page[-1][0] + "\x00" if len(page) == look_at else ""

    def _note_end(self, key: str, cart: Cart) -> None:
        location_id, _, rest = key.partition("/")
        cart.noted_us = cart.last_event_us + self._timeout_us
        self._carts.put(key, cart)
        self._deadlines.note(location_id, CART, rest, cart.noted_us)

    def _note_end_of_old(self, key: str, cart: Cart) -> None:
        """Carts that an earlier version opened are in no index yet."""
        if not cart.noted_us:
            self._note_end(key, self._carts.get(key) or cart)

    def _forget(self, key: str, cart: Cart, offset: int) -> None:
        location_id, _, rest = key.partition("/")
        if cart.noted_us:
            self._deadlines.take_back(location_id, CART, rest, cart.noted_us)
        self._carts.drop(key)
        self._book.forget_cart(location_id, cart.till_id, cart.business_date, offset)
        self._shelf.put_back(location_id, cart.lines, offset)
