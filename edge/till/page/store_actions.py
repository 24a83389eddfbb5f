"""What the page asks of the till about receipts, customers and carts of the whole store."""

import secrets
from collections import OrderedDict, deque
from collections.abc import Callable
from datetime import datetime
from typing import Any, NamedTuple

import msgspec
import orjson

from edge.problems import Refusal
from edge.till import asked, selling
from edge.till.answers import AskedOnce
from edge.till.asked_of_people import AskedCustomerCard
from edge.till.checkout.finding import SoldReceipt
from edge.till.checkout.printing import FoundReceipt, laid_out
from edge.till.checkout.printing_out import PrintedReceipt
from edge.till.counter import TillCounter
from edge.till.receipts.layout import Receipt
from edge.till.refusals import WhyNot, unfit
from edge.till.store_carts.asking import StoreList

Json = dict[str, Any]

RECENT_MAX = 8
"""Receipts of this process that are offered again: who comes back to the counter was among the last
customers, and for all others there is the number."""

PAPERS_MAX = 4
"""Printed pages that wait for the browser, some 30 kB each: it fetches one at once."""


class RecentReceipt(NamedTuple):
    """One of this till; ``amount_minor`` was paid, or below nothing given back."""

    receipt_no: str
    at: datetime
    amount_minor: int


class StoreActions:
    """All of them raise `Refusal`, in words for who stands at the till. A ``key`` is that of the
    input that asks."""

    def __init__(self, counter: TillCounter, once: Callable[[str, object], AskedOnce]) -> None:
        """``once`` makes of an input's key, and what it asks, a request that is done once."""
        self._counter = counter
        self._once = once
        self.recent: deque[RecentReceipt] = deque(maxlen=RECENT_MAX)
        self._papers: OrderedDict[str, bytes] = OrderedDict()

    # --- receipts --------------------------------------------------------------------------------

    @property
    def has_printer(self) -> bool:
        """Whether the till has one."""
        return bool(self._counter.terms.printer)

    async def find(self, receipt_no: str) -> list[SoldReceipt]:
        """The sales of that number, of this till or another one of the store."""
        return await self._counter.sales.find(receipt_no)

    async def of_others(self, receipt_no: str, location_id: str | None = None) -> list[SoldReceipt]:
        """The sales of that number of the store's other tills, or of another store alone."""
        return await self._counter.sales.elsewhere(receipt_no, location_id)

    async def own(self, receipt_no: str) -> tuple[FoundReceipt, Receipt]:
        """What this till itself has under the number, and as it would be printed now."""
        found = await self._counter.receipt(receipt_no)
        return found, laid_out(found, self._counter.terms, 42, not found.is_unprinted)

    async def print(self, key: str, receipt_no: str, want: asked.AskedPrint) -> PrintedReceipt:
        """Print it; from the second time on it is a copy, which is noted."""
        return await self._counter.printing.print(
            self._once(key, (receipt_no, want)), receipt_no, want
        )

    def keep_paper(self, page: bytes) -> str:
        """Keep a page until the browser has fetched it; by which name."""
        token = secrets.token_urlsafe(12)
        self._papers[token] = page
        while len(self._papers) > PAPERS_MAX:
            self._papers.popitem(last=False)
        return token

    def paper(self, token: str) -> bytes | None:
        """The page of that name."""
        return self._papers.get(token)

    # --- customers -------------------------------------------------------------------------------

    async def may_ask_for_customers(self) -> bool:
        """Whether the gateway knows who is signed in, and so tells of customers."""
        try:
            return bool(await self._counter.customers.authorization())
        except Refusal:
            return False

    async def is_customers(self, card: str) -> bool:
        """Whether the gateway knows a customer by this card."""
        return await self._counter.customers.is_known(_card(card))

    async def attach(self, key: str, cart_id: str, card: str) -> Json:
        """Put the card's customer to the cart; who it is, and what they bought before."""
        return await self._counter.customers.attach(f"page {key}", cart_id, _card(card))

    async def take_off(self, key: str, cart_id: str) -> None:
        """The cart is nobody's."""
        want = asked.AskedCustomer(customer_id=None)
        once = self._once(key, (cart_id, want))
        await self._counter.do(once, lambda sight: selling.attach(sight, cart_id, want))

    # --- carts that wait -------------------------------------------------------------------------

    async def elsewhere(self) -> StoreList:
        """Carts that wait at the store's other tills."""
        return await self._counter.store_carts.elsewhere()

    async def resume(self, key: str, cart_id: str) -> Json:
        """Go on with a cart of this till; ``store_asked`` says whether the gateway could be."""
        want = asked.AskedStep()
        once = self._once(key, ("resume", cart_id))
        given = await self._counter.store_carts.resume(once, cart_id, want)
        return orjson.loads(given.body)

    async def take_over(self, key: str, till_id: str, cart_id: str) -> Json:
        """Go on with a cart that waits at another till."""
        want = asked.AskedTakeOver(cart_id=cart_id, from_till_id=till_id)
        given = await self._counter.store_carts.take_over(self._once(key, want), want)
        return orjson.loads(given.body)


def _card(text: str) -> AskedCustomerCard:
    try:
        return msgspec.convert({"card": text.strip()}, AskedCustomerCard)
    except msgspec.ValidationError as error:
        raise unfit(WhyNot.NOT_IN_CONTRACT, "That is no customer's card.") from error
