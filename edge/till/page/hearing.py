"""Which part of the page an input is for: a card, a PIN, a customer's question, or checkout."""

from edge.till.page.approving import Approvals
from edge.till.page.checkout import CheckoutMode
from edge.till.page.information import InformationMode
from edge.till.page.lasting import lasting
from edge.till.page.locks import LockedCards
from edge.till.page.people import PagePeople, ShownEmployee
from edge.till.page.scene import PageView
from edge.till.page.stage import PageStage
from edge.till.refusals import WhyNot, conflict
from edge.till.scanning.items import NotRead, ScannedItem
from edge.till.scanning.wording import UNREAD


class Hearing:
    """Gives the stage what it hears to."""

    def __init__(self, stage: PageStage, people: PagePeople) -> None:
        self._stage = stage
        self._people = people
        self._checkout = CheckoutMode(stage)
        self._approvals = Approvals(stage, people)
        self._locks = LockedCards(stage, people)
        self._steps = self._checkout.steps | self._approvals.steps | self._locks.steps
        stage.leave = people.sign_out
        self._information = InformationMode(stage)
        stage.handlers = {"typed": self._typed, "scan": self._scanned, "button": self._pressed}

    async def run(self) -> None:
        """What goes on beside what is heard, for ever."""
        await lasting(self._checkout.store.waiting.run)

    async def _typed(self, key: str, text: str) -> None:
        await self._taken(key, text, is_scan=False)

    async def _scanned(self, key: str, text: str) -> None:
        await self._taken(key, text, is_scan=True)

    async def _taken(self, key: str, text: str, *, is_scan: bool) -> None:
        scene = self._stage.scene
        if self._stage.actions.needs_voucher and text.lstrip().startswith("{"):
            await self._stage.actions.take_voucher(text)
            self._stage.say("good", "The voucher was read. The till enrols.")
            return
        if scene.approver is not None and not is_scan:
            await self._approvals.take_pin(key, scene.approver, text.strip())
            return
        if scene.asked_of is not None and not is_scan:
            await self._take_pin(key, scene.asked_of, text.strip())
            return
        shown = await self._people.holder(text)
        if scene.view is PageView.APPROVAL:
            await self._approvals.take_card(shown)
        elif shown is not None:
            await self._take_card(shown)
        else:
            await self._taken_by_mode(key, text, is_scan)

    async def _taken_by_mode(self, key: str, text: str, is_scan: bool) -> None:
        scene = self._stage.scene
        if scene.is_checkout and scene.age_years is not None and not is_scan:
            await self._checkout.ages.take_birth(key, text)
        elif scene.view is PageView.DISCOUNT and not is_scan:
            await self._checkout.discounts.take_text(key, text)
        elif scene.is_checkout and await self._is_stores(key, text, is_scan):
            return
        elif scene.view is PageView.DRAWER and not is_scan:
            await self._checkout.drawer.take_text(key, text)
        elif scene.is_checkout:
            await self._sell(key, text, is_scan)
        else:
            self._inform(text, is_scan)

    async def _is_stores(self, key: str, text: str, is_scan: bool) -> bool:
        is_unknown = self._is_name(self._checkout.read(text, is_scan))
        return await self._checkout.store.takes(key, text, is_scan, is_unknown)

    async def _take_card(self, shown: ShownEmployee) -> None:
        scene = self._stage.scene
        if shown.is_locked:
            scene.asked_of = None
            await self._locks.show(shown)
            return
        scene.asked_of = shown
        if not scene.is_checkout:
            scene.view, scene.product = PageView.START, None
        self._stage.say("plain", "Card read. Type the PIN, then Enter.")

    async def _take_pin(self, key: str, shown: ShownEmployee, pin: str) -> None:
        scene = self._stage.scene
        scene.asked_of = None
        await self._people.sign_in(key, shown, pin)
        if shown.employee_id != scene.cashier_id:
            scene.trains = False  # whoever takes the seat over has not chosen training
        scene.person, scene.view, scene.product = shown, PageView.CART, None
        self._stage.say("good", f"{shown.employee_id} is signed in.")

    async def _sell(self, key: str, text: str, is_scan: bool) -> None:
        reading = self._checkout.read(text, is_scan)
        if not is_scan and self._is_name(reading):
            found = self._information.search(text)
            if found:
                self._information.show_found(text, found)
                return
        await self._checkout.take(key, text, is_scan)

    def _is_name(self, reading: object) -> bool:
        """Whether it may be a name, because it is no code of a product."""
        if isinstance(reading, ScannedItem):
            catalog = self._stage.actions.catalog
            return catalog is not None and catalog.product(reading.code) is None
        return isinstance(reading, NotRead)

    def _inform(self, text: str, is_scan: bool) -> None:
        """A customer asks."""
        reading, catalog = self._checkout.read(text, is_scan), self._stage.actions.catalog
        code = reading.code if isinstance(reading, ScannedItem) else ""
        product = catalog.product(code) if catalog and code else None
        found = [] if product else self._information.search(text)
        if product is None and len(found) == 1:
            product = found[0]
        if product is not None:
            self._information.show(product)
        elif found:
            self._information.show_found(text, found)
        elif isinstance(reading, NotRead) and is_scan:
            self._stage.say("bad", UNREAD[reading.why])
        else:
            self._stage.say("bad", f"Nothing is found for “{text[:40]}”. Try part of its name.")

    async def _pressed(self, key: str, text: str) -> None:
        name, _, argument = text.partition(":")
        scene = self._stage.scene
        if name in ("stay", "take-input"):
            return
        if name == "start":
            await self._go_back(key)
        elif name == "show":
            self._show(argument)
        elif name == "answer":
            await self._information.answer(key, argument)
        elif not scene.is_checkout:
            raise conflict(WhyNot.NOT_TAKEN_HERE, "Show an employee's card first.")
        elif name in self._steps:
            await self._steps[name](key, argument)
        else:
            raise conflict(WhyNot.NOT_TAKEN_HERE, "The page has no such button.")

    async def _go_back(self, key: str) -> None:
        """Escape, or “Start over”."""
        scene = self._stage.scene
        scene.asked_of = None
        if not scene.is_checkout:
            self._stage.start_over()
        else:
            is_refused = scene.view is PageView.APPROVAL
            await self._steps["no-approval" if is_refused else "cart"](key, "")

    def _show(self, sku: str) -> None:
        catalog = self._stage.actions.catalog
        product = catalog.product(sku) if catalog else None
        if product is None:
            raise conflict(WhyNot.NO_SUCH_PRODUCT, "The till's catalog no longer has it.")
        self._information.show(product)
