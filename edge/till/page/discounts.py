"""Discounts by hand at the page: what they are off, why, how much; and taken back."""

from collections.abc import Awaitable, Callable

from edge.till import asked, discounting
from edge.till.page.paying import require_cart
from edge.till.page.scene import PageView
from edge.till.page.shown import DiscountLine, DiscountOnPage
from edge.till.page.stage import PageStage
from edge.till.page.typed import typed_amount
from edge.till.page.wording import DISCOUNT_REASONS
from edge.till.receipts.amounts import money
from edge.till.refusals import WhyNot, conflict, unfit

_PERCENT_MAX = 100


class DiscountSteps:
    """The stage while a discount is given."""

    def __init__(self, stage: PageStage) -> None:
        self._stage = stage
        self._actions = stage.actions
        self.steps: dict[str, Callable[[str, str], Awaitable[None]]] = {
            "discount": lambda _, __: self._begin(),
            "discount-of": lambda _, text: self._choose(text),
            "discount-why": lambda _, text: self._say_why(text),
            "discount-percent": self._by_percent,
            "discount-amount": self._by_amount,
            "discount-back": self._take_back,
        }

    async def _begin(self) -> None:
        scene, catalog = self._stage.scene, self._actions.catalog
        cart = require_cart(scene)
        if not cart.lines:
            raise conflict(WhyNot.CART_EMPTY, "The cart has no line: scan something first.")
        lines: list[DiscountLine] = []
        for line in reversed(cart.lines):
            product = catalog.product(line.sku) if catalog else None
            name, amount = product.name if product else line.sku, self._money(line.amount_minor)
            lines.append(DiscountLine(line.line_no, name, amount))
        scene.view, scene.discount = PageView.DISCOUNT, DiscountOnPage(lines)
        self._stage.say("plain", "Choose what it is off and why, then type how much.")

    async def _choose(self, text: str) -> None:
        """A line by its number, or the whole cart."""
        shown = self._shown()
        is_line = text in {str(each.line_no) for each in shown.lines}
        shown.line_no = int(text) if is_line else None

    async def _say_why(self, reason: str) -> None:
        if reason not in DISCOUNT_REASONS:
            raise unfit(WhyNot.NO_REASON, "Choose one of the reasons.")
        self._shown().reason = reason

    async def take_text(self, key: str, text: str) -> None:
        """``10%`` was typed; a number alone could be either."""
        if text.strip().endswith("%"):
            await self._by_percent(key, text)
            return
        currency = self._actions.currency
        words = f"Is {text.strip()[:20]} percent or {currency}? Type it, then press one of the two."
        raise unfit(WhyNot.NOT_IN_CONTRACT, words)

    async def _by_percent(self, key: str, text: str) -> None:
        digits = text.strip().removesuffix("%").strip()
        is_whole = digits.isascii() and digits.isdigit() and len(digits) <= len(str(_PERCENT_MAX))
        if not is_whole or not 1 <= int(digits) <= _PERCENT_MAX:
            words = "Type whole percent from 1 to 100 first, such as 10."
            raise unfit(WhyNot.NOT_IN_CONTRACT, words)
        await self._give(key, int(digits), None)

    async def _by_amount(self, key: str, text: str) -> None:
        amount_minor = typed_amount(text, self._actions.terms.field)
        if not amount_minor:
            raise unfit(WhyNot.NOT_IN_CONTRACT, "Type an amount above 0, such as 2.50.")
        await self._give(key, None, amount_minor)

    async def _give(self, key: str, percent: int | None, amount_minor: int | None) -> None:
        shown, scene = self._shown(), self._stage.scene
        if not shown.reason:
            raise unfit(WhyNot.NO_REASON, "Say why first: press one of the reasons.")
        want = asked.AskedDiscount(
            line_no=shown.line_no, percent=percent, amount_minor=amount_minor, reason=shown.reason
        )
        cart_id = require_cart(scene).cart_id
        told = await self._actions.cart_step(key, cart_id, want, discounting.give)
        scene.view, scene.discount = PageView.CART, None
        off = self._money(told["discount"]["off_minor"])
        if told["discount"]["counts"]:
            self._stage.say("good", f"{off} off: {shown.reason}.")
        else:
            words = "The store's own discount takes off more, and joins no other."
            self._stage.say("plain", f"{off} is not taken off. {words}")

    async def _take_back(self, key: str, number: str) -> None:
        is_number = number.isascii() and number.isdigit()
        want = asked.AskedBackDiscount(discount_no=int(number) if is_number else 0)
        cart_id = require_cart(self._stage.scene).cart_id
        await self._actions.cart_step(key, cart_id, want, discounting.take_back)
        self._stage.say("good", "The discount was taken back.")

    def _shown(self) -> DiscountOnPage:
        if self._stage.scene.discount is None:
            raise conflict(WhyNot.NOT_TAKEN_HERE, "Press “Discount” first.")
        return self._stage.scene.discount

    def _money(self, amount_minor: int) -> str:
        return money(amount_minor, self._actions.currency)
