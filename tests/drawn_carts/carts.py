"""What a cashier does with a cart, at random, until it is sold."""

import random
from typing import Any, NamedTuple

import msgspec

from edge.problems import Refusal
from edge.recomputing.published import PublishedTables
from edge.recomputing.receipts import tables_of
from edge.recomputing.sales import SaleDifference, difference_of
from edge.rules.evaluating import TableDiscount
from edge.till import asked, checking, closing, selling
from edge.till.ruling import priced
from tests.drawn_carts.tables import FRUIT, SKUS, as_published, drawn_catalog, drawn_tables
from tests.drawn_carts.till import MemoryTill
from topics.wire import WireCartCompleted, decode_till_event
from topics.wire_parts import WireDiscount, WireTender

CARTS_OF_A_CATALOG = 25
"""Then another catalog comes, in the middle of a cart."""


class DrawnSale(NamedTuple):
    """A sale as it lies in the topic, and what differs when the centre decides it."""

    value: bytes
    sale: WireCartCompleted
    difference: SaleDifference | None


class DrawnTill:
    """Sells carts at random by catalogs at random; the centre hears of each table."""

    def __init__(self, seed: int) -> None:
        self._chance = random.Random(seed)
        self._tables: list[bytes] = []
        self._version = 0
        self._till = MemoryTill(self._next_catalog())
        self.published: PublishedTables = tables_of(self._tables)

    def _next_catalog(self) -> Any:
        self._version += 1
        tables = drawn_tables(self._chance, self._version)
        self._tables = [as_published(each) for each in tables]
        return drawn_catalog(self._chance, tables, self._version)

    def _swap(self) -> None:
        self._till.catalog = self._next_catalog()
        self.published.learn(tables_of(self._tables).of_all())

    def sell(self, number: int) -> DrawnSale:
        """The next sale."""
        chance, till = self._chance, self._till
        customer = chance.choice([None, "c-1"])
        want = asked.AskedCart(cashier_id="7", customer_id=customer)
        cart_id = till.do(lambda sight: selling.open_cart(sight, want)).told["cart_id"]
        for _ in range(chance.randrange(1, 9)):
            self._scan(cart_id)
        if number % CARTS_OF_A_CATALOG == 0:
            self._swap()
        self._fidget(cart_id)
        self._sell(cart_id)
        value = till.last_sale()
        sale = decode_till_event(value)
        assert isinstance(sale, WireCartCompleted)
        return DrawnSale(value, sale, difference_of(sale, self.published))

    def _scan(self, cart_id: str) -> None:
        chance = self._chance
        sku = chance.choice([*SKUS, *FRUIT])
        fields: dict[str, Any] = {"sku": sku, "quantity": chance.randrange(1, 6)}
        if sku in FRUIT:
            fields["quantity"] = chance.randrange(1, 2_000)
        if chance.random() < 0.1:
            fields["amount_minor"] = chance.randrange(-500, 6_000)
        if chance.random() < 0.2:
            fields["serial"] = f"SN-{chance.randrange(100)}"
        want = msgspec.convert(fields, asked.AskedLine)
        self._till.do(lambda sight: selling.add_line(sight, cart_id, want))

    def _fidget(self, cart_id: str) -> None:
        """Void, let wait, attach a customer: what decided the cart before may not any more."""
        chance, till = self._chance, self._till
        lines = till.carts[cart_id].lines
        if len(lines) > 1 and chance.random() < 0.4:
            void = asked.AskedVoid(line_no=chance.choice(lines).line_no)
            till.do(lambda sight: selling.void_line(sight, cart_id, void))
        if chance.random() < 0.1:
            step = asked.AskedStep()
            till.do(lambda sight: selling.suspend(sight, cart_id, step))
            till.do(lambda sight: selling.resume(sight, cart_id, step))
        if chance.random() < 0.2:
            customer = asked.AskedCustomer(customer_id=chance.choice([None, "c-2"]))
            till.do(lambda sight: selling.attach(sight, cart_id, customer))

    def _sell(self, cart_id: str) -> None:
        till = self._till
        by_hand = self._by_hand()
        self._settle(cart_id)
        cart = till.carts[cart_id]
        given = [TableDiscount(each.rule, each.amount_minor) for each in by_hand]
        due_minor = priced(cart, till.sight().rules_of(cart), None, given).due_minor
        tender = WireTender("cash", due_minor)
        want = asked.AskedCompletion(currency="EUR", tenders=(tender,), discounts=by_hand)
        till.do(lambda sight: closing.complete(sight, cart_id, want))

    def _by_hand(self) -> tuple[WireDiscount, ...]:
        if self._chance.random() < 0.8:
            return ()
        return (WireDiscount("damaged", -self._chance.randrange(0, 400)),)

    def _settle(self, cart_id: str) -> None:
        """Nothing is sold before; and all that is asked can be answered."""
        till = self._till
        cart = till.carts[cart_id]
        still = checking.open_checks(till.sight().priced(cart))
        if still:
            tender = WireTender("cash", 0)
            want = asked.AskedCompletion(currency="EUR", tenders=(tender,))
            try:
                till.do(lambda sight: closing.complete(sight, cart_id, want))
            except Refusal as refused:
                assert (refused.more or {})["reason"] == "check_open", refused.detail
            else:
                raise AssertionError(f"sold while {still} were open")
        for each in still:
            answer = asked.AskedAnswer(rule=each.rule, line_no=each.line_no, outcome="confirmed")
            till.do(lambda sight, want=answer: checking.answer(sight, cart_id, want))
