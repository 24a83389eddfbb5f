"""Returns that no receipt explains, as the centre keeps them and shows them."""

from datetime import datetime
from typing import Any, Literal

import msgspec

DisputeReason = Literal["unknown_receipt", "beyond_purchase", "beyond_payment"]

WHY: dict[DisputeReason, str] = {
    "unknown_receipt": "nobody has sold under this number",
    "beyond_purchase": "more came back than was bought",
    "beyond_payment": "more was paid back than was paid",
}
"""What each means, for people."""


class DisputedReturn(msgspec.Struct, frozen=True):
    """Returns of one receipt. ``location_id`` is whose receipt it is, '' where nobody or several
    have one of the number. ``sales`` and ``returns`` are the first of so many; times in them are
    RFC 3339, money is in minor units."""

    receipt_no: str
    location_id: str
    reason: DisputeReason
    due_at: datetime
    beyond: list[dict[str, Any]]
    paid_minor: int
    refunded_minor: int
    sales_count: int
    sales: list[dict[str, Any]]
    returns_count: int
    returns: list[dict[str, Any]]
