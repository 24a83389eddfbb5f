"""Answers programs of this machine: what `edge.till.api` asks, by a till's premises."""

import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import UTC, date, datetime
from http import HTTPStatus
from typing import Any

import msgspec

from edge.journal.errors import DiskFull, EventRefused, Forked, JournalError, JournalUnusable
from edge.problems import Refusal
from edge.till.answers import AskedOnce, GivenAnswer
from edge.till.asked import AskedReceiptReturn
from edge.till.books import Books, event_at
from edge.till.checking import told_of_sale
from edge.till.checkout.finding import SaleFinder
from edge.till.checkout.places import today_of
from edge.till.checkout.printing import FoundReceipt, no_such_receipt
from edge.till.checkout.printing_out import ReceiptPrinting
from edge.till.checkout.receipt_numbers import told_of_receipt
from edge.till.checkout.return_desk import take_back
from edge.till.checkout.sold_here import SoldHere, sold_by
from edge.till.checkout.terms import CheckoutTerms
from edge.till.customers.attaching import CustomersAtCarts
from edge.till.customers.looking_up import CustomerDesk
from edge.till.deciding import Decision, Sight
from edge.till.employees.approvals import refused_approval
from edge.till.employees.shown_cards import ShownCards
from edge.till.premises import TillPremises
from edge.till.refusals import WhyNot, conflict, refusal, unfit
from edge.till.screen.screen import InformationScreen
from edge.till.shifts.keeping import ShiftBook
from edge.till.standing import (
    read_books,
    told_of_books,
    told_of_identity,
    told_of_sending,
)
from edge.till.store_carts.asking import StoreDesk
from edge.till.store_carts.going_on import StoreCarts
from edge.till.terminals.running import CardPayments


