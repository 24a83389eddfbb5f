"""What the pages of a till show, as one value: changed by `stage`, drawn by `drawing`."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Literal, NamedTuple

from edge.bundle.rows import BundledProduct
from edge.till.carts import TillCart
from edge.till.page.people import ShownEmployee
from edge.till.page.shown import (
    CartCustomer,
    DiscountOnPage,
    ProductOnPage,
    ReturnOnPage,
    ShownReceipt,
)
from edge.till.ruling import PricedCart
from edge.till.store_carts.asking import WaitingElsewhere

Tone = Literal["plain", "good", "bad"]


class PageView(StrEnum):
    """What fills the page."""

    START = "start"
    PRODUCT = "product"
    FOUND = "found"
    CART = "cart"
    WAITING = "waiting"
    """Carts that wait."""

    RECEIPT = "receipt"
    DRAWER = "drawer"
    RETURN = "return"
    LOOKUP = "lookup"
    """A receipt is looked for."""

    CUSTOMER = "customer"
    SEARCH = "search"
    """Letters for fingers: an employee looks for a product that has no code."""

    DISCOUNT = "discount"
    APPROVAL = "approval"
    """What was asked needs somebody else's card and PIN."""

    LOCKED = "locked"
    """A card that is locked here, and who may end that."""


class PageInput(NamedTuple):
    """An input as it was heard."""

    key: str
    kind: Literal["typed", "scan", "button"]
    text: str


class PageWord(NamedTuple):
    """What the page says to the last input."""

    tone: Tone = "plain"
    text: str = ""
    more: str = ""


NOTHING_SAID = PageWord()


class NeededApproval(NamedTuple):
    """What was refused to the cashier, and is done once somebody else has agreed."""

    words: str
    again: PageInput
    cart: TillCart | None
    """As it was when the words were said: whoever agrees has seen no other."""

    back_to: PageView


@dataclass
class PageScene:
    """All of it."""

    view: PageView = PageView.START
    said: PageWord = NOTHING_SAID
    person: ShownEmployee | None = None
    asked_of: ShownEmployee | None = None
    """Whose PIN the field takes."""

    cart: TillCart | None = None
    sale: PricedCart | None = None
    """The cart that is shown, with what its tables say of it."""

    waiting: list[TillCart] = field(default_factory=list[TillCart])
    elsewhere: tuple[WaitingElsewhere, ...] = ()
    """Carts that wait at the store's other tills."""

    elsewhere_state: Literal["asked", "told", "away"] = "asked"
    customer: CartCustomer | None = None
    recent: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    """Numbers of the last receipts of this till with time and amount, while one is looked for."""

    several: list[str] = field(default_factory=list[str])
    """Receipts with one number, of which one is to be chosen."""

    day: str | None = None
    today: str = ""
    trains: bool = False
    """Whether the employee has chosen training, which no cart changes."""

    sold: tuple[str, bool] | None = None
    """The last sale's receipt number, and whether it was training."""

    age_years: int | None = None
    """Of an age that is checked: the field takes a date of birth."""

    is_leaving: bool = False
    """Whether to abandon the cart is asked."""

    product: ProductOnPage | None = None
    has_answered: bool = False
    """Whether the store's question was answered, which is asked once then."""

    found: list[BundledProduct] = field(default_factory=list[BundledProduct])
    receipt: ShownReceipt | None = None
    back: ReturnOnPage | None = None
    discount: DiscountOnPage | None = None
    approval: NeededApproval | None = None
    approver: ShownEmployee | None = None
    """Who is about to agree: the field takes their PIN."""

    locked: ShownEmployee | None = None
    is_opening: bool = False
    """Whether it is asked why the drawer opens."""

    shift: dict[str, Any] = field(default_factory=dict[str, Any])
    """The shift that is open, as much as is told of it before the count."""

    counted: dict[str, int] = field(default_factory=dict[str, int])
    """Pieces by value in minor units, while the drawer is counted."""

    report: list[tuple[str, str]] = field(default_factory=list[tuple[str, str]])
    """Of the shift that has just ended."""

    is_ending: bool = False
    """Whether the page says that it will start over soon."""

    standing: dict[str, Any] = field(default_factory=dict[str, Any])
    """How the till stands, as programs are told."""

    def ask_approval(self, words: str, again: PageInput) -> None:
        """Hold what was refused until somebody else has agreed."""
        self.approval = NeededApproval(words, again, self.cart, self.view)
        self.view, self.approver = PageView.APPROVAL, None

    @property
    def shown_customer(self) -> CartCustomer | None:
        """The cart's; None where it has none, or is nobody's whose card was read here."""
        cart, customer = self.cart, self.customer
        if cart is None or customer is None or cart.customer_id != customer.customer_id:
            return None
        return customer

    @property
    def training(self) -> bool:
        """Whether what is shown counts nowhere: a cart is what it began as, whatever is chosen."""
        if self.view is PageView.RECEIPT and self.sold and self.receipt:
            receipt_no, was_training = self.sold
            if self.receipt.receipt_no == receipt_no:
                return was_training
        return self.trains if self.cart is None else self.cart.training

    @property
    def takes_pin(self) -> bool:
        """Whether the field takes a PIN, which nobody may read."""
        return self.asked_of is not None or self.approver is not None

    @property
    def is_checkout(self) -> bool:
        """Whether an employee sells."""
        return self.person is not None

    @property
    def cashier_id(self) -> str:
        """Who sells; empty where nobody does."""
        return self.person.employee_id if self.person else ""
