"""What leaves a location's state when its clock has moved on: carts, dates, epochs, items."""

from agents.book import DAY, Book
from agents.cart_memory import CART, CartMemory
from agents.deadlines import Deadlines
from agents.shelf import ITEM, Shelf
from agents.tills import EPOCH, Tills


class Leaving:
    """Meets the deadlines of one partition's locations."""

    def __init__(
        self, deadlines: Deadlines, carts: CartMemory, book: Book, tills: Tills, shelf: Shelf
    ) -> None:
        self.soonest = deadlines.soonest
        """See `agents.deadlines.Deadlines`: whether `leave` has anything to do."""
        self._deadlines = deadlines
        self._carts = carts
        self._book = book
        self._tills = tills
        self._shelf = shelf

    def leave(self, location_id: str, clock_us: int, offset: int) -> bool:
        """Let go of what is due; the till event at ``offset`` has moved the clock there.

        False where nothing was due.
        """
        due = self._deadlines.take_due(location_id, clock_us)
        for kind, rest in due:
            if kind == CART:
                self._carts.leave(location_id, rest, clock_us, offset)
            elif kind == DAY:
                self._book.leave(location_id, rest, clock_us)
            elif kind == EPOCH:
                self._tills.leave_epoch(location_id, rest, clock_us)
            elif kind == ITEM:
                self._shelf.leave(location_id, rest, clock_us)
        return bool(due)
