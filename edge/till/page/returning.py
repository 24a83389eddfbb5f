"""Goods that come back, at the page: the receipt's number or code, then what of it comes back."""

from collections.abc import Awaitable, Callable

from edge.till import asked
from edge.till.checkout.finding import SoldReceipt
from edge.till.page.lookup import named_by, proof_of
from edge.till.page.receipts import note_receipt, sold_where
from edge.till.page.scene import PageView
from edge.till.page.shown import BackLine, ReturnOnPage
from edge.till.page.stage import PageStage
from edge.till.receipts.amounts import money
from edge.till.refusals import WhyNot, conflict, unfit


class ReturnSteps:
    """The stage while goods come back, of this till's sales and of the store's other tills'."""

    def __init__(self, stage: PageStage) -> None:
        self._stage = stage
        self._actions = stage.actions
        self._several: list[SoldReceipt] = []
        self.steps: dict[str, Callable[[str, str], Awaitable[None]]] = {
            "return": lambda _, receipt_no: self._begin(receipt_no),
            "which": lambda _, place: self._decide(place),
            "back": lambda _, line_no: self._choose(line_no),
            "give-back": self._give_back,
        }

    async def _begin(self, receipt_no: str) -> None:
        """Of the receipt with that number, where one is shown already."""
        scene = self._stage.scene
        if scene.cart is not None and scene.cart.lines:
            raise conflict(WhyNot.CART_EXISTS, "A cart is open: sell it, or let it wait, first.")
        scene.view, scene.back, scene.several = PageView.RETURN, None, []
        self._stage.say("plain", "Scan the receipt's code, or type its number.")
        if receipt_no:
            await self.take_receipt(receipt_no)

    async def take_receipt(self, text: str) -> None:
        """The receipt's number, or what its code says."""
        named, store = named_by(text, self._actions.location_id), self._actions.store
        if named.foreign is None:
            sales = await store.find(named.receipt_no)
        else:
            sales = await store.of_others(named.receipt_no, named.foreign)
        if len(sales) > 1 and text.lstrip().startswith("{"):
            proof = proof_of(text)
            place = (proof.receipt.till_id, proof.head.epoch)
            sales = [each for each in sales if (each.sale.till_id, each.sale.epoch) == place]
        if len(sales) == 1:
            self._show(sales[0])
        else:
            self._ask_which(sales)

    def _ask_which(self, sales: list[SoldReceipt]) -> None:
        self._several = sales
        self._stage.scene.back = None
        own, currency = self._actions.location_id, self._actions.currency
        self._stage.scene.several = [_words(each, own, currency) for each in sales]
        self._stage.say("plain", "Several receipts have this number. Press the one you hold.")

    async def _decide(self, place: str) -> None:
        if place not in map(str, range(len(self._several))):
            raise conflict(WhyNot.NO_SUCH_RECEIPT, "Scan the receipt's code first.")
        self._show(self._several[int(place)])

    def _show(self, sold: SoldReceipt) -> None:
        catalog, sale = self._actions.catalog, sold.sale
        lines: list[BackLine] = []
        for line in sale.lines:
            product = catalog.product(line.sku) if catalog else None
            name = product.name if product else line.sku
            came_back = sold.back.get(line.line_no, 0)
            lines.append(BackLine(line.line_no, name, line.quantity, line.unit, came_back))
        place = None if sold.is_here else (sale.till_id, sale.epoch, sale.sequence)
        location_id = None if sold.is_here else sale.location_id
        back = ReturnOnPage(sale.receipt_no, lines, place, sold.is_store_asked, location_id)
        self._stage.scene.back, self._stage.scene.several = back, []
        where = "" if sold.is_here else f"{sold_where(sold, self._actions.location_id)}."
        self._stage.say("plain", "Press what comes back, once for each piece.", where)

    async def _choose(self, text: str) -> None:
        """One piece more of a line, or all of what was weighed; beyond what is left it is none
        again."""
        back = self._shown()
        for place, line in enumerate(back.lines):
            if str(line.line_no) == text:
                if not line.left:
                    raise conflict(WhyNot.BEYOND_PURCHASE, f"All of {line.name} has come back.")
                more = line.comes_back + (line.left if line.unit == "gram" else 1)
                back.lines[place] = line._replace(comes_back=more if more <= line.left else 0)

    async def _give_back(self, key: str, where: str) -> None:
        back, scene = self._shown(), self._stage.scene
        chosen = [each for each in back.lines if each.comes_back]
        if not chosen:
            raise unfit(WhyNot.NOT_IN_CONTRACT, "Press first what comes back.")
        lines = tuple(
            asked.AskedReturnLine(line_no=each.line_no, quantity=each.comes_back) for each in chosen
        )
        till_id, epoch, sequence = back.place or (None, None, None)
        want = asked.AskedReceiptReturn(
            lines=lines,
            restock=where == "shelf",
            cashier_id=scene.cashier_id,
            till_id=till_id,
            epoch=epoch,
            sequence=sequence,
            location_id=back.location_id,
        )
        told = await self._actions.take_back(key, back.receipt_no, want)
        note_receipt(self._actions, told["return_id"], -told["refund_minor"])
        scene.view, scene.back = PageView.CART, None
        refund = money(told["refund_minor"], self._actions.currency)
        unasked = "" if told["verified"] != "till" else " The store's other tills were not asked."
        self._stage.say("good", f"Give {refund} back in cash.{unasked}", told["return_id"])

    def _shown(self) -> ReturnOnPage:
        if self._stage.scene.back is None:
            raise conflict(WhyNot.NO_SUCH_RECEIPT, "Scan the receipt's code first.")
        return self._stage.scene.back


def _words(sold: SoldReceipt, location_id: str, currency: str) -> str:
    sale = sold.sale
    total = money(sale.total_minor, currency)
    store = "" if sale.location_id == location_id else f"Store {sale.location_id}, till"
    return f"{store or 'Till'} {sale.till_id}, {sale.business_date}, {total} {currency}"
