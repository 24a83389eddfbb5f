"""Payments by card in the till's journal: written as they go, and found again after a restart."""

from collections.abc import Awaitable, Callable, Iterable
from functools import partial
from typing import NamedTuple

from edge.till import asked as bodies
from edge.till.answers import AskedOnce
from edge.till.carts import Outcome, TillCart
from edge.till.deciding import Decision, Sight
from edge.till.tendering import request_tender, settle_tender
from edge.till.terminals.messages import AskedPayment, new_id
from edge.till.terminals.rule import TenderSight

Do = Callable[[AskedOnce, Callable[[Sight], Decision]], Awaitable[object]]
"""The counter's: done durably, and once for each key. Raises `Refusal`."""


class LeftPayment(NamedTuple):
    """A payment of which the journal does not know whether money was taken."""

    cart_id: str
    asked: AskedPayment
    sight: TenderSight
    is_training: bool = False
    is_own: bool = True
    """Whether the till itself asks for it, and nobody else is to say how it stands."""


def left_payments(carts: Iterable[TillCart], till_id: str, currency: str) -> list[LeftPayment]:
    """Those by card of open carts: what a till asks its terminal about when it starts, and when a
    cart that was suspended goes on."""
    return [
        LeftPayment(
            cart.cart_id,
            AskedPayment(till_id, tender_id, cart.tenders[tender_id].amount_minor, currency),
            TenderSight(is_noted=True, outcome=cart.tenders[tender_id].outcome),
            cart.training,
            cart.tenders[tender_id].is_own,
        )
        for cart in carts
        if cart.status == "open"
        for tender_id in cart.unsettled
        if cart.tenders[tender_id].kind == "card"
    ]


class CartNotes:
    """The payments of one cart; see `edge.till.terminals.paying.TenderNotes`. Both raise `Refusal`,
    also where the cart was suspended meanwhile: the payment is found again when it goes on."""

    def __init__(self, do: Do, cart_id: str) -> None:
        self._do = do
        self._cart_id = cart_id

    async def requested(self, asked: AskedPayment) -> None:
        """The terminal is about to be asked."""
        want = bodies.AskedTender(
            tender_id=asked.tender_id, kind="card", amount_minor=asked.amount_minor
        )
        decide = partial(request_tender, cart_id=self._cart_id, want=want)
        await self._do(_once(), decide)

    async def settled(self, asked: AskedPayment, outcome: Outcome) -> None:
        """What became of it."""
        want = bodies.AskedSettlement(tender_id=asked.tender_id, outcome=outcome)
        decide = partial(settle_tender, cart_id=self._cart_id, want=want)
        await self._do(_once(), decide)


def _once() -> AskedOnce:
    """A key that no other request has. Two at once must not be given one answer: each would go on
    to ask the terminal. After a crash the journal says whether it was done."""
    return AskedOnce(new_id(), "")
