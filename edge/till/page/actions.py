"""What the page asks of the till, in one place: the functions behind the local API, in process."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from hashlib import sha256
from http import HTTPStatus
from typing import Any

import msgspec
import orjson

from edge.bundle.catalog import TillCatalog
from edge.problems import Refusal
from edge.till import asked, closing, selling, tendering
from edge.till.ages import UnknownTimeZone, local_day
from edge.till.answers import AskedOnce
from edge.till.books import Books
from edge.till.carts import TillCart
from edge.till.counter import TillCounter
from edge.till.deciding import Decision, Sight
from edge.till.page.sums import rates_of, taxes_of
from edge.till.premises import TillPremises
from topics.scalars import TenderKind
from topics.wire_parts import WireTender

NO_CURRENCY = "XXX"
"""ISO 4217's word for none: of a till whose catalog has no product yet."""

Json = dict[str, Any]


class TillActions:
    """All of them raise `Refusal`, in words for who stands at the till. A ``key`` is that of the
    input that asks: the same again does nothing twice, after a crash too."""

    def __init__(self, premises: TillPremises, counter: TillCounter) -> None:
        self._premises = premises
        self._counter = counter

    # --- looking ---------------------------------------------------------------------------------

    @property
    def catalog(self) -> TillCatalog | None:
        """The newest that the till has."""
        return self._premises.catalogs.current()

    @property
    def currency(self) -> str:
        """The shop's."""
        products = self.catalog.products if self.catalog else ()
        return next((each.currency for each in products), NO_CURRENCY)

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
    def time_zone(self) -> str:
        """The store's."""
        location = self.catalog and self.catalog.location
        return location.time_zone if location else "UTC"

    def now(self) -> datetime:
        """The till's clock."""
        return datetime.fromtimestamp(self._premises.terms.clock.now(), UTC)

    def today(self) -> date:
        """The calendar's day in the store; in UTC where its time zone is none."""
        try:
            return local_day(self._premises.terms.clock.now(), self.time_zone)
        except UnknownTimeZone:
            return self.now().date()

    async def carts(self) -> list[TillCart]:
        """Those that are open or wait, oldest first."""
        books = self._premises.books
        if books is None:
            return []
        return await books.run(lambda: list(books.desk.carts.values()))

    async def day(self) -> str | None:
        """The business day that is open."""
        books: Books | None = self._premises.books
        return None if books is None else await books.run(lambda: books.desk.day)

    async def state(self) -> Json:
        """How the till stands, as programs are told."""
        return await self._counter.state()

    async def event(self, epoch: int, sequence: int) -> Json:
        """What the journal has under a number, which a receipt is made of."""
        return await self._counter.event(epoch, sequence)

    async def ask_store(self, target: str) -> Json | None:
        """The gateway's answer to a GET, None where it has none; raises `Refusal` where it is
        away."""
        headers = {"Accept-Encoding": "identity"}
        reply = await self._premises.way().ask("GET", target, b"", headers)
        return orjson.loads(reply.body) if reply.status == HTTPStatus.OK else None

    # --- doing -----------------------------------------------------------------------------------

    async def open_day(self, key: str, day: date) -> Json:
        """Open a business day."""
        want = asked.AskedDay(business_date=day)
        return await self._do(key, want, lambda sight: selling.open_day(sight, want))

    async def open_cart(self, key: str, cashier_id: str, training: bool) -> Json:
        """A cart begins."""
        want = asked.AskedCart(cashier_id=cashier_id, training=training)
        return await self._do(key, want, lambda sight: selling.open_cart(sight, want))

    async def add_line(self, key: str, cart_id: str, want: asked.AskedLine) -> Json:
        """A line joins the cart."""
        return await self._do(key, want, lambda sight: selling.add_line(sight, cart_id, want))

    async def void_line(self, key: str, cart_id: str, line_no: int) -> Json:
        """A line leaves the cart."""
        want = asked.AskedVoid(line_no=line_no)
        return await self._do(key, want, lambda sight: selling.void_line(sight, cart_id, want))

    async def step(
        self,
        key: str,
        cart_id: str,
        decide: Callable[[Sight, str, asked.AskedStep], Decision],
    ) -> Json:
        """`selling.suspend`, `selling.resume` or `selling.abandon`."""
        want = asked.AskedStep()
        return await self._do(key, (decide.__name__, cart_id), lambda s: decide(s, cart_id, want))

    async def request_tender(
        self, key: str, cart_id: str, kind: TenderKind, amount_minor: int
    ) -> Json:
        """A payment is about to be asked for; its id is ``key``."""
        want = asked.AskedTender(tender_id=key, kind=kind, amount_minor=amount_minor)
        return await self._do(key, want, lambda s: tendering.request_tender(s, cart_id, want))

    async def settle_tender(self, key: str, cart_id: str, tender_id: str, is_taken: bool) -> Json:
        """Whether it was paid."""
        outcome = "captured" if is_taken else "declined"
        want = asked.AskedSettlement(tender_id=tender_id, outcome=outcome)
        return await self._do(key, want, lambda s: tendering.settle_tender(s, cart_id, want))

    async def complete(
        self, key: str, cart: TillCart, tenders: tuple[WireTender, ...], cashier_id: str
    ) -> Json:
        """The cart becomes a sale."""
        want = asked.AskedCompletion(
            currency=self.currency,
            tenders=tenders,
            cashier_id=cashier_id or None,
            taxes=taxes_of(cart.lines, cart.total_minor, rates_of(cart, self.catalog)),
        )
        return await self._do(key, want, lambda s: closing.complete(s, cart.cart_id, want))

    async def note(self, key: str, event: Json) -> Json:
        """Keep something that is no sale."""
        return await self._do(key, event, lambda sight: closing.note(sight, event))

    async def _do(self, key: str, want: object, decide: Callable[[Sight], Decision]) -> Json:
        told = AskedOnce(f"page {key}", sha256(msgspec.json.encode(want)).hexdigest())
        given = await self._counter.do(told, decide)
        return orjson.loads(given.body)


def reason_of(refusal: Refusal) -> str:
    """The word for programs that a refusal has; empty where it has none."""
    return str(refusal.more.get("reason", ""))
