"""The carts of each till that are over, kept for as long as their late events may come."""

from engine.agents import State
from engine.table import Table
from tables.carts import has_passed
from tables.closed_carts import BLOCK_BYTES, entry, hash_of, last_event_of, newest_of
from tables.moments import Moment
from tables.tills import TillState

CLOSED = "closed"


class ClosedCarts:
    """Blocks of closed carts: the newest of a till lies in its state, full ones in a table."""

    def __init__(self, state: State, timeout_us: int) -> None:
        self._blocks: Table[bytes] = state.table(CLOSED)
        self._timeout_us = timeout_us

    def note(self, cart_id: str, last_event_us: int, moment: Moment) -> None:
        """The cart of the till that speaks is over since ``last_event_us``."""
        till = moment.till
        if len(till.closed) >= BLOCK_BYTES:
            self._begin_block(moment)
        till.closed += entry(cart_id, last_event_us)

    def has(self, cart_id: str, moment: Moment) -> bool:
        """Whether the cart is over, and was not so long ago that it is forgotten."""
        till, cart_hash = moment.till, hash_of(cart_id)
        last_event_us = last_event_of(till.closed, cart_hash)
        number = till.closed_next
        while last_event_us is None and number > till.closed_first:
            number -= 1
            block = self._blocks.get(_key(moment.till_key, number)) or b""
            last_event_us = last_event_of(block, cart_hash)
        return last_event_us is not None and not has_passed(
            last_event_us, moment.clock_us, self._timeout_us
        )

    def forget(self, till_key: str, till: TillState) -> None:
        """The till is gone, and its carts with it."""
        for number in range(till.closed_first, till.closed_next):
            self._blocks.drop(_key(till_key, number))

    def _begin_block(self, moment: Moment) -> None:
        till, key = moment.till, moment.till_key
        while till.closed_first < till.closed_next and self._oldest_has_passed(moment):
            self._blocks.drop(_key(key, till.closed_first))
            till.closed_first += 1
            till.closed_oldest_us = 0
        self._blocks.put_away(_key(key, till.closed_next), till.closed)
        till.closed_next += 1
        till.closed = b""

    def _oldest_has_passed(self, moment: Moment) -> bool:
        till = moment.till
        if not till.closed_oldest_us:
            oldest = self._blocks.peek(_key(moment.till_key, till.closed_first))
            if not oldest:
                return True
            till.closed_oldest_us = newest_of(oldest)
        return has_passed(till.closed_oldest_us, moment.clock_us, self._timeout_us)


def _key(till_key: str, number: int) -> str:
    return f"{till_key}/{number}"
