"""A customer is put to a cart by their card: the sale's event names them."""

from collections.abc import Awaitable, Callable
from functools import partial
from hashlib import sha256
from typing import Any

import msgspec
import orjson

from edge.problems import Refusal
from edge.till import selling
from edge.till.answers import AskedOnce, GivenAnswer
from edge.till.asked import AskedCustomer
from edge.till.asked_of_people import AskedCustomerCard
from edge.till.books import Books
from edge.till.customers.looking_up import CustomerDesk, FoundCustomer, names_on
from edge.till.deciding import Decision, Sight
from edge.till.refusals import WhyNot, conflict, forbidden, unfit
from sealing.cards import card_hash

Do = Callable[[AskedOnce, Callable[[Sight], Decision]], Awaitable[GivenAnswer]]


class CustomersAtCarts:
    """Those of one till's carts."""

    def __init__(self, books: Callable[[], Books], do: Do, desk: CustomerDesk) -> None:
        """``books`` raises `Refusal` where there are none; ``do`` writes what is decided."""
        self._books = books
        self._do = do
        self._desk = desk

    async def attach(self, key: str, cart_id: str, want: AskedCustomerCard) -> dict[str, Any]:
        """The cart with its customer, and what they bought before; raises `Refusal`.

        What is kept of it for the same request again is the id alone.
        """
        authorization = await self.authorization()
        found = await self._desk.find(await self._names(want), authorization)
        told = await self._written(key, cart_id, found.customer_id)
        return told | {"customer": msgspec.to_builtins(found)} | await self._past(found)

    async def is_known(self, want: AskedCustomerCard) -> bool:
        """Whether the gateway knows whose card it is; raises `Refusal` where it cannot be asked."""
        try:
            await self._desk.find(await self._names(want), await self.authorization())
        except Refusal as refused:
            if refused.more.get("reason") == WhyNot.NO_SUCH_CUSTOMER.value:
                return False
            raise
        return True

    async def authorization(self) -> str:
        """By which the gateway knows who is signed in here; raises `Refusal`."""
        staff = self._books().desk.staff

        def asked() -> str:
            staff.seated()
            return staff.seat.person.authorization if staff.seat.person else ""

        found = await self._books().run(asked)
        if not found:
            words = (
                "The gateway has not agreed to who is signed in: show their card again when it is "
                "in reach. The sale can go on without the customer."
            )
            raise forbidden(WhyNot.AUTHORIZATION_NEEDED, words)
        return found

    async def _names(self, want: AskedCustomerCard) -> list[str]:
        if (want.card is None) == (want.customer_id is None):
            raise unfit(WhyNot.NOT_IN_CONTRACT, "Name the card, or else the customer_id.")
        if want.card is None:
            return [want.customer_id or ""]
        known = await self._books().run(lambda: self._books().desk.staff.known)
        if known is None or known.card_key is None:
            words = "This till has not been told by which key cards are known."
            raise conflict(WhyNot.EMPLOYEES_UNKNOWN, words)
        return names_on(want.card, card_hash(known.card_key, "customer", want.card))

    async def _written(self, key: str, cart_id: str, customer_id: str) -> dict[str, Any]:
        asked_for = f"customer of {cart_id}: {customer_id}".encode()
        ask = AskedOnce(key, sha256(asked_for).hexdigest())
        given = await self._do(ask, partial(_decided, cart_id, customer_id))
        return orjson.loads(given.body)

    async def _past(self, found: FoundCustomer) -> dict[str, Any]:
        try:
            receipts = await self._desk.receipts(found.customer_id, await self.authorization())
        except Refusal as refused:
            return {"receipts": None, "why": refused.detail}
        return {"receipts": receipts, "why": ""}


def _decided(cart_id: str, customer_id: str, sight: Sight) -> Decision:
    return selling.attach(sight, cart_id, AskedCustomer(customer_id=customer_id))
