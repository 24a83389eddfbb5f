"""What an employee does at the page: scans, voids, lets carts wait, signs out."""

from collections.abc import Awaitable, Callable
from datetime import date
from http import HTTPStatus
from typing import Any

from edge.bundle.rows import BundledProduct
from edge.till import selling
from edge.till.carts import TillCart
from edge.till.page.ages import AgeChecks
from edge.till.page.checks import CheckSteps
from edge.till.page.discounts import DiscountSteps
from edge.till.page.drawer import DrawerSteps
from edge.till.page.paying import Paying, require_cart
from edge.till.page.scene import PageScene, PageView
from edge.till.page.stage import PageStage
from edge.till.page.store_mode import StoreMode
from edge.till.page.wording import price_words, shelf_price_words
from edge.till.receipts.amounts import money
from edge.till.refusals import WhyNot, conflict, refusal
from edge.till.scanning import field
from edge.till.scanning.items import (
    Manyfold,
    NotRead,
    PayAsked,
    PriceAsked,
    PriceEntered,
    QuantityEntered,
    Reading,
    ScannedItem,
)
from edge.till.scanning.wording import UNREAD

Step = Callable[[str, str], Awaitable[None]]


class CheckoutMode:
    """The stage while an employee is signed in."""

    def __init__(self, stage: PageStage) -> None:
        self._stage = stage
        self._actions = stage.actions
        self._paying = Paying(stage)
        self.ages = AgeChecks(stage)
        self.drawer = DrawerSteps(stage)
        self.store = StoreMode(stage, self._open_cart, lambda key, text: self.take(key, text, True))
        self.discounts = DiscountSteps(stage)
        stage.follow = self._paying.look
        self.steps: dict[str, Step] = {
            "add": self._add_sku,
            "void": self._void_numbered,
            "void-last": lambda key, _: self._void(key, None),
            "suspend": lambda key, _: self._suspend(key),
            "cart": self._show_cart,
            "search": self._search,
            "leave": self._ask_to_leave,
            "abandon": self._abandon,
            "training": self._train,
            "day": self._open_day,
            "sign-out": self._sign_out,
            **self._paying.steps,
            **self.ages.steps,
            **self.drawer.steps,
            **self.store.steps,
            **self.discounts.steps,
            **CheckSteps(stage).steps,
        }

    @property
    def _scene(self) -> PageScene:
        return self._stage.scene

    def read(self, text: str, is_scan: bool) -> Reading:
        """What stands in the field."""
        return field.read(text, self._actions.today(), self._actions.terms.field, is_scan)

    async def take(self, key: str, text: str, is_scan: bool) -> None:
        """Do what stands in the field."""
        reading = self.read(text, is_scan)
        if isinstance(reading, PayAsked):
            await self._paying.pay_cash(key, reading.amount_minor)
        elif await self._is_for_a_cart(key, reading):
            cart = require_cart(self._scene)
            told = await self._actions.take_input(key, cart.cart_id, text, is_scan)
            self._tell(told)

    async def _is_for_a_cart(self, key: str, reading: Reading) -> bool:
        """Whether a cart is asked for; one begins where none is open and it takes one. What could
        join none begins none."""
        if self._scene.cart is not None and self._scene.view is PageView.CART:
            return True
        match reading:
            case NotRead(why):
                self._stage.say("bad", UNREAD[why])
                return False
            case PriceAsked(item):
                self._tell_price(item)
                return False
            case ScannedItem() | Manyfold():
                self._known(reading if isinstance(reading, ScannedItem) else reading.item)
            case QuantityEntered() | PriceEntered():
                pass
            case _:
                return True
        await self._open_cart(key)
        return True

    def _known(self, item: ScannedItem) -> BundledProduct:
        """The product; raises `Refusal` where nobody knows it."""
        catalog = self._actions.catalog
        product = catalog.product(item.code) if catalog else None
        if product is None:
            words = f"Unknown code {item.code}. It was not added."
            raise refusal(HTTPStatus.NOT_FOUND, WhyNot.NO_SUCH_PRODUCT, words)
        return product

    def _tell(self, told: dict[str, Any]) -> None:
        """Say what was done."""
        say = self._stage.say
        self._scene.is_leaving = False
        match told["did"]:
            case "line_added":
                say("good", told["name"] or told["line"]["sku"], self._amount_of(told["line"]))
                self._stage.sounds.append("good")
            case "quantity_entered":
                say("plain", f"{told['next_quantity']} times the next scan")
            case "price_entered":
                say("plain", f"{self._money(told['next_price_minor'])} for each of the next scan")
            case "price_told":
                words = price_words(told["price_minor"], self._actions.currency, told["unit"])
                say("plain", f"{told['name']}: {words}", "It was not added.")
            case "line_voided":
                say("good", f"Line {told['line_no']} was taken out.")
            case _:
                self._let_go("The cart waits. Take the next customer.")

    def _amount_of(self, line: dict[str, Any]) -> str:
        return self._money(line["amount_minor"])

    def _let_go(self, words: str) -> None:
        self._scene.cart = None
        self._stage.say("good", words)

    async def _add_sku(self, key: str, sku: str) -> None:
        self._known(ScannedItem(sku))
        cart_id = await self._open_cart(key)
        self._tell(await self._actions.take_input(key, cart_id, sku, True))

    async def _open_cart(self, key: str) -> str:
        """The cart's id; a cart begins where none is open."""
        scene = self._scene
        scene.view, scene.receipt = PageView.CART, None
        if scene.cart is not None:
            return scene.cart.cart_id
        is_open = [each for each in await self._actions.carts() if each.status == "open"]
        if is_open:
            return self._hold(is_open[-1]).cart_id
        told = await self._actions.open_cart(f"{key} cart", scene.cashier_id, scene.trains)
        return self._hold(TillCart(told["cart_id"], training=scene.trains)).cart_id

    def _hold(self, cart: TillCart) -> TillCart:
        self._scene.cart = cart
        return cart

    def _tell_price(self, item: ScannedItem) -> None:
        product = self._known(item)
        words = shelf_price_words(self._actions.catalog, product, self._actions.now())
        self._stage.say("plain", f"{product.name}: {words}", "It was not added.")

    def _money(self, amount_minor: int) -> str:
        return money(amount_minor, self._actions.currency)

    # --- a cart's lines, and its end without a sale ----------------------------------------------

    async def _void_numbered(self, key: str, text: str) -> None:
        await self._void(key, int(text) if text.isascii() and text.isdigit() else None)

    async def _void(self, key: str, line_no: int | None) -> None:
        cart = require_cart(self._scene)
        if line_no is None and not cart.lines:
            raise conflict(WhyNot.NO_SUCH_LINE, "There is no line to take out.")
        line_no = cart.lines[-1].line_no if line_no is None else line_no
        await self._actions.void_line(key, cart.cart_id, line_no)
        self._stage.say("good", f"Line {line_no} was taken out.")

    async def _suspend(self, key: str) -> None:
        cart = require_cart(self._scene)
        await self._actions.step(key, cart.cart_id, selling.suspend)
        self._let_go("The cart waits. Take the next customer.")

    async def _show_cart(self, _: str, __: str) -> None:
        scene = self._scene
        scene.view, scene.receipt, scene.is_leaving = PageView.CART, None, False
        scene.age_years = scene.discount = scene.approval = scene.approver = None
        scene.is_opening = False
        self._stage.say("plain", "")

    async def _search(self, _: str, __: str) -> None:
        self._scene.view = PageView.SEARCH
        self._stage.say("plain", "Type part of the product's name.")

    async def _ask_to_leave(self, _: str, __: str) -> None:
        require_cart(self._scene)
        self._scene.is_leaving = True
        self._stage.say("plain", "Abandon this cart? Its goods go back to the shelf.")

    async def _abandon(self, key: str, _: str) -> None:
        await self._actions.step(key, require_cart(self._scene).cart_id, selling.abandon)
        self._scene.cart, self._scene.is_leaving = None, False
        self._stage.say("good", "The cart was abandoned.")

    # --- the shift -------------------------------------------------------------------------------

    async def _train(self, _: str, __: str) -> None:
        if self._scene.cart is not None:
            words = "End the cart first: a cart stays what it began as, a sale or training."
            raise conflict(WhyNot.CART_EXISTS, words)
        scene = self._scene
        scene.trains, scene.view, scene.receipt = not scene.trains, PageView.CART, None
        if scene.trains:
            words = "Training begins: nothing that is sold now counts, until you end it."
        else:
            words = "Training has ended: from now on every sale counts."
        self._stage.say("plain", words)

    async def _open_day(self, key: str, _: str) -> None:
        today: date = self._actions.today()
        await self._actions.open_day(key, today)
        self._stage.say("good", f"The business day {today.isoformat()} is open.")

    async def _sign_out(self, _: str, __: str) -> None:
        await self._stage.leave()
        self._stage.start_over()
