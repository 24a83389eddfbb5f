"""Payments at the page: what was paid so far lies in the cart, and so in the journal.

A card's payment is in the journal before the terminal is asked. Whether it was taken is asked of
the till again after a restart, because the cart says that it is not known.
"""

from collections.abc import Awaitable, Callable

from edge.problems import Refusal
from edge.till.carts import TillCart
from edge.till.page.actions import reason_of
from edge.till.page.receipts import shown_receipt
from edge.till.page.scene import PageScene, PageView
from edge.till.page.stage import PageStage
from edge.till.page.sums import asked_for, due_of
from edge.till.receipts.amounts import money
from edge.till.refusals import WhyNot, conflict, unfit
from edge.till.ruling import PricedCart
from edge.till.scanning import field
from edge.till.scanning.items import PayAsked
from topics.scalars import TenderKind


def require_cart(scene: PageScene) -> TillCart:
    """The cart that is shown; raises `Refusal`."""
    if scene.cart is None:
        raise conflict(WhyNot.NO_SUCH_CART, "No cart is open: scan something first.")
    return scene.cart


def require_sale(scene: PageScene) -> PricedCart:
    """The cart that is shown, with what its tables say of it; raises `Refusal`."""
    require_cart(scene)
    if scene.sale is None:
        raise conflict(WhyNot.CART_SUSPENDED, "The cart is not open: look at it again.")
    return scene.sale


class Paying:
    """The stage while a cart is paid."""

    def __init__(self, stage: PageStage) -> None:
        self._stage = stage
        self._actions = stage.actions
        self.steps: dict[str, Callable[[str, str], Awaitable[None]]] = {
            "cash": self._by_cash,
            "voucher": self._by_voucher,
            "card": self._by_card,
            "taken": lambda key, tender_id: self._settle(key, tender_id, is_taken=True),
            "declined": lambda key, tender_id: self._settle(key, tender_id, is_taken=False),
        }

    async def pay_cash(self, key: str, given_minor: int | None) -> None:
        """Cash was given: exactly what is due where no amount is said. Less is kept as a part."""
        sale = self._payable()
        due_minor = max(0, due_of(sale))
        given_minor = due_minor if given_minor is None else given_minor
        if given_minor < due_minor:
            await self._part(key, sale.cart, "cash", given_minor)
        else:
            await self._complete(key, sale, given_minor)

    async def _by_cash(self, key: str, text: str) -> None:
        await self.pay_cash(key, self._amount(text))

    async def _by_voucher(self, key: str, text: str) -> None:
        sale = self._payable()
        amount_minor = min(self._amount(text) or due_of(sale), due_of(sale))
        await self._part(key, sale.cart, "voucher", amount_minor)

    async def _by_card(self, key: str, text: str) -> None:
        sale = self._payable()
        cart, due_minor = sale.cart, due_of(sale)
        amount_minor = min(self._amount(text) or due_minor, due_minor)
        if amount_minor <= 0:
            raise unfit(WhyNot.SUMS_DIFFER, "Nothing is due: pay 0 in cash to end the sale.")
        try:
            await self._actions.pay_by_card(key, cart.cart_id, amount_minor)
            self._stage.say("plain", "The terminal is asked. The customer pays there.")
        except Refusal as refused:
            if reason_of(refused) != WhyNot.NO_TERMINAL:
                raise
            # One that stands beside the till and knows nothing of it: the cashier tells its word.
            await self._actions.request_tender(key, cart.cart_id, "card", amount_minor)
            self._stage.say("plain", "Ask the card terminal, then say here what it answered.")

    def _payable(self) -> PricedCart:
        """The cart, which can be paid; raises `Refusal`."""
        sale = require_sale(self._stage.scene)
        cart = sale.cart
        if not cart.lines:
            raise conflict(WhyNot.CART_EMPTY, "The cart has no line: scan something first.")
        if asked_for(cart) is not None:
            words = "Say first what became of the card payment."
            raise conflict(WhyNot.TENDER_UNSETTLED, words)
        return sale

    def _amount(self, text: str) -> int | None:
        """Minor units of what was typed; None for nothing. Raises `Refusal`."""
        if not text:
            return None
        read = field.read(f"+{text}", self._actions.today(), self._actions.terms.field)
        if not isinstance(read, PayAsked) or not read.amount_minor:
            raise unfit(WhyNot.NOT_IN_CONTRACT, f"{text[:20]} is no amount: type one like 20.00.")
        return read.amount_minor

    async def _part(self, key: str, cart: TillCart, kind: TenderKind, amount_minor: int) -> None:
        """Keep a payment that may be a part; the sale ends where nothing is left."""
        if amount_minor <= 0:
            raise unfit(WhyNot.SUMS_DIFFER, "Nothing is due: pay 0 in cash to end the sale.")
        await self._actions.request_tender(key, cart.cart_id, kind, amount_minor)
        await self._settle(f"{key} taken", key, is_taken=True)

    async def _settle(self, key: str, tender_id: str, *, is_taken: bool) -> None:
        cart = require_cart(self._stage.scene)
        tender = cart.tenders.get(tender_id)
        if tender is not None and tender.kind == "card" and self._actions.has_terminal(cart):
            words = "The terminal itself says what became of a payment: wait for its word."
            raise conflict(WhyNot.TENDER_UNSETTLED, words)
        await self._actions.settle_tender(key, cart.cart_id, tender_id, is_taken)
        paid = (await self._actions.read()).sales[cart.cart_id]
        self._stage.scene.cart, self._stage.scene.sale = paid.cart, paid
        if is_taken:
            await self.go_on(f"{key} sold", paid)
        else:
            self._stage.say("bad", "The card was declined. Pay in another way, or once more.")

    async def go_on(self, key: str, sale: PricedCart) -> None:
        """Something was paid: the sale ends where nothing is left."""
        if due_of(sale) <= 0:
            await self._complete(key, sale, 0)
        else:
            self._stage.say("good", f"{self._money(due_of(sale))} is still due.")

    async def look(self, before: TillCart, cart: TillCart) -> None:
        """The till's own terminal may have answered since the cart was seen ``before``."""
        if before.cart_id != cart.cart_id:
            return
        for tender_id, tender in cart.tenders.items():
            known = before.tenders.get(tender_id)
            if not tender.is_settled or (known is not None and known.is_settled):
                continue
            if tender.outcome == "captured":
                await self.go_on(f"{tender_id} sold", require_sale(self._stage.scene))
            else:
                self._stage.say("bad", "The card was declined. Pay in another way, or once more.")

    async def _complete(self, key: str, sale: PricedCart, given_minor: int) -> None:
        scene = self._stage.scene
        told = await self._actions.complete(key, sale, given_minor, scene.cashier_id)
        scene.cart = scene.sale = None
        scene.receipt = await shown_receipt(self._actions, told, given_minor)
        scene.view = PageView.RECEIPT
        self._stage.sounds.append("sold")
        change = f"Change {scene.receipt.change}" if scene.receipt.change else ""
        self._stage.say("good", f"Sold: {scene.receipt.total}", change)

    def _money(self, amount_minor: int) -> str:
        return money(amount_minor, self._actions.currency)
