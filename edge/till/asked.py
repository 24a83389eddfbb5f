"""What programs may ask of the till, each as it comes in a body. What a contract says of a value is
checked here, so that nothing reaches the journal that nobody could read."""

from datetime import date
from typing import Literal

import msgspec

from edge.till.carts import Outcome
from topics import scalars as s
from topics.wire_parts import WireDiscount, WireLine, WireTax, WireTender

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


class AskedVoid(Asked, frozen=True, kw_only=True):
    """Take a line out."""

    line_no: s.Number


class AskedStep(Asked, frozen=True, kw_only=True):
    """Suspend, resume or abandon a cart of this till."""


class AskedTakeOver(Asked, frozen=True, kw_only=True):
    """Go on here with a cart that was suspended at another till."""

    cart_id: s.Reference
    from_till_id: s.Identifier
    lines: tuple[WireLine, ...]
    cashier_id: s.Reference | None = None
    customer_id: s.Reference | None = None
    training: bool = False


class AskedCompletion(Asked, frozen=True, kw_only=True):
    """End a cart as a sale. ``discounts`` are those that somebody gave by hand; the till itself
    adds what its decision tables say."""

    currency: s.Currency
    tenders: tuple[WireTender, ...]
    discounts: tuple[WireDiscount, ...] = ()
    taxes: tuple[WireTax, ...] = ()
    cashier_id: s.Reference | None = None
    customer_id: s.Reference | None = None


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


class AskedReturn(Asked, frozen=True, kw_only=True):
    """Take goods back."""

    receipt_no: s.Reference
    lines: tuple[WireLine, ...]
    refund_minor: s.Number
    restock: bool
    cashier_id: s.Reference | None = None
    training: bool = False
