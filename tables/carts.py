"""Open carts, in whatever order their events arrive, and when they are forgotten.

A cart belongs to its till. One that was completed, abandoned or suspended is remembered as over
(`tables.closed_carts`; a suspended one here), so that its late events change nothing. Open or
over, it is forgotten once the location's clock has passed its last event by the cart timeout;
from then on its late events are recognised by their time.
"""

from collections.abc import Iterable
from typing import NamedTuple

import msgspec

LINES_MAX = 16_384
"""Lines in one open cart. A whole cart must fit one message of a till when it is completed, which
has room for some ten thousand; without a bound, a till that never closes one would make each of
its events slower than the one before."""


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
    """One cart; key ``location_id/till_id/cart_id``.

    ``business_date`` is that of its opening, which decides where it counts as open. ``voids`` keeps
    the newest void by line number, for lines that arrive after it. ``turned`` is the event that
    suspended or resumed it last: what the till said before that is over. ``noted_us`` is when its
    end is looked at. One that is ``closed`` and not ``suspended`` was left by an earlier version.
    """

    till_id: str
    business_date: str
    last_event_us: int
    closed: bool = False
    lines: list[CartLine] = []
    voids: dict[int, Mark] = {}
    turned: Mark | None = None
    suspended: bool = False
    noted_us: int = 0


class Clock(msgspec.Struct, array_like=True, gc=False):
    """A location's time: the newest credible time of its till events; key ``location_id``.

    ``closed_date`` is the greatest business date that has left the state, and ``base`` the highest
    version of an item that has: both only grow.
    """

    at_us: int
    closed_date: str = ""
    base: int = 0


def has_passed(last_event_us: int, clock_us: int, timeout_us: int) -> bool:
    """Whether a cart whose last event was then is to be forgotten, be it open or over."""
    return last_event_us + timeout_us <= clock_us


def is_over(cart: Cart, mark: Mark) -> bool:
    """Whether ``mark`` comes too late: the cart is closed, or was resumed after it."""
    return cart.closed or (cart.turned is not None and mark.precedes(cart.turned))


def can_resume(cart: Cart, mark: Mark) -> bool:
    """Whether ``mark`` takes the cart up again: only a suspended one, and not before that."""
    return cart.suspended and not (cart.turned is not None and mark.precedes(cart.turned))


def is_full(cart: Cart) -> bool:
    """Whether it can take neither a line nor a void more."""
    return len(cart.lines) + len(cart.voids) >= LINES_MAX


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


def drop_before(cart: Cart, mark: Mark) -> list[CartLine]:
    """What the till said before ``mark`` is over: the lines that leave the cart."""
    gone = [line for line in cart.lines if not mark.precedes(line.added)]
    cart.lines = [line for line in cart.lines if mark.precedes(line.added)]
    cart.turned = mark
    return gone


def reopen(cart: Cart, business_date: str) -> None:
    """A suspended cart is open again, and counts on the date of its resumption."""
    cart.closed = cart.suspended = False
    cart.business_date = business_date


def resume(
    cart: Cart, mark: Mark, named: Iterable[CartLine]
) -> tuple[list[CartLine], list[CartLine]]:
    """The lines that ``mark`` has ``named`` are the cart's, but for what its till said afterwards.

    Which lines leave the cart, and which enter it.
    """
    gone = drop_before(cart, mark)
    return gone, [line for line in named if add_line(cart, line)]


def suspend(cart: Cart, mark: Mark) -> list[CartLine]:
    """Close the cart until it is resumed, and return the lines that leave it.

    Where it was resumed already, what came since stays, and so does the cart.
    """
    gone = drop_before(cart, mark)
    cart.closed = cart.suspended = not cart.lines
    return gone
