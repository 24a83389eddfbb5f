"""What discounts that somebody gave by hand take off a cart as it stands. Pure.

A percentage is of what the line or the cart came to, and rounded down: who may give a tenth must
not be stopped by half a cent. No line and no cart comes to less than nothing by them.
"""

from edge.rules.evaluating import TableDiscount
from edge.till.carts import GivenDiscount, TillCart

PERCENT = 100


def rule_of(given: GivenDiscount) -> str:
    """As receipts and events name it. Without a stroke: those are rows of tables."""
    return f"Discount: {given.reason}"


def by_hand(cart: TillCart) -> list[TableDiscount]:
    """What each takes off, in the order in which they were given; none that takes nothing."""
    if not cart.given:  # at each scan, also into a cart of a thousand lines
        return []
    lines = {line.line_no: max(0, line.amount_minor) for line in cart.lines}
    left, whole_minor = dict(lines), max(0, cart.total_minor)
    whole_left, found = whole_minor, list[TableDiscount]()
    for each in cart.given:
        of_minor = whole_minor if each.line_no is None else lines.get(each.line_no, 0)
        room = whole_left if each.line_no is None else min(whole_left, left.get(each.line_no, 0))
        off_minor = min(room, _wanted(each, of_minor))
        whole_left -= off_minor
        if each.line_no is not None:
            left[each.line_no] = left.get(each.line_no, 0) - off_minor
        if off_minor:
            found.append(TableDiscount(rule_of(each), -off_minor, each.line_no))
    return found


def _wanted(given: GivenDiscount, of_minor: int) -> int:
    if given.percent is not None:
        return of_minor * given.percent // PERCENT
    return given.amount_minor or 0


def share_of(off_minor: int, of_minor: int) -> int:
    """Percent that is taken off, a part of one counted as one; all of what is nothing."""
    return -(-off_minor * PERCENT // of_minor) if of_minor > 0 else PERCENT
