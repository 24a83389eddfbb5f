"""What the page asks of the till, in one place: the functions behind the local API, in process."""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, tzinfo
from hashlib import sha256
from http import HTTPStatus
from typing import Any, TypeVar

import msgspec
import orjson

from edge.bundle.catalog import TillCatalog
from edge.problems import Refusal
from edge.till import asked, closing, selling
from edge.till.answers import AskedOnce
from edge.till.asked_of_people import AskedSurveyAnswer
from edge.till.books import Books
from edge.till.carts import TillCart
from edge.till.checkout import drawer
from edge.till.checkout.ages import check_of, note_age
from edge.till.checkout.inputs import take_input
from edge.till.checkout.places import zone_of
from edge.till.checkout.printing import laid_out
from edge.till.checkout.terms import CheckoutTerms
from edge.till.counter import TillCounter
from edge.till.deciding import Decision, Sight
from edge.till.page.reading import NO_CARTS, PageCarts, read_carts
from edge.till.page.store_actions import StoreActions
from edge.till.page.sums import rates_of, taxes_of
from edge.till.premises import TillPremises
from edge.till.receipts.layout import Receipt
from edge.till.ruling import PricedCart

A = TypeVar("A", bound=asked.Asked)
Json = dict[str, Any]


class TillActions:
    """All of them raise `Refusal`, in words for who stands at the till. A ``key`` is that of the
    input that asks: the same again does nothing twice, after a crash too."""

    def __init__(self, premises: TillPremises, counter: TillCounter) -> None:
        self._premises = premises
        self._counter = counter
        self.store = StoreActions(counter, self._once)
        """Receipts, customers and carts of the whole store."""
        self.approval = ""
        """Somebody else's, of what is asked now."""

    # --- looking ---------------------------------------------------------------------------------

    @property
    def catalog(self) -> TillCatalog | None:
        """The newest that the till has."""
        return self._premises.catalogs.current()

    @property
    def terms(self) -> CheckoutTerms:
        """How this till checks out."""
        return self._counter.terms

    @property
    def currency(self) -> str:
        """The till's."""
        return self.terms.currency

    @property
    def has_drawer(self) -> bool:
        """Whether it takes anything but cards."""
        return self._premises.terms.kind == "counter"

    @property
    def needs_voucher(self) -> bool:
        """Whether nobody has told it yet which till it is."""
        return self._premises.name is None

    async def take_voucher(self, text: str) -> None:
        """Begin to enrol by a voucher."""
        await self._counter.take_voucher(text.encode())

    @property
    def till_name(self) -> str:
        """As people read it; empty before the till has its voucher."""
        name = self._premises.name
        return f"{name.location_id} / {name.till_id}" if name else ""

    @property
    def location_id(self) -> str:
        """The store's; empty before the till has its voucher."""
        return self._premises.name.location_id if self._premises.name else ""

    @property
    def time_zone(self) -> tzinfo:
        """The store's."""
        return zone_of(self.catalog.location if self.catalog else None)

    def now(self) -> datetime:
        """The till's clock."""
        return datetime.fromtimestamp(self._premises.terms.clock.now(), UTC)

    def today(self) -> date:
        """The calendar's day in the store."""
        return self._counter.today()

    def on_screen(self) -> Mapping[str, Any]:
        """What the store has to say and asks: texts as somebody wrote them."""
        return self._counter.screen.shown()

    async def carts(self) -> list[TillCart]:
        """Those that are open or wait, oldest first."""
        return (await self.read()).carts

    async def read(self) -> PageCarts:
        """Also the day, and what their tables say of open ones."""
        books: Books | None = self._premises.books
        return NO_CARTS if books is None else await books.run(lambda: read_carts(books.desk))

    async def state(self) -> Json:
        """How the till stands, as programs are told."""
        return await self._counter.state()

    async def event(self, epoch: int, sequence: int) -> Json:
        """What the journal has under a number."""
        return await self._counter.event(epoch, sequence)

    async def receipt(self, receipt_no: str) -> Receipt:
        """A receipt as it would be printed; to show it is no print."""
        return laid_out(await self._counter.receipt(receipt_no), self.terms, 42, is_copy=False)

    async def ask_store(self, target: str) -> Json | None:
        """The gateway's answer to a GET, None where it has none; raises `Refusal` where it is
        away."""
        headers = {"Accept-Encoding": "identity"}
        reply = await self._premises.way().ask("GET", target, b"", headers)
        return orjson.loads(reply.body) if reply.status == HTTPStatus.OK else None

    async def open_shift(self) -> Json:
        """The shift that is open, blind before its count; without an id where none is."""
        return (await self._counter.shifts(drawer.told_of_shifts))["open"]

    async def shift_report(self, shift_id: str) -> Json:
        """The Z report of a shift that has ended."""
        return await self._counter.shifts(lambda book: drawer.report_of(book, shift_id))

    # --- doing -----------------------------------------------------------------------------------

    async def open_day(self, key: str, day: date) -> Json:
        """Open a business day."""
        want = asked.AskedDay(business_date=day)
        return await self._do(key, want, lambda sight: selling.open_day(sight, want))

    async def open_cart(self, key: str, cashier_id: str, training: bool) -> Json:
        """A cart begins."""
        want = asked.AskedCart(cashier_id=cashier_id, training=training)
        return await self._do(key, want, lambda sight: selling.open_cart(sight, want))

    async def take_input(self, key: str, cart_id: str, text: str, is_scan: bool) -> Json:
        """Do what stands in the field; ``did`` says which it was."""
        want = asked.AskedInput(text=text, is_scan=is_scan)
        terms = self.terms.field
        return await self._do(key, want, lambda s: take_input(s, cart_id, want, terms))

    async def add_line(self, key: str, cart_id: str, want: asked.AskedLine) -> Json:
        """A line joins the cart."""
        return await self._do(key, want, lambda sight: selling.add_line(sight, cart_id, want))

    async def void_line(self, key: str, cart_id: str, line_no: int) -> Json:
        """A line leaves the cart."""
        want = asked.AskedVoid(line_no=line_no)
        return await self._do(key, want, lambda sight: selling.void_line(sight, cart_id, want))

    async def cart_step(
        self, key: str, cart_id: str, want: A, decide: Callable[[Sight, str, A], Decision]
    ) -> Json:
        """What a cart's call decides: a tender, a discount, the answer to a check."""
        return await self._do(key, want, lambda sight: decide(sight, cart_id, want))

    async def step(
        self,
        key: str,
        cart_id: str,
        decide: Callable[[Sight, str, asked.AskedStep], Decision],
    ) -> Json:
        """`selling.suspend`, `selling.resume` or `selling.abandon`."""
        want = asked.AskedStep()
        return await self._do(key, (decide.__name__, cart_id), lambda s: decide(s, cart_id, want))

    async def pay_by_card(self, key: str, cart_id: str, amount_minor: int) -> None:
        """Ask the till's own terminal, which answers in its time; what it says is in the cart."""
        want = asked.AskedCard(amount_minor=amount_minor)
        once = self._once(key, (cart_id, want))
        payments = self._premises.payments
        await payments.request(self._counter.do, once, cart_id, want, self.currency)

    async def check_age(self, key: str, cart_id: str, want: asked.AskedAge) -> Json:
        """Whether a customer is old enough; the date of birth is looked at and not kept."""
        checked = check_of(want, self.today())
        return await self._do(key, checked, lambda sight: note_age(sight, cart_id, checked))

    async def answer_survey(self, key: str, survey_id: str, chosen: str) -> None:
        """Somebody has answered the store's question; nobody is named."""
        want = AskedSurveyAnswer(answer=chosen)
        once = self._once(key, (survey_id, want))
        await self._counter.screen.answer(once, survey_id, want)

    async def complete(
        self, key: str, sale: PricedCart, cash_given_minor: int, cashier_id: str
    ) -> Json:
        """The cart becomes a sale; what was not paid yet is paid in cash."""
        cart = sale.cart
        want = asked.AskedCompletion(
            currency=self.currency,
            cash_given_minor=cash_given_minor,
            cashier_id=cashier_id or None,
            taxes=taxes_of(cart.lines, sale.due_minor, rates_of(cart, self.catalog)),
        )
        return await self._do(key, want, lambda s: closing.complete(s, cart.cart_id, want))

    async def take_back(self, key: str, receipt_no: str, want: asked.AskedReceiptReturn) -> Json:
        """Goods of a receipt come back; what is left of it, and what for, is the till's to say."""
        once = self._once(key, (receipt_no, want))
        return orjson.loads((await self._counter.take_back(once, receipt_no, want)).body)

    async def drawer_step(self, key: str, want: A, decide: Callable[[Sight, A], Decision]) -> Json:
        """A step of `edge.till.checkout.drawer`."""
        return await self._do(key, want, lambda sight: decide(sight, want))

    async def open_lock(self) -> bool:
        """Have the printer open the drawer; False where the till has none."""
        return await self._counter.printing.open_drawer()

    async def _do(self, key: str, want: object, decide: Callable[[Sight], Decision]) -> Json:
        given = await self._counter.do(self._once(key, want), decide)
        return orjson.loads(given.body)

    def _once(self, key: str, want: object) -> AskedOnce:
        asked_for = sha256(msgspec.json.encode(want)).hexdigest()
        return AskedOnce(f"page {key}", asked_for, self.approval)


def reason_of(refusal: Refusal) -> str:
    """The word for programs that a refusal has; empty where it has none."""
    return str(refusal.more.get("reason", ""))
