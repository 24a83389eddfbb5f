"""What Tillstream says: absolute states, never increments.

``version`` grows by at least one with every change of a key and never goes back; a reader
ignores a version that it has passed. It is ``generation * 2**44`` plus what the offsets of the
inputs that made the value add up to: state that is rebuilt gets the next generation, so that what
a corrected rule says reaches every reader.
"""

from typing import Literal, Self

from pydantic import model_validator

from topics.events import Contract
from topics.quick_checks import require_whole
from topics.scalars import (
    BusinessDate,
    Count,
    Epoch,
    Hash,
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
    receipt totals minus refunds. ``units`` are pieces: quantities of lines by the piece, and one
    for each weighed line, whose weight ``weight_grams`` adds up.
    """

    location_id: Identifier
    till_id: Identifier | None
    business_date: BusinessDate
    receipts: Count
    returns: Count
    units: Count
    weight_grams: Count
    returned_units: Count
    returned_weight_grams: Count
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


Ranges = tuple[tuple[Count, Count], ...]
"""Sequence numbers as [first, last]."""


class OlderEpoch(Contract):
    """An epoch before a till's newest that still takes late events."""

    epoch: Epoch
    last_sequence: Count
    missing: Ranges


class TillStatus(Contract):
    """What has been heard of a till; figures of its newest epoch where nothing else is said.

    ``last_sequence`` is the highest seen, ``last_hash`` that event's in the till's journal.
    ``missing`` lists the [first, last] ranges below it that have not arrived, the lowest 1,000;
    ``missing_count`` is how many numbers all of them are. ``older`` are epochs before it that are
    open, the newest 1,000, with the lowest 1,000 of their ranges in all. Over all open epochs:
    ``quarantined`` (numbers that came and could not be read), and as long as the till is known
    ``duplicates``, ``forks`` (numbers that came with two contents) and ``unlisted``.
    """

    location_id: Identifier
    till_id: Identifier
    epoch: Epoch
    last_sequence: Count
    last_hash: Hash | None = None
    missing: Ranges
    missing_count: Count
    older: tuple[OlderEpoch, ...]
    quarantined: Count
    duplicates: Count
    forks: Count
    unlisted: Count
    last_seen: UtcTime
    version: Count


class ProductStock(Contract):
    """Stock of one SKU over all locations, in the base unit; each location as it last said.

    ``locations_stocked`` have some on hand, ``locations_empty`` have a level and nothing on hand.
    How fresh each location is, its tills' status says. ``as_of`` is that of the newest level.
    """

    sku: Identifier
    on_hand: Signed
    in_carts: Signed
    available: Signed
    locations_stocked: Count
    locations_empty: Count
    version: Count
    as_of: UtcTime


class LevelOfProduct(Contract):
    """A level on its way to where its SKU is added up: from one agent to another.

    Figures are null where the level is gone. ``offset`` is the level's own: of two from one
    location the higher one is the newer, however often and in whatever order they come; unless its
    ``version`` is lower: then a generation said it that had its day.
    """

    sku: Identifier
    location_id: Identifier
    on_hand: Signed | None
    in_carts: Signed | None
    as_of: UtcTime | None
    offset: Count
    version: Count | None = None

    @model_validator(mode="after")
    def _figures_are_all_there_or_all_gone(self) -> Self:
        require_whole(self.on_hand, self.in_carts, self.as_of)
        return self
