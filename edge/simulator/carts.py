"""One simulated till: a cart opens, gains and loses lines, and is paid or left; goods come back."""

from collections import deque
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from edge.event_ids import UUID7_FREE_BITS, uuid7
from edge.simulator.pricing import (
    discounts_of,
    line_amount_minor,
    rounded,
    taxes_of,
    tenders_of,
)
from edge.simulator.world import Site
from topics.wire import (
    AnyWireEvent,
    WireCartAbandoned,
    WireCartCompleted,
    WireCartOpened,
    WireCartResumed,
    WireCartSuspended,
    WireGoodsReturned,
    WireLine,
    WireLineAdded,
    WireLineVoided,
    WireProduct,
    WireTillHeartbeat,
)

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

RETURN_CHANCE = 0.02
"""Of the times when a till is free; about one sale in fifty comes back in part."""
VOID_CHANCE = 0.04
"""After each line: the customer puts it back, or it was scanned by mistake."""
SUSPEND_CHANCE = 0.01
"""Before each further line: the customer has forgotten the milk, and the cart waits for them."""
ABANDON_CHANCE = 0.05
"""Of all carts: left at the till, or closed in the browser."""
MEMBER_CHANCE = 0.4
RESTOCK_CHANCE = 0.8
"""Of returned goods that are not by weight: opened packets and food by weight are thrown away."""

_LINES_MEAN = 7
_LINES_MAX = 60
_MEMBERS = 5000
_RECEIPTS_REMEMBERED = 50
_EACH_CHOICES = (1, 1, 1, 1, 1, 1, 1, 2, 2, 3, 4, 6)
_GRAMS_MIN, _GRAMS_MAX, _GRAMS_MODE = 80, 2500, 500

LINES_SOLD_PER_EVENT = 0.65
"""About how many of all events end as a sold line; deliveries are planned by it."""
UNITS_MEAN = {"each": 2.0, "gram": 1027.0}
"""Mean quantity of a line: of the choices, and of the triangle, above."""


@dataclass(slots=True)
class _Cart:
    cart_id: str
    wanted_lines: int
    abandoned: bool
    customer_id: str | None
    next_line_no: int = 1
    waits: bool = False
    lines: dict[int, WireLine] = field(default_factory=dict[int, WireLine])


