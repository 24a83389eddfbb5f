"""What the API answers of documents; what it takes of them is `dashboards.backoffice.asked`."""

from datetime import datetime
from typing import Self

from pydantic import BaseModel, ConfigDict, Field

from dashboards.backoffice.documents import (
    Act,
    Booking,
    Difference,
    GoodsLine,
    Kind,
    State,
    TillMark,
)
from dashboards.backoffice.reading import DocumentTold, UnderWay
from dashboards.board.api.models import Paged
from topics.scalars import Identifier


class DocumentsAsked(Paged):
    """Which documents."""

    location_id: Identifier | None = Field(default=None, description="Of this location.")
    kind: Kind | None = Field(default=None, description="Of this kind.")
    state: State | None = Field(default=None, description="In this state.")


class DocumentAsked(BaseModel):
    """One document, by its id in the path."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    document_id: Identifier


class TransitAsked(BaseModel):
    """Whose transfers."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    location_id: Identifier | None = Field(default=None, description="From or to this location.")


class _Shown(BaseModel):
    model_config = ConfigDict(frozen=True, from_attributes=True)


class ShownLine(_Shown):
    """So much of a product."""

    sku: str
    quantity: int

    @classmethod
    def of(cls, lines: list[GoodsLine]) -> list[Self]:
        """The same of each."""
        return [cls.model_validate(each) for each in lines]


class ShownDifference(_Shown):
    """What was wanted or expected of a product, and what there was."""

    sku: str
    wanted: int
    found: int

    @classmethod
    def of(cls, differences: list[Difference]) -> list[Self]:
        """The same of each."""
        return [cls.model_validate(each) for each in differences]


class ShownMark(_Shown):
    """How far a till was when a count began; ``exact`` where its screen said so."""

    epoch: int
    sequence: int
    exact: bool

    @classmethod
    def of(cls, marks: dict[str, TillMark] | None) -> dict[str, Self] | None:
        """The same of each till."""
        if marks is None:
            return None
        return {till: cls.model_validate(each) for till, each in marks.items()}


class ShownBooking(_Shown):
    """One thing that was done with a document. What others counted is told once a count is
    committed."""

    booking_id: str
    act: Act
    lines: list[ShownLine]
    differences: list[ShownDifference]
    booked_by: str
    booked_at: datetime

    @classmethod
    def of(cls, booking: Booking) -> Self:
        """The same as an answer."""
        return cls.model_validate(booking)


class ShownDocument(_Shown):
    """A document of one location; a transfer is two of one id.

    ``progress`` says in a word how far it is: of a location that books in its own store, "ordered,
    not booked" until that store has booked it. ``found`` is what was done with each product.
    """

    document_id: str
    location_id: str
    kind: Kind
    other_location_id: str | None
    supplier: str | None
    why: str | None
    note: str | None
    state: State
    progress: str
    booked_here: bool
    lines: list[ShownLine]
    found: list[ShownDifference]
    bookings: list[ShownBooking]
    counted_at: datetime | None
    marks: dict[str, ShownMark] | None
    settled_at: datetime | None
    ordered_by: str
    ordered_at: datetime
    version: int

    @classmethod
    def of(cls, told: DocumentTold) -> Self:
        """The same as an answer."""
        document = told.document
        return cls(
            document_id=document.document_id,
            location_id=document.location_id,
            kind=document.kind,
            other_location_id=document.other_location_id,
            supplier=document.supplier,
            why=document.why,
            note=document.note,
            state=document.state,
            progress=told.progress,
            booked_here=told.here,
            lines=ShownLine.of(document.lines),
            found=ShownDifference.of(told.found),
            bookings=[ShownBooking.of(each) for each in told.bookings],
            counted_at=document.counted_at,
            marks=ShownMark.of(document.marks),
            settled_at=document.settled_at,
            ordered_by=document.ordered_by,
            ordered_at=document.ordered_at,
            version=document.version,
        )


class ShownDocuments(_Shown):
    """Documents, the newest first."""

    items: list[ShownDocument]
    next_cursor: str | None = Field(
        description="To be given as `cursor` for the items that follow; null after the last."
    )


class BothSides(_Shown):
    """A document: one item, or of a transfer two, the sender's first."""

    items: list[ShownDocument]


class Answered(_Shown):
    """What came of a request. ``known`` says that it was booked before, and not again now."""

    known: bool
    booking: ShownBooking | None
    items: list[ShownDocument]


class ShownTransit(_Shown):
    """What has left a location by a transfer and has not come to the other."""

    reference: str
    sku: str
    name: str | None
    from_location_id: str | None
    to_location_id: str | None
    quantity: int
    since: datetime

    @classmethod
    def of(cls, under_way: UnderWay) -> Self:
        """The same as an answer."""
        return cls.model_validate(under_way)


class ShownTransits(_Shown):
    """What is in transit, the oldest first; at most a thousand."""

    items: list[ShownTransit]
