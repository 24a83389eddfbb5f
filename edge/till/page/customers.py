"""A customer's card at the page: the customer joins the cart, and past receipts are shown."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from edge.problems import Refusal
from edge.till.page.paying import require_cart
from edge.till.page.scene import PageView
from edge.till.page.shown import CartCustomer
from edge.till.page.stage import PageStage
from edge.till.receipts.amounts import money

LOOK_SECONDS = 1.0
"""For whether a code that is no product's is a customer's card. An unknown code is told of only
then, and somebody may have scanned the next piece."""

Taking = Callable[[str, str], Awaitable[None]]
"""Does what a scan asks, by its key and text."""


class CustomerSteps:
    """The stage while a customer is looked for or shown."""

    def __init__(self, stage: PageStage, open_cart: Callable[[str], Awaitable[str]]) -> None:
        """``open_cart`` gives the open cart's id; one begins where none is."""
        self._stage = stage
        self._actions = stage.actions
        self._open_cart = open_cart
        self.steps: dict[str, Callable[[str, str], Awaitable[None]]] = {
            "customer": lambda _, __: self._begin(),
            "customer-off": lambda key, _: self._take_off(key),
        }

    async def _begin(self) -> None:
        scene = self._stage.scene
        scene.view = PageView.CUSTOMER
        if scene.cart is None or scene.cart.customer_id is None:
            scene.customer = None
            self._stage.say("plain", "Scan the customer's card, or type its number.")

    async def take_card(self, key: str, card: str) -> None:
        """Put the card's customer to the cart; raises `Refusal`. A card that is shown while the
        cart is scanned leaves the cart on the page."""
        view = self._stage.scene.view
        cart_id = await self._open_cart(key)
        told = await self._actions.store.attach(f"{key} customer", cart_id, card)
        customer: dict[str, Any] = told["customer"]
        past: list[dict[str, Any]] = told["receipts"] or []
        name = customer["name"] or ""
        shown = [(each["receipt_no"], self._words(each)) for each in past]
        scene = self._stage.scene
        scene.customer = CartCustomer(customer["customer_id"], name, shown, told["why"])
        scene.view = PageView.CUSTOMER if view is PageView.CUSTOMER else PageView.CART
        self._stage.say("good", name or f"Customer {customer['customer_id']}", "joins the cart")

    def _words(self, receipt: dict[str, Any]) -> str:
        total = receipt.get("total_minor")
        if not isinstance(total, int):
            return ""
        currency = self._actions.currency
        return f"{receipt.get('business_date', '')}, {money(total, currency)} {currency}"

    async def look(self, key: str, text: str, otherwise: Taking) -> None:
        """Whether a code that is no product's is a customer's card, beside what is scanned next;
        if not, do what the scan asks."""
        looking = asyncio.create_task(self._look(key, text, otherwise))
        self._stage.beside.add(looking)
        looking.add_done_callback(self._stage.beside.discard)

    async def _look(self, key: str, text: str, otherwise: Taking) -> None:
        is_card = False
        try:
            async with asyncio.timeout(LOOK_SECONDS):
                is_card = await self._actions.store.is_customers(text)
        except (Refusal, TimeoutError):
            pass
        take = self.take_card if is_card else otherwise
        await self._stage.join(lambda: take(key, text))

    async def _take_off(self, key: str) -> None:
        cart = require_cart(self._stage.scene)
        await self._actions.store.take_off(key, cart.cart_id)
        self._stage.scene.customer = None
        self._stage.scene.view = PageView.CART
        self._stage.say("good", "The cart is nobody's now.")
