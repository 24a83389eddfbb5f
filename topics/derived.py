"""What Tillstream says: absolute states, never increments.

``version`` grows by at least one with every change of a key and never goes back; a reader
ignores a version that it has passed. It is built from the offsets of the inputs that made the
value, so a rebuild from the first offset arrives at the same number.
"""

from typing import Literal

from topics.events import Contract
from topics.scalars import (
    BusinessDate,
    Count,
    Identifier,
    Signed,
    TenderKind,
    UtcTime,
)


class StockLevel(Contract):
    """Stock of one SKU at one location, in the base unit. ``available`` = on hand - in carts.

    ``on_hand`` may be negative: a sale happened before its delivery was booked.
    """

    location_id: Identifier
    sku: Identifier
    on_hand: Signed
    in_carts: Signed
    available: Signed
    version: Count
    as_of: UtcTime


class CheckoutTotals(Contract):
    """Totals of a location, or of one of its tills, on one business date.

    ``receipts``, ``units`` and ``gross_minor`` count what was sold; ``returns``,
    ``returned_units`` and ``refund_minor`` what came back; ``net_sales_minor`` is the sum of
    receipt totals minus refunds. ``units`` adds base units, so a gram counts as one.
    """

    location_id: Identifier
    till_id: Identifier | None
    business_date: BusinessDate
    receipts: Count
    returns: Count
    units: Count
    returned_units: Count
    gross_minor: Signed
    discount_minor: Signed
    tax_minor: Signed
    refund_minor: Count
    net_sales_minor: Signed
    tenders: dict[TenderKind, Signed]
    open_carts: Count
    discrepancies: Count
    version: Count
    as_of: UtcTime


AlertReason = Literal["below_reorder_point", "out_of_stock", "negative_stock"]


class RestockAlert(Contract):
    """An alert's current state: one ``raised`` per crossing, until it is ``cleared``.

    A new reason within a raised alert keeps ``raised_at``: it is the same alert.
    """

    location_id: Identifier
    sku: Identifier
    state: Literal["raised", "cleared"]
    reason: AlertReason
    on_hand: Signed
    reorder_point: Count | None
    suggested_quantity: Count
    raised_at: UtcTime
    cleared_at: UtcTime | None = None
    version: Count


class TillStatus(Contract):
    """What has been heard of a till in its newest epoch.

    ``missing`` lists the [first, last] ranges of sequences below ``last_sequence`` that have
    not arrived.
    """

    location_id: Identifier
    till_id: Identifier
    epoch: Count
    last_sequence: Count
    missing: tuple[tuple[int, int], ...]
    duplicates: Count
    last_seen: UtcTime
    version: Count