class TillCounter:
    """See `edge.till.api.SellingTill`."""

    def __init__(self, premises: TillPremises, failed: Callable[[JournalError], None]) -> None:
        """``failed`` hears that the journal can no longer be written."""
        self._premises = premises
        self._failed = failed
        self.cards = ShownCards(self.books, self.do, premises.way, self._approval_refused)
        self.customers = CustomersAtCarts(self.books, self.do, CustomerDesk(premises.way))
        self.printing = ReceiptPrinting(self.receipt, self.do, premises.terms.checkout)
        self.sales = SaleFinder(self.books, premises.way, self.customers.authorization)
        self.store_carts = StoreCarts(
            self.books,
            self.do,
            StoreDesk(premises.way),
            lambda: premises.name.till_id if premises.name else "",
        )
        now = premises.terms.clock.now
        self.screen = InformationScreen(premises.catalogs.current, now, self.do)

    @property
    def terms(self) -> CheckoutTerms:
        """How this till checks out."""
        return self._premises.terms.checkout

    @property
    def payments(self) -> CardPayments:
        """By card, at the till's own terminal."""
        return self._premises.payments

    async def do(
        self,
        ask: AskedOnce,
        decide: Callable[[Sight], Decision],
        auth: Mapping[str, str | int] | None = None,
    ) -> GivenAnswer:
        """Do what is asked, durably."""
        metrics, begun = self._premises.terms.metrics, time.monotonic()
        result = "refused"
        try:
            books = self.books()
            given = await books.run(lambda: books.desk.do(ask, decide, auth))
            result = "done"
        except Refusal as refusal:
            if ask.approval:
                self._approval_refused(refusal)
            raise
        except JournalError as error:
            result = "refused" if isinstance(error, EventRefused) else "failed"
            raise self._unkept(error) from error
        finally:
            metrics.requests.labels(result).inc()
            metrics.answer_seconds.observe(time.monotonic() - begun)
        self._premises.wrote()
        return given

    def _approval_refused(self, refusal: Refusal) -> None:
        kind = refused_approval(refusal)
        if kind is not None:
            self._premises.terms.metrics.approvals_refused.labels(kind.value).inc()

    def books(self) -> Books:
        """What the till writes into; raises `Refusal` where it has no identity yet."""
        books = self._premises.books
        if books is None:
            enrolment = self._premises.keeper.standing
            words = self._premises.unopened or enrolment.why or f"It is {enrolment.state}."
            words = f"This till has no identity yet: give it its voucher. {words}"
            raise conflict(WhyNot.NOT_ENROLLED, words)
        return books

    def _unkept(self, error: JournalError) -> Refusal:
        words = f"{error}."
        match error:
            case EventRefused():
                return unfit(WhyNot.NOT_IN_CONTRACT, words)
            case DiskFull():
                return refusal(HTTPStatus.INSUFFICIENT_STORAGE, WhyNot.DISK_FULL, words)
            case Forked():
                return conflict(WhyNot.FORKED, words)
            case JournalUnusable():
                self._failed(error)
                away = HTTPStatus.SERVICE_UNAVAILABLE
                return refusal(away, WhyNot.JOURNAL_UNUSABLE, words)
            case _:
                return conflict(WhyNot.NOT_ENROLLED, words)

    async def state(self) -> dict[str, Any]:
        """How the till stands."""
        premises = self._premises
        books = premises.books
        standing = None if books is None else await books.run(lambda: read_books(books))
        clock = premises.terms.clock.read()
        return {
            **told_of_identity(premises.name, premises.identity, premises.keeper.standing),
            **told_of_books(standing),
            **told_of_sending(premises.sending, standing, premises.catalogs.age_seconds),
            "catalog": premises.catalogs.told(),
            "employees": None if books is None else await books.run(books.desk.staff.told),
            "clock": {"now": clock.written, **clock.marks()},
            "build": premises.terms.build,
            "kind": premises.terms.kind,
        }

    async def carts(self) -> list[dict[str, Any]]:
        """Every cart that is open or suspended, in a line each."""
        books = self.books()
        return await books.run(lambda: [cart.told() for cart in books.desk.carts.values()])

    async def cart(self, cart_id: str) -> dict[str, Any]:
        """One with all that is in it."""
        books = self.books()
        sale = await books.run(lambda: books.desk.priced(cart_id))
        if sale is None:
            words = "This till has no such cart; perhaps it has ended."
            raise refusal(HTTPStatus.NOT_FOUND, WhyNot.NO_SUCH_CART, words)
        return told_of_sale(sale)

    async def product(self, code: str) -> dict[str, Any]:
        """What the catalog says of a SKU or GTIN, with no gateway asked."""
        catalog = self._premises.catalogs.current()
        product = catalog.product(code) if catalog else None
        if catalog is None or product is None:
            words = "The till's catalog does not have it."
            raise refusal(HTTPStatus.NOT_FOUND, WhyNot.NO_SUCH_PRODUCT, words)
        at = datetime.fromtimestamp(self._premises.terms.clock.now(), UTC)
        price, recall = catalog.price_of(product.sku, at), catalog.recall_of(product.sku, None, at)
        return {
            "product": msgspec.to_builtins(product),
            "price": price and price._asdict(),
            "recall": recall and recall.reason,
            "catalog_version": catalog.name.catalog_version,
        }

    async def event(self, epoch: int, sequence: int) -> dict[str, Any]:
        """What the journal has under a number."""
        books = self.books()
        found = await books.run(lambda: event_at(books.journal, epoch, sequence))
        if found is None:
            words = "The journal has no such event, or no longer."
            raise refusal(HTTPStatus.NOT_FOUND, WhyNot.NO_SUCH_EVENT, words)
        return found

    async def receipt(self, receipt_no: str) -> FoundReceipt:
        """What this till has under a receipt's number."""
        books = self.books()

        def look() -> tuple[dict[str, Any] | None, SoldHere | None]:
            found = told_of_receipt(books.journal, receipt_no)
            return found, sold_by(books.journal, found)

        told, sold = await books.run(look)
        if told is None:
            raise no_such_receipt()
        is_unprinted = receipt_no in books.desk.unprinted
        return FoundReceipt(
            told, self._premises.catalogs.current(), is_unprinted, sold.back if sold else {}
        )

    async def take_back(
        self, once: AskedOnce, receipt_no: str, want: AskedReceiptReturn
    ) -> GivenAnswer:
        """Take goods of a receipt back, durably; the gateway is asked in the name of who is signed
        in where nobody else is named."""
        books = self.books()
        if want.authorization is None:
            with suppress(Refusal):  # without one, what this till sold can come back
                named = await self.customers.authorization()
                want = msgspec.structs.replace(want, authorization=named)
        return await take_back(self._premises, books, self.do, once, receipt_no, want)

    async def shifts(self, tell: Callable[[ShiftBook], dict[str, Any]]) -> dict[str, Any]:
        """What is to be told of the till's shifts."""
        books = self.books()
        return await books.run(lambda: tell(books.desk.shifts))

    def today(self) -> date:
        """The store's calendar day by the till's clock."""
        catalog = self._premises.catalogs.current()
        now = self._premises.terms.clock.now()
        return today_of(catalog.location if catalog else None, now)

    async def take_voucher(self, body: bytes) -> dict[str, Any]:
        """Begin to enrol by a voucher; how the till stands then."""
        self._premises.keeper.take(body)
        return await self.state()
