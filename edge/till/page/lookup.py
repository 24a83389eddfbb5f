"""Receipts at the page: looked for by number or code, shown, and printed again as a copy."""

from collections.abc import Awaitable, Callable
from typing import NamedTuple

from edge.problems import Refusal
from edge.till import asked
from edge.till.page.actions import reason_of
from edge.till.page.receipts import others_receipt, own_receipt
from edge.till.page.scene import PageView
from edge.till.page.shown import ShownReceipt
from edge.till.page.stage import PageStage
from edge.till.page.store_actions import RecentReceipt
from edge.till.page.wording import clock_words
from edge.till.receipts.amounts import money
from edge.till.receipts.proofs import ReceiptProof, WrongProof, read_proof
from edge.till.refusals import WhyNot, conflict, unfit

NUMBER_LENGTH_MAX = 128


class LookupSteps:
    """The stage while a receipt is looked for or shown."""

    def __init__(self, stage: PageStage) -> None:
        self._stage = stage
        self._actions = stage.actions
        self.steps: dict[str, Callable[[str, str], Awaitable[None]]] = {
            "receipts": lambda _, __: self._begin(),
            "show-receipt": lambda _, receipt_no: self.show(receipt_no),
            "print": lambda key, _: self._print(key),
            "pdf": lambda key, _: self._save(key),
        }

    async def _begin(self) -> None:
        scene = self._stage.scene
        scene.view, scene.receipt = PageView.LOOKUP, None
        scene.recent = [(each.receipt_no, self._words(each)) for each in self._actions.store.recent]
        self._stage.say("plain", "Scan the receipt's code, or type its number.")

    def _words(self, receipt: RecentReceipt) -> str:
        actions, amount_minor = self._actions, receipt.amount_minor
        at = clock_words(receipt.at, actions.now(), actions.time_zone)
        amount = money(abs(amount_minor), actions.currency)
        return f"{at}, {amount} {actions.currency}{' given back' if amount_minor < 0 else ''}"

    async def take(self, text: str) -> None:
        """The receipt's number, or what its code says."""
        named = named_by(text, self._actions.location_id)
        await self.show(named.receipt_no, named.foreign)

    async def show(self, receipt_no: str, foreign: str | None = None) -> None:
        """Show a receipt of this till, of another one of the store, or of the store ``foreign``."""
        scene = self._stage.scene
        scene.receipt = await self._found(receipt_no, foreign)
        scene.view = PageView.RECEIPT
        words = "The next print is a copy." if scene.receipt.is_copy else ""
        self._stage.say("plain", f"Receipt {scene.receipt.receipt_no}", words)

    async def _found(self, receipt_no: str, foreign: str | None) -> ShownReceipt:
        try:
            if foreign is None:
                return await own_receipt(self._actions, receipt_no)
        except Refusal as refused:
            if reason_of(refused) != WhyNot.NO_SUCH_RECEIPT:
                raise
        sales = await self._actions.store.of_others(receipt_no, foreign)
        shown = others_receipt(
            sales[0], self._actions.location_id, self._actions.currency, self._name_of
        )
        if len(sales) > 1:
            shown = shown._replace(found=f"{shown.found}, one of {len(sales)} with this number")
        return shown

    def _name_of(self, sku: str) -> str:
        catalog = self._actions.catalog
        product = catalog.product(sku) if catalog else None
        return product.name if product else sku

    async def _print(self, key: str) -> None:
        """At the till's printer; where there is none, as a page that the browser saves."""
        if not self._actions.store.has_printer:
            await self._save(key)
            return
        shown = self._printable()
        want = asked.AskedPrint(form="printer", cashier_id=self._stage.scene.cashier_id)
        printed = await self._actions.store.print(key, shown.receipt_no, want)
        self._stage.scene.receipt = shown._replace(is_copy=True)
        self._stage.say("good", "A copy is printed." if printed.is_copy else "It is printed.")

    async def _save(self, key: str) -> None:
        shown = self._printable()
        want = asked.AskedPrint(form="pdf", cashier_id=self._stage.scene.cashier_id)
        printed = await self._actions.store.print(key, shown.receipt_no, want)
        paper = self._actions.store.keep_paper(printed.body)
        self._stage.scene.receipt = shown._replace(is_copy=True, paper=paper)
        words = "A copy is ready to be saved." if printed.is_copy else "It is ready to be saved."
        self._stage.say("good", words)

    def _printable(self) -> ShownReceipt:
        shown = self._stage.scene.receipt
        if shown is None:
            raise conflict(WhyNot.NO_SUCH_RECEIPT, "Look for a receipt first.")
        if not shown.may_print:
            words = "Only the till that sold it can print it."
            raise conflict(WhyNot.UNPRINTABLE, words)
        return shown


class WhichReceipt(NamedTuple):
    """A receipt as somebody names it; ``foreign`` is the other store that its code says."""

    receipt_no: str
    foreign: str | None = None


def named_by(text: str, location_id: str) -> WhichReceipt:
    """The receipt, from its code or as its number was typed; raises `Refusal`."""
    text = text.strip()
    if not text.startswith("{"):
        return WhichReceipt(text[:NUMBER_LENGTH_MAX])
    named = proof_of(text).receipt
    is_own = named.location_id == location_id
    return WhichReceipt(named.receipt_no, None if is_own else named.location_id)


def proof_of(text: str) -> ReceiptProof:
    """What the code says; raises `Refusal`."""
    try:
        return read_proof(text.strip())
    except WrongProof as error:
        raise unfit(WhyNot.NO_SUCH_RECEIPT, "The code was misread. Scan it again.") from error
