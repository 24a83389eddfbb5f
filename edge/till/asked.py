"""What programs may ask of the till, each as it comes in a body. What a contract says of a value is
checked here, so that nothing reaches the journal that nobody could read."""

from datetime import date
from typing import Annotated, Literal

import msgspec

from edge.till.ages import YEARS_MAX
from edge.till.carts import Outcome
from topics import scalars as s
from topics.wire_parts import WireDiscount, WireLine, WireTax, WireTender

INPUT_LENGTH_MAX = 4_096
"""Characters of the field. What is longer is not even read."""

Authorization = dict[s.Reference, s.Reference | s.Amount]
"""By whose leave: ``mode``, ``bundle_version``, ``age_seconds``, ``approver``."""


class Asked(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What every request may carry. A member with a misspelt name is refused."""

    auth: Authorization | None = None


class AskedDay(Asked, frozen=True, kw_only=True):
    """Open a business day."""

    business_date: date


class AskedCart(Asked, frozen=True, kw_only=True):
    """Open a cart."""

    cashier_id: s.Reference | None = None
    customer_id: s.Reference | None = None
    training: bool = False


class AskedLine(Asked, frozen=True, kw_only=True):
    """Add a line. ``sku`` may be a GTIN that the catalog knows; without a price or a unit the line
    has the catalog's, and without an amount it is quantity times price."""

    sku: s.Identifier
    quantity: s.Quantity = 1
    unit: s.Unit | None = None
    unit_price_minor: s.Number | None = None
    amount_minor: s.Amount | None = None
    lot: s.Reference | None = None
    expires_on: date | None = None
    serial: s.Reference | None = None


class AskedInput(Asked, frozen=True, kw_only=True):
    """Do what stands in the field; ``is_scan`` where the keys came faster than fingers are."""

    text: Annotated[str, msgspec.Meta(max_length=INPUT_LENGTH_MAX)]
    is_scan: bool = False


class AskedVoid(Asked, frozen=True, kw_only=True):
    """Take a line out."""

    line_no: s.Number


class AskedDiscount(Asked, frozen=True, kw_only=True):
    """Give a discount by hand: either ``percent`` or ``amount_minor`` off the line, or off the cart
    where no line is named. The reason stands on the receipt."""

    line_no: s.Number | None = None
    percent: Annotated[int, msgspec.Meta(ge=1, le=100)] | None = None
    amount_minor: Annotated[int, msgspec.Meta(ge=1, le=s.NUMBER_MAX)] | None = None
    reason: Annotated[str, msgspec.Meta(pattern=r"^[^/\x00-\x1f]{1,64}\Z")]


class AskedBackDiscount(Asked, frozen=True, kw_only=True):
    """Take a discount back that was given by hand."""

    discount_no: s.Number


class AskedStep(Asked, frozen=True, kw_only=True):
    """Suspend, resume or abandon a cart of this till."""


class AskedTakeOver(Asked, frozen=True, kw_only=True):
    """Go on here with a cart that was suspended at another till. Without ``lines`` the gateway
    gives it, to one till alone; with them a program has brought the cart along."""

    cart_id: s.Reference
    from_till_id: s.Identifier
    lines: tuple[WireLine, ...] | None = None
    cashier_id: s.Reference | None = None
    customer_id: s.Reference | None = None
    training: bool = False


class AskedCompletion(Asked, frozen=True, kw_only=True):
    """End a cart as a sale. ``discounts`` are those that somebody gave by hand; the till itself
    adds what its decision tables say. With ``cash_given_minor``, what the customer hands over, the
    till adds what its terminals have taken, has the rest in cash, and tells the change; ``tenders``
    are then vouchers and the like alone."""

    currency: s.Currency
    tenders: tuple[WireTender, ...] = ()
    cash_given_minor: Annotated[int, msgspec.Meta(ge=0, le=s.NUMBER_MAX)] | None = None
    discounts: tuple[WireDiscount, ...] = ()
    taxes: tuple[WireTax, ...] = ()
    cashier_id: s.Reference | None = None
    customer_id: s.Reference | None = None


class AskedCard(Asked, frozen=True, kw_only=True):
    """Take money at the till's own terminal; without an amount all that is not paid by card yet."""

    amount_minor: s.Amount | None = None


class AskedAnswer(Asked, frozen=True, kw_only=True):
    """Say what a check found that a table's row asks for, as the cart tells it."""

    rule: s.Reference
    line_no: s.Number | None = None
    outcome: Literal["confirmed", "refused"]
    cashier_id: s.Reference | None = None


class AskedCustomer(Asked, frozen=True, kw_only=True):
    """Note whose cart it is; null for nobody's."""

    customer_id: s.Reference | None


class AskedTender(Asked, frozen=True, kw_only=True):
    """Note that a terminal is about to be asked."""

    tender_id: s.Reference
    kind: s.TenderKind
    amount_minor: s.Amount


class AskedSettlement(Asked, frozen=True, kw_only=True):
    """Note what the terminal said."""

    tender_id: s.Reference
    outcome: Outcome


class AskedAge(Asked, frozen=True, kw_only=True):
    """Check whether a customer is old enough, by date of birth; without one, ``is_admitted`` false
    refuses who shows none. The date is looked at and not kept."""

    years: Annotated[int, msgspec.Meta(ge=0, le=YEARS_MAX)]
    cashier_id: s.Reference
    born_on: date | None = None
    is_admitted: bool | None = None
    reason: Annotated[str, msgspec.Meta(max_length=s.TEXT_LENGTH_MAX)] = ""


class AskedReturnLine(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """So much of the receipt's line comes back."""

    line_no: s.Number
    quantity: s.Ordinal


class AskedReceiptReturn(Asked, frozen=True, kw_only=True):
    """Take goods of a receipt back. ``authorization`` is an employee's at the gateway, without it
    that of who is signed in: with one the store is asked, with none only what this till itself sold
    can come back. ``till_id``, ``epoch`` and ``sequence`` say which of several receipts with one
    number is meant, ``location_id`` which store's."""

    lines: Annotated[tuple[AskedReturnLine, ...], msgspec.Meta(min_length=1, max_length=1_000)]
    restock: bool
    cashier_id: s.Reference
    authorization: s.Reference | None = None
    training: bool = False
    till_id: s.Identifier | None = None
    epoch: s.Epoch | None = None
    sequence: s.Ordinal | None = None
    location_id: s.Identifier | None = None


class AskedShift(Asked, frozen=True, kw_only=True):
    """A cashier begins, with so much in the drawer."""

    cashier_id: s.Reference
    float_minor: s.Number


class AskedCash(Asked, frozen=True, kw_only=True):
    """Cash is put in, or with an amount below nothing taken out, as a drop is."""

    cashier_id: s.Reference
    amount_minor: s.Amount
    reason: s.Reference


class AskedCount(Asked, frozen=True, kw_only=True):
    """The drawer was counted: pieces by denomination in minor units, ``{"2000": 3}``."""

    cashier_id: s.Reference
    counted: dict[s.Reference, s.Number]


class AskedEnd(Asked, frozen=True, kw_only=True):
    """The shift ends by its last count."""

    cashier_id: s.Reference


class AskedDrawer(Asked, frozen=True, kw_only=True):
    """Somebody opens the drawer, and says why."""

    cashier_id: s.Reference
    reason: s.Reference


class AskedPrint(Asked, frozen=True, kw_only=True):
    """Print a receipt: as bytes of that form, or at the till's own ``printer``. ``chinese``
    printers take GB18030."""

    form: Literal["pdf", "escpos", "lines", "printer"]
    columns: Literal[42, 48] = 42
    chinese: bool = False
    cashier_id: s.Reference | None = None


class AskedReturn(Asked, frozen=True, kw_only=True):
    """Take goods back."""

    receipt_no: s.Reference
    lines: tuple[WireLine, ...]
    refund_minor: s.Number
    restock: bool
    cashier_id: s.Reference | None = None
    training: bool = False
