"""What single views of the page show: a product, a receipt, a customer, a return, a discount."""

from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from edge.bundle.rows import BundledProduct


class ShownStock(NamedTuple):
    """How much of a product there is at a place, and as of when, in the store's time."""

    place: str
    available: int
    as_of: str
    is_stale: bool


class ShownVariant(NamedTuple):
    """Another size or colour."""

    product: BundledProduct
    price: str
    here: ShownStock | None


@dataclass
class ProductOnPage:
    """What a customer is told of a product. ``stock_state`` says whether the store was asked."""

    product: BundledProduct
    price: str
    offers: list[str]
    recall: str
    variants: list[ShownVariant]
    here: ShownStock | None = None
    elsewhere: list[ShownStock] = field(default_factory=list[ShownStock])
    stock_state: Literal["asked", "told", "away"] = "asked"
    shops_unasked: str = ""
    """Why what the other shops have may have changed since, where nobody could ask them."""


class ShownReceipt(NamedTuple):
    """What was just sold, or a receipt that was looked for: ``found`` says what that is then."""

    receipt_no: str
    total: str
    given: str
    change: str
    lines: list[tuple[str, bool]]
    qr: str
    found: str = ""
    is_copy: bool = False
    """Whether it was printed, so that the next print is a copy."""

    may_print: bool = True
    may_come_back: bool = False
    paper: str = ""
    """The name of a page that waits for the browser."""


class BackLine(NamedTuple):
    """A line of a receipt, and how much of it comes back."""

    line_no: int
    name: str
    bought: int
    unit: str
    came_back: int = 0
    """Before; what is left may still come back."""

    comes_back: int = 0

    @property
    def left(self) -> int:
        """How much may come back now."""
        return max(0, self.bought - self.came_back)


class CartCustomer(NamedTuple):
    """Whose cart it is. ``past`` are numbers of receipts with their dates and sums."""

    customer_id: str
    name: str
    past: list[tuple[str, str]]
    why: str
    """Why no past receipts are told."""


@dataclass
class ReturnOnPage:
    """Goods of a receipt that come back. ``place`` is till, epoch and sequence of a sale that
    another till wrote, in the store ``location_id``."""

    receipt_no: str
    lines: list[BackLine]
    place: tuple[str, int, int] | None = None
    is_store_asked: bool = True
    location_id: str | None = None


class DiscountLine(NamedTuple):
    """A line that a discount may be given on."""

    line_no: int
    name: str
    amount: str


@dataclass
class DiscountOnPage:
    """A discount that is being given; ``line_no`` None is the whole cart."""

    lines: list[DiscountLine]
    line_no: int | None = None
    reason: str = ""
