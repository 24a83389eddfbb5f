"""Goods that come back, at the page: the receipt's number or code, then what of it comes back."""

from collections.abc import Awaitable, Callable

from edge.till import asked
from edge.till.page.scene import BackLine, PageView, ReturnOnPage
from edge.till.page.stage import PageStage
from edge.till.receipts.amounts import money
from edge.till.receipts.proofs import WrongProof, read_proof
from edge.till.refusals import WhyNot, conflict, unfit

NUMBER_LENGTH_MAX = 128


class ReturnSteps:
    """The stage while goods come back. Only what this till itself sold is known here."""

    def __init__(self, stage: PageStage) -> None:
        self._stage = stage
        self._actions = stage.actions
        self.steps: dict[str, Callable[[str, str], Awaitable[None]]] = {
            "return": lambda _, __: self._begin(),
            "back": lambda _, line_no: self._choose(line_no),
            "give-back": self._give_back,
        }

    async def _begin(self) -> None:
        scene = self._stage.scene
        if scene.cart is not None and scene.cart.lines:
            raise conflict(WhyNot.CART_EXISTS, "A cart is open: sell it, or let it wait, first.")
        scene.view, scene.back = PageView.RETURN, None
        self._stage.say("plain", "Scan the receipt's code, or type its number.")

    async def take_receipt(self, text: str) -> None:
        """The receipt's number, or what its code says."""
        receipt_no = _number_of(text.strip())
        event = await self._actions.receipt_event(receipt_no)
        if event["type"] != "cart_completed":
            raise unfit(WhyNot.NO_SUCH_RECEIPT, "That is the receipt of a return.")
        catalog = self._actions.catalog
        lines: list[BackLine] = []
        for line in event["lines"]:
            product = catalog.product(line["sku"]) if catalog else None
            name = product.name if product else line["sku"]
            lines.append(BackLine(line["line_no"], name, line["quantity"], line["unit"]))
        self._stage.scene.back = ReturnOnPage(receipt_no, lines)
        self._stage.say("plain", "Press what comes back, once for each piece.")

    async def _choose(self, text: str) -> None:
        """One piece more of a line, or all of what was weighed; beyond all it is none again."""
        back = self._shown()
        for place, line in enumerate(back.lines):
            if str(line.line_no) == text:
                step = line.bought if line.unit == "gram" else 1
                more = line.comes_back + step
                chosen = more if more <= line.bought else 0
                back.lines[place] = line._replace(comes_back=chosen)

    async def _give_back(self, key: str, where: str) -> None:
        back, scene = self._shown(), self._stage.scene
        chosen = [each for each in back.lines if each.comes_back]
        if not chosen:
            raise unfit(WhyNot.NOT_IN_CONTRACT, "Press first what comes back.")
        lines = tuple(
            asked.AskedReturnLine(line_no=each.line_no, quantity=each.comes_back) for each in chosen
        )
        want = asked.AskedReceiptReturn(
            lines=lines, restock=where == "shelf", cashier_id=scene.cashier_id
        )
        told = await self._actions.take_back(key, back.receipt_no, want)
        scene.view, scene.back = PageView.CART, None
        refund = money(told["refund_minor"], self._actions.currency)
        self._stage.say("good", f"Give {refund} back in cash.", told["return_id"])

    def _shown(self) -> ReturnOnPage:
        if self._stage.scene.back is None:
            raise conflict(WhyNot.NO_SUCH_RECEIPT, "Scan the receipt's code first.")
        return self._stage.scene.back


def _number_of(text: str) -> str:
    """The number, of a code or as it was typed; raises `Refusal`."""
    if not text.startswith("{"):
        return text[:NUMBER_LENGTH_MAX]
    try:
        return read_proof(text).receipt.receipt_no
    except WrongProof as error:
        raise unfit(WhyNot.NO_SUCH_RECEIPT, "The code was misread. Scan it again.") from error
