"""How a cart is paid, put together: what terminals took, vouchers, and the rest in cash. Pure."""

from typing import NamedTuple

from edge.till import asked
from edge.till.carts import TillCart
from edge.till.refusals import WhyNot, unfit
from topics.wire_parts import WireTender


class Payment(NamedTuple):
    """What a sale's event names, and the change; None where the page has put it together."""

    tenders: tuple[WireTender, ...]
    change_minor: int | None = None


def payment_of(cart: TillCart, want: asked.AskedCompletion, total_minor: int) -> Payment:
    """How ``total_minor`` is paid; raises `Refusal` where it is not."""
    if want.cash_given_minor is None:
        return Payment(want.tenders)
    if any(each.kind == "cash" for each in want.tenders):
        words = "Cash is what cash_given_minor says: do not name it among the tenders."
        raise unfit(WhyNot.SUMS_DIFFER, words)
    taken = cart.captured
    due_minor = total_minor - sum(each.amount_minor for each in (*taken, *want.tenders))
    if due_minor < 0 and want.tenders:
        words = f"The vouchers come to {-due_minor} more than is due."
        raise unfit(WhyNot.SUMS_DIFFER, words)
    if want.cash_given_minor < due_minor:
        words = f"{due_minor} are due in cash, and {want.cash_given_minor} were given."
        raise unfit(WhyNot.TOO_LITTLE, words)
    # Where a line was voided after the card had paid for it, the drawer pays it back.
    cash = (WireTender("cash", due_minor),) if due_minor else ()
    return Payment((*taken, *want.tenders, *cash), want.cash_given_minor - due_minor)
