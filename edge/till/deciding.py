"""What a decision looks at, and what comes of it: events, and how carts stand then. Pure."""

from collections.abc import Callable, Mapping
from datetime import datetime
from http import HTTPStatus
from types import MappingProxyType
from typing import Any, Literal, NamedTuple, Protocol

import msgspec

from edge.till.carts import TillCart
from edge.till.kinds import TillKind
from edge.till.offering import OfferingCatalog
from edge.till.refusals import WhyNot, conflict, refusal, unfit
from edge.till.ruling import CartRules, PricedCart, TablesCatalog, priced
from edge.till.shifts.shift import Shift
from topics.scalars import NUMBER_MAX

CARTS_MAX = 200
"""Open and suspended ones of one till. A busy shop suspends ten a day; without an end, carts that
nobody comes back for fill the memory."""

LINES_MAX = 1_000
"""Of a cart. Each change writes the cart anew, some 100 kB at the end; the largest sales that a
wholesaler knows have a few hundred."""

CART_BYTES_MAX = 384 * 1024
"""Of a cart's lines as JSON. The event that ends it carries all of them with taxes and tenders, and
the journal takes 480 KiB: a cart that may grow beyond could never be paid."""


class _Numbered(Protocol):
    @property
    def catalog_version(self) -> int: ...


class _Sold(Protocol):
    @property
    def sku(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def category(self) -> str: ...
    @property
    def unit(self) -> Literal["each", "gram"]: ...


class _Priced(Protocol):
    @property
    def price_minor(self) -> int: ...


class _Recalled(Protocol):
    @property
    def reason(self) -> str: ...


class _Placed(Protocol):
    @property
    def time_zone(self) -> str: ...


class SellingCatalog(TablesCatalog, OfferingCatalog, Protocol):
    """What a till sells by: `edge.bundle.catalog.TillCatalog`."""

    @property
    def location(self) -> _Placed | None:
        """The store itself."""
        ...

    @property
    def name(self) -> _Numbered:
        """Which version it is."""
        ...

    def product(self, code: str) -> _Sold | None:
        """The product of a SKU or GTIN; None for one that nobody knows."""
        ...

    def price_of(self, sku: str, at: datetime) -> _Priced | None:
        """What it costs, per each or per kilogram."""
        ...

    def recall_of(self, sku: str, lot: str | None, at: datetime) -> _Recalled | None:
        """Why it may not be sold."""
        ...


NOTHING: Mapping[str, Any] = MappingProxyType({})


class Sight(NamedTuple):
    """What a decision looks at. ``new_cart_id`` is free; ``day`` is None before the first day was
    opened."""

    till_id: str
    carts: Mapping[str, TillCart]
    day: str | None
    at_seconds: float
    new_cart_id: str
    catalog_of: Callable[[str], SellingCatalog | None]
    """What a cart sells by: as it was opened with; None before the first catalog."""

    rules_of: Callable[[TillCart], CartRules]
    """The decision tables of a cart: those that counted when it was opened."""

    require_new_carts: Callable[[], None]
    """Raises `Refusal` where no cart may begin."""

    cashier_id: str | None = None
    """Who is signed in."""

    is_unprinted: Callable[[str], bool] = lambda _: False
    """Whether the receipt of that number was never printed."""

    kind: TillKind = "counter"
    """Whether it has a drawer."""

    shift: Shift = Shift()
    """The open one, or what happened since the last one ended."""

    def cart(self, cart_id: str) -> TillCart:
        """The cart of that id; raises `Refusal`."""
        found = self.carts.get(cart_id)
        if found is None:
            words = "This till has no such cart; perhaps it has ended."
            raise refusal(HTTPStatus.NOT_FOUND, WhyNot.NO_SUCH_CART, words)
        return found

    def open_cart(self, cart_id: str) -> TillCart:
        """The cart, which is open; raises `Refusal`."""
        found = self.cart(cart_id)
        if found.status != "open":
            raise conflict(WhyNot.CART_SUSPENDED, "The cart is suspended: resume it first.")
        return found

    def priced(self, cart: TillCart) -> PricedCart:
        """What the cart's tables say of it."""
        return priced(cart, self.rules_of(cart))

    def told(self, cart: TillCart) -> dict[str, Any]:
        """As programs are told of a cart in one line, with what is to be paid for it."""
        return cart.told() | {"due_minor": self.priced(cart).due_minor}


class Decision(NamedTuple):
    """What is to be written and told; ``carts`` are those that changed, None for one that ended."""

    events: list[dict[str, Any]]
    carts: Mapping[str, TillCart | None] = NOTHING
    told: Mapping[str, Any] = NOTHING
    status: int = 200
    day: str | None = None
    state: Mapping[str, bytes | None] = NOTHING
    """Of others, which the journal is to keep with the events."""

    printed: str | None = None
    """The receipt that is printed by it."""


def changed(sight: Sight, cart: TillCart, event_type: str, /, **fields: Any) -> Decision:
    """One event of a cart, which stands so then; raises `Refusal` where it could not be ended."""
    told = sight.told(cart)
    told |= {"line": fields["line"]} if "line" in fields else {}
    return Decision([event_of(cart, event_type, **fields)], {cart.cart_id: _fitting(cart)}, told)


def event_of(cart: TillCart, event_type: str, /, **fields: Any) -> dict[str, Any]:
    """An event of that cart, without what is not known."""
    training = {"training": True} if cart.training else {}
    said = {name: value for name, value in fields.items() if value is not None}
    return {"type": event_type, "cart_id": cart.cart_id, **training, **said}


def _fitting(cart: TillCart) -> TillCart:
    """The cart, which can still be ended; raises `Refusal`."""
    if len(cart.lines) > LINES_MAX or len(msgspec.json.encode(cart)) > CART_BYTES_MAX:
        raise unfit(WhyNot.CART_FULL, "The cart is full: complete it, and open another.")
    if abs(cart.total_minor) > NUMBER_MAX:
        raise unfit(WhyNot.SUMS_DIFFER, f"The cart would come to more than {NUMBER_MAX}.")
    return cart


def require_day(sight: Sight) -> None:
    """Raises `Refusal` before the first day was opened."""
    if sight.day is None:
        raise conflict(WhyNot.DAY_NOT_OPEN, "Open the business day first.")


def require_room(sight: Sight) -> None:
    """Raises `Refusal` where no cart may begin."""
    require_day(sight)
    sight.require_new_carts()
    if len(sight.carts) >= CARTS_MAX:
        words = f"{CARTS_MAX} carts are open or suspended: end some of them."
        raise conflict(WhyNot.TOO_MANY_CARTS, words)


def require_settled(cart: TillCart) -> None:
    """Raises `Refusal` where a terminal may have taken money that nobody knows of."""
    if cart.unsettled:
        words = f"Ask the terminal what became of {', '.join(cart.unsettled)[:300]}, and settle it."
        raise conflict(WhyNot.TENDER_UNSETTLED, words)


def require_no_money(cart: TillCart) -> None:
    """Raises `Refusal` where the cart may not end without a sale."""
    require_settled(cart)
    if cart.captured_minor:
        words = (
            f"{cart.captured_minor} were taken for this cart: complete it, and let the goods come "
            "back where the customer has changed their mind."
        )
        raise conflict(WhyNot.MONEY_WAS_TAKEN, words)
