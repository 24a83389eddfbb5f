"""Sales and returns of one receipt number, as far as they matter for whether goods may come back.

Money is in minor units, quantities are in the line's unit; ``occurred_at`` is RFC 3339 in UTC, by
the till's clock.
"""

from datetime import datetime
from typing import NamedTuple


class Goods(NamedTuple):
    """A line of a sale or of a return."""

    line_no: int
    sku: str
    unit: str
    quantity: int


class Sold(NamedTuple):
    """A sale. ``goods`` is None where there are more lines than anybody looks at."""

    location_id: str
    till_id: str
    epoch: int
    sequence: int
    occurred_at: str
    cashier_id: str | None
    currency: str | None
    total_minor: int
    goods: tuple[Goods, ...] | None


class Returned(NamedTuple):
    """Goods that came back. ``receipt_location_id`` is where the till knew that they were sold,
    None where it said nothing of that; ``received_at`` is when the centre had the event."""

    location_id: str
    till_id: str
    epoch: int
    sequence: int
    occurred_at: str
    cashier_id: str | None
    received_at: datetime
    return_id: str
    verified: str | None
    receipt_location_id: str | None
    refund_minor: int
    goods: tuple[Goods, ...] | None


class ReceiptCase(NamedTuple):
    """All that is known under one receipt number, or of it at one location."""

    receipt_no: str
    sales: list[Sold]
    returns: list[Returned]
