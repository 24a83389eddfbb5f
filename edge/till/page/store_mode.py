"""What the page does with receipts, customers and carts of the whole store, at one place."""

from collections.abc import Awaitable, Callable

from edge.till.page.customers import CustomerSteps, Taking
from edge.till.page.elsewhere import WaitingSteps
from edge.till.page.lookup import LookupSteps
from edge.till.page.returning import ReturnSteps
from edge.till.page.scene import PageView
from edge.till.page.stage import PageStage


class StoreMode:
    """A part of checkout."""

    def __init__(
        self, stage: PageStage, open_cart: Callable[[str], Awaitable[str]], scanned: Taking
    ) -> None:
        """``scanned`` does what a scan asks that is none of these."""
        self._stage = stage
        self._scanned = scanned
        self.receipts = LookupSteps(stage)
        self.returns = ReturnSteps(stage)
        self.customers = CustomerSteps(stage, open_cart)
        self.waiting = WaitingSteps(stage)
        self.steps = {
            **self.receipts.steps,
            **self.returns.steps,
            **self.customers.steps,
            **self.waiting.steps,
        }

    async def takes(self, key: str, text: str, is_scan: bool, is_unknown: bool) -> bool:
        """Do what the field has, where it is for one of these. ``is_unknown`` is a code by which
        the till's catalog has no product."""
        scene = self._stage.scene
        is_proof = text.lstrip().startswith("{")
        if scene.view is PageView.RETURN:
            await self.returns.take_receipt(text)
        elif scene.view is PageView.LOOKUP or is_proof:
            await self.receipts.take(text)
        elif self._is_card(is_scan, is_unknown):
            await self.customers.take_card(key, text)
        elif is_scan and is_unknown and await self._may_be_card():
            await self.customers.look(key, text, self._scanned)
        else:
            return False
        return True

    def _is_card(self, is_scan: bool, is_unknown: bool) -> bool:
        """Whether the field waits for a customer's card; a piece that is scanned goes on."""
        scene = self._stage.scene
        if scene.view is not PageView.CUSTOMER or scene.shown_customer is not None:
            return False
        return is_unknown or not is_scan

    async def _may_be_card(self) -> bool:
        """Whether an unknown code is worth a question: not where a price was typed for it."""
        cart = self._stage.scene.cart
        if cart is not None and cart.next_price_minor is not None:
            return False
        return await self._stage.actions.store.may_ask_for_customers()
