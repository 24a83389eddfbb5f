"""The forms in which documents and what was done with them are kept; quantities in base units."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Literal

import msgspec

from topics.changes import MovementReason

Kind = Literal[
    "order", "delivery", "transfer_out", "transfer_in", "count", "adjustment", "vendor_return"
]

State = Literal["open", "booked", "closed"]

Act = Literal["receive", "send", "take_in", "begin", "count", "commit", "settle", "book", "close"]

Why = Literal["damaged", "expired", "stolen", "own_use", "other_loss", "found", "correction"]

LOSSES: frozenset[str] = frozenset({"damaged", "expired", "stolen", "own_use", "other_loss"})
"""Reasons for which something is written off; the other two set the level right."""

Quantities = Mapping[str, int]
"""By SKU."""


class GoodsLine(msgspec.Struct, frozen=True):
    """So much of a product."""

    sku: str
    quantity: int


class Difference(msgspec.Struct, frozen=True):
    """What was wanted, sent or expected of a product, and what there was."""

    sku: str
    wanted: int
    found: int


class TillMark(msgspec.Struct, frozen=True):
    """How far a till was: what it sold up to this number had left the shelf.

    ``exact`` where its screen said so. Else it is how far it had been heard, and of what it sold
    later the till's clock says whether that was before the count.
    """

    epoch: int
    sequence: int
    exact: bool = True


class HeardTill(msgspec.Struct, frozen=True):
    """How far one epoch of a till has been told: up to ``last_sequence`` but for the ranges that
    are ``missing``. ``last_seen`` is when the till spoke last, in any epoch."""

    till_id: str
    epoch: int
    last_sequence: int
    missing: list[list[int]]
    last_seen: datetime | None


class Document(msgspec.Struct, frozen=True, kw_only=True):
    """A row of ``documents``; migration 0038 says what its columns mean."""

    document_id: str
    location_id: str
    kind: Kind
    other_location_id: str | None = None
    supplier: str | None = None
    why: str | None = None
    note: str | None = None
    lines: list[GoodsLine]
    rounds: int = 1
    state: State = "open"
    counted_at: datetime | None = None
    marks: dict[str, TillMark] | None = None
    settled_at: datetime | None = None
    digest: str = ""
    ordered_by: str
    ordered_at: datetime
    version: int = 1

    @property
    def wanted(self) -> dict[str, int]:
        """What is wanted of each product."""
        return quantities(self.lines)


class Booking(msgspec.Struct, frozen=True, kw_only=True):
    """A row of ``document_bookings``: one thing that was done with a document."""

    booking_id: str
    act: Act
    lines: list[GoodsLine]
    differences: list[Difference] = []
    digest: str
    booked_by: str
    booked_at: datetime

    @property
    def quantities(self) -> dict[str, int]:
        """What it says of each product."""
        return quantities(self.lines)


class Movement(msgspec.Struct, frozen=True):
    """One change of stock, as `topics.changes.StockMovement`. ``part`` is appended to the booking's
    id where a booking moves one product twice."""

    sku: str
    quantity: int
    reason: MovementReason
    part: str = ""


class BookingOutcome(msgspec.Struct, frozen=True):
    """What an act comes to: what moves, how the document stands then, and what differs."""

    movements: list[Movement] = []
    state: State = "open"
    differences: list[Difference] = []


def quantities(lines: Iterable[GoodsLine]) -> dict[str, int]:
    """By SKU, added up."""
    found: dict[str, int] = {}
    for line in lines:
        found[line.sku] = found.get(line.sku, 0) + line.quantity
    return found


def lines_of(found: Quantities) -> list[GoodsLine]:
    """The same as lines, by SKU."""
    return [GoodsLine(sku, found[sku]) for sku in sorted(found)]


def differing(wanted: Quantities, found: Quantities) -> list[Difference]:
    """Where the two are not the same."""
    skus = sorted(wanted.keys() | found.keys())
    pairs = [Difference(sku, wanted.get(sku, 0), found.get(sku, 0)) for sku in skus]
    return [each for each in pairs if each.wanted != each.found]


def done(bookings: Iterable[Booking], act: Act) -> dict[str, int]:
    """What one kind of act has come to so far."""
    return quantities(line for each in bookings if each.act == act for line in each.lines)