class Till:
    """A till and its customers. Each call gives its next event, numbered without gaps."""

    def __init__(self, site: Site, till_id: str, epoch: int, rng: Random) -> None:
        self.site = site
        self.till_id = till_id
        self._epoch = epoch
        self._rng = rng
        self._sequence = 0
        self._carts = 0
        self._cart: _Cart | None = None
        self._receipts: deque[WireCartCompleted] = deque(maxlen=_RECEIPTS_REMEMBERED)
        self._rates = {p.sku: p.tax_basis_points for p in site.demand.products}

    @property
    def has_open_cart(self) -> bool:
        """Whether a customer is being served."""
        return self._cart is not None

    def next_event(self, unix_ms: int) -> AnyWireEvent:
        """What happens at the till at ``unix_ms``."""
        cart = self._cart
        if cart is None:
            return self._free(unix_ms)
        if cart.waits:
            return self._resume(cart, unix_ms)
        if cart.next_line_no <= cart.wanted_lines:
            return self._scan_or_void(cart, unix_ms)
        if cart.abandoned or not cart.lines:
            return self.abandon(unix_ms)
        return self._complete(cart, unix_ms)

    def heartbeat(self, unix_ms: int) -> AnyWireEvent:
        """The till says that it is alive."""
        return WireTillHeartbeat(**self._envelope(unix_ms))

    def abandon(self, unix_ms: int) -> AnyWireEvent:
        """The customer leaves, and the open cart with them."""
        if self._cart is None:
            raise ValueError(f"{self.till_id} has no open cart to abandon")
        cart_id, self._cart = self._cart.cart_id, None
        return WireCartAbandoned(**self._envelope(unix_ms), cart_id=cart_id)

    def _envelope(self, unix_ms: int) -> dict[str, Any]:
        self._sequence += 1
        _, business_date = self.site.time.at(unix_ms)
        return {
            "event_id": uuid7(unix_ms, self._rng.getrandbits(UUID7_FREE_BITS)),
            "location_id": self.site.location.location_id,
            "till_id": self.till_id,
            "epoch": self._epoch,
            "sequence": self._sequence,
            "occurred_at": _EPOCH + timedelta(milliseconds=unix_ms),
            "business_date": business_date,
        }

    @property
    def _cashier_id(self) -> str:
        return f"{self.till_id}-cashier"

    def _free(self, unix_ms: int) -> AnyWireEvent:
        if self._receipts and self._rng.random() < RETURN_CHANCE:
            return self._take_back(unix_ms)
        self._cart = self._new_cart()
        return WireCartOpened(
            **self._envelope(unix_ms), cart_id=self._cart.cart_id, cashier_id=self._cashier_id
        )

    def _new_cart(self) -> _Cart:
        self._carts += 1
        rng = self._rng
        member = rng.random() < MEMBER_CHANCE
        return _Cart(
            # A new epoch must not name its carts like the last one: those are finished.
            cart_id=f"{self.till_id}-{self._epoch}-{self._carts}",
            wanted_lines=min(_LINES_MAX, 1 + int(rng.expovariate(1 / (_LINES_MEAN - 1)))),
            abandoned=rng.random() < ABANDON_CHANCE,
            customer_id=f"member-{rng.randint(1, _MEMBERS)}" if member else None,
        )

    def _scan_or_void(self, cart: _Cart, unix_ms: int) -> AnyWireEvent:
        if cart.lines and self._rng.random() < VOID_CHANCE:
            line_no = self._rng.choice(list(cart.lines))
            del cart.lines[line_no]
            return WireLineVoided(**self._envelope(unix_ms), cart_id=cart.cart_id, line_no=line_no)
        if cart.lines and self._rng.random() < SUSPEND_CHANCE:
            cart.waits = True
            return WireCartSuspended(**self._envelope(unix_ms), cart_id=cart.cart_id)
        line = self._scan(cart.next_line_no, self.site.demand.pick(self._rng))
        cart.lines[line.line_no] = line
        cart.next_line_no += 1
        return WireLineAdded(**self._envelope(unix_ms), cart_id=cart.cart_id, line=line)

    def _resume(self, cart: _Cart, unix_ms: int) -> AnyWireEvent:
        cart.waits = False
        return WireCartResumed(
            **self._envelope(unix_ms),
            cart_id=cart.cart_id,
            from_till_id=self.till_id,
            lines=tuple(cart.lines.values()),
        )

    def _scan(self, line_no: int, product: WireProduct) -> WireLine:
        quantity = self._quantity(product)
        return WireLine(
            line_no=line_no,
            sku=product.sku,
            quantity=quantity,
            unit=product.unit,
            unit_price_minor=product.price_minor,
            amount_minor=line_amount_minor(product, quantity),
        )

    def _quantity(self, product: WireProduct) -> int:
        if product.unit == "gram":
            return int(self._rng.triangular(_GRAMS_MIN, _GRAMS_MAX, _GRAMS_MODE))
        return self._rng.choice(_EACH_CHOICES)

    def _complete(self, cart: _Cart, unix_ms: int) -> AnyWireEvent:
        lines = tuple(cart.lines.values())
        gross_minor = sum(line.amount_minor for line in lines)
        discounts = discounts_of(gross_minor, member=cart.customer_id is not None)
        total_minor = gross_minor + sum(discount.amount_minor for discount in discounts)
        sale = WireCartCompleted(
            **self._envelope(unix_ms),
            cart_id=cart.cart_id,
            receipt_no=cart.cart_id,
            currency=self.site.demand.products[0].currency,
            lines=lines,
            discounts=discounts,
            taxes=taxes_of(lines, total_minor, self._rates),
            tenders=tenders_of(total_minor, self._rng),
            total_minor=total_minor,
            customer_id=cart.customer_id,
            cashier_id=self._cashier_id,
        )
        self._cart = None
        self._receipts.append(sale)
        return sale

    def _take_back(self, unix_ms: int) -> AnyWireEvent:
        at = self._rng.randrange(len(self._receipts))
        sale = self._receipts[at]
        del self._receipts[at]
        bought = self._rng.choice(sale.lines)
        line = self._returned_part(bought)
        gross_minor = sum(line.amount_minor for line in sale.lines)
        return WireGoodsReturned(
            **self._envelope(unix_ms),
            return_id=f"{sale.receipt_no}-return",
            receipt_no=sale.receipt_no,
            lines=(line,),
            # The line's share of what was paid after discounts.
            refund_minor=rounded(line.amount_minor * sale.total_minor, gross_minor or 1),
            restock=line.unit == "each" and self._rng.random() < RESTOCK_CHANCE,
        )

    def _returned_part(self, bought: WireLine) -> WireLine:
        whole = bought.unit == "gram"
        quantity = bought.quantity if whole else self._rng.randint(1, bought.quantity)
        return WireLine(
            line_no=1,
            sku=bought.sku,
            quantity=quantity,
            unit=bought.unit,
            unit_price_minor=bought.unit_price_minor,
            amount_minor=rounded(bought.amount_minor * quantity, bought.quantity),
        )
