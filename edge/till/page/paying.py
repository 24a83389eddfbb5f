"""Payments at the page: what was paid so far lies in the cart, and so in the journal.

A card's payment is in the journal before the terminal is asked. Whether it was taken is asked of
the till again after a restart, because the cart says that it is not known.
"""

from collections.abc import Awaitable, Callable

from edge.problems import Refusal
from edge.till import asked, tendering
from edge.till.carts import TillCart
from edge.till.page.actions import reason_of
from edge.till.page.receipts import shown_receipt
from edge.till.page.scene import PageInput, PageScene, PageView
from edge.till.page.stage import PageStage
from edge.till.page.sums import asked_for, due_of
from edge.till.page.typed import typed_amount
from edge.till.page.wording import CARDS_ONLY, unpaid_words
from edge.till.receipts.amounts import money
from edge.till.refusals import WhyNot, conflict, unfit
from edge.till.ruling import PricedCart
from topics.scalars import TenderKind

NOTHING_DUE = "Nothing is due: press “Finish the sale”."


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
            "finish": self._finish,
            "taken": lambda key, tender_id: self._settle(key, tender_id, is_taken=True),
            "declined": lambda key, tender_id: self._settle(key, tender_id, is_taken=False),
        }

    async def pay_cash(self, key: str, given_minor: int | None) -> None:
        """Cash was given: exactly what is due where no amount is said. Less is kept as a part."""
        self._require_cash()
        sale = self._payable()
        due_minor = max(0, due_of(sale))
        given_minor = due_minor if given_minor is None else given_minor
        if given_minor < due_minor:
            await self._part(key, sale.cart, "cash", given_minor)
        else:
            await self._complete(key, sale, given_minor)

    async def _by_cash(self, key: str, text: str) -> None:
        await self.pay_cash(key, self._amount(text))

    def _require_cash(self) -> None:
        if not self._actions.has_drawer:
            raise conflict(WhyNot.CARDS_ONLY, CARDS_ONLY)

    async def _finish(self, key: str, _: str) -> None:
        """What is paid already becomes the sale, as after a power cut between the two."""
        sale = self._payable()
        if due_of(sale) > 0:
            words = f"{self._money(due_of(sale))} is still due."
            raise unfit(WhyNot.TOO_LITTLE, words)
        await self._complete(key, sale, 0)

    async def _by_voucher(self, key: str, text: str) -> None:
        self._require_cash()
        sale = self._payable()
        amount_minor = min(self._amount(text) or due_of(sale), due_of(sale))
        await self._part(key, sale.cart, "voucher", amount_minor)

    async def _by_card(self, key: str, text: str) -> None:
        sale = self._payable()
        cart, due_minor = sale.cart, due_of(sale)
        amount_minor = min(self._amount(text) or due_minor, due_minor)
        if amount_minor <= 0:
            raise unfit(WhyNot.SUMS_DIFFER, NOTHING_DUE)
        try:
            await self._actions.pay_by_card(key, cart.cart_id, amount_minor)
            self._stage.say("plain", "The terminal is asked. The customer pays there.")
        except Refusal as refused:
            if reason_of(refused) != WhyNot.NO_TERMINAL:
                raise
            # One that stands beside the till and knows nothing of it: the cashier tells its word.
            await self._request(key, cart, "card", amount_minor)
            self._stage.say("plain", "Take the payment at the terminal, then say what it shows.")

    def _payable(self) -> PricedCart:
        """The cart, which can be paid; raises `Refusal`."""
        sale = require_sale(self._stage.scene)
        cart = sale.cart
        if not cart.lines:
            raise conflict(WhyNot.CART_EMPTY, "The cart has no line: scan something first.")
        if asked_for(cart) is not None:
            words = "Say first what became of the payment that is not settled."
            raise conflict(WhyNot.TENDER_UNSETTLED, words)
        return sale

    def _amount(self, text: str) -> int | None:
        """Minor units of what was typed; None for nothing. Raises `Refusal`."""
        if not text:
            return None
        amount_minor = typed_amount(text, self._actions.terms.field)
        if not amount_minor:
            raise unfit(WhyNot.NOT_IN_CONTRACT, "Type an amount above 0, such as 20.00.")
        return amount_minor

    async def _part(self, key: str, cart: TillCart, kind: TenderKind, amount_minor: int) -> None:
        """Keep a payment that may be a part; the sale ends where nothing is left."""
        if amount_minor <= 0:
            raise unfit(WhyNot.SUMS_DIFFER, NOTHING_DUE)
        await self._request(key, cart, kind, amount_minor)
        await self._settle(f"{key} taken", key, is_taken=True)

    async def _request(self, key: str, cart: TillCart, kind: TenderKind, amount_minor: int) -> None:
        """A payment is about to be made; its id is ``key``."""
        want = asked.AskedTender(tender_id=key, kind=kind, amount_minor=amount_minor)
        await self._actions.cart_step(key, cart.cart_id, want, tendering.request_tender)

    async def _settle(self, key: str, tender_id: str, *, is_taken: bool) -> None:
        """Somebody who has looked says whether it was paid; while the till's own terminal is asked,
        nobody else says so."""
        cart = require_cart(self._stage.scene)
        outcome = "captured" if is_taken else "declined"
        want = asked.AskedSettlement(tender_id=tender_id, outcome=outcome)
        await self._actions.cart_step(key, cart.cart_id, want, tendering.settle_by_hand)
        paid = (await self._actions.read()).sales[cart.cart_id]
        self._stage.scene.cart, self._stage.scene.sale = paid.cart, paid
        if is_taken:
            await self.go_on(f"{key} sold", paid)
        else:
            self._stage.say("bad", unpaid_words(paid.cart.tenders[tender_id].kind))

    async def go_on(self, key: str, sale: PricedCart) -> None:
        """Something was paid: the sale ends where nothing is left."""
        if due_of(sale) <= 0:
            # Where somebody must approve it, this is done again, and not the payment.
            self._stage.retry = PageInput(key, "button", "finish")
            await self._complete(key, sale, 0)
        else:
            self._stage.say("good", f"{self._money(due_of(sale))} is still due.")

    async def look(self, before: TillCart, cart: TillCart) -> None:
        """The till's own terminal may have answered since the cart was seen ``before``."""
        if before.cart_id != cart.cart_id:
            return
        for tender_id, tender in cart.tenders.items():
            known = before.tenders.get(tender_id)
            if known is not None and (known.is_settled or known.outcome == tender.outcome):
                continue
            if tender.outcome == "captured":
                await self.go_on(f"{tender_id} sold", require_sale(self._stage.scene))
            elif tender.outcome == "declined":
                self._stage.say("bad", unpaid_words(tender.kind))
            elif tender.outcome == "unknown" and tender.is_own:
                self._stage.say("bad", "The terminal does not answer. Look at it.")

    async def _complete(self, key: str, sale: PricedCart, given_minor: int) -> None:
        scene = self._stage.scene
        told = await self._actions.complete(key, sale, given_minor, scene.cashier_id)
        scene.cart = scene.sale = None
        scene.receipt = await shown_receipt(self._actions, told, given_minor)
        scene.view, scene.sold = PageView.RECEIPT, (told["receipt_no"], told["training"])
        self._stage.sounds.append("sold")
        change = f"Change {scene.receipt.change}" if scene.receipt.change else ""
        sold = "Training, not sold" if told["training"] else "Sold"
        self._stage.say("good", f"{sold}: {scene.receipt.total}", change)

    def _money(self, amount_minor: int) -> str:
        return money(amount_minor, self._actions.currency)
