"""What holds at a time and a place: prices, a store's own offers, recalls. Rows of the database.

A row that is deleted says so in ``__deleted`` and is a value, for its key is not its name: a topic
by SKU has many prices of one SKU. ``__source_ts_ms`` is as in `topics.changes.AssortmentPolicy`.
"""

from datetime import datetime
from typing import Annotated, Literal, Self

from pydantic import ConfigDict, Field, model_validator

from topics.events import Contract
from topics.scalars import Count, Currency, Identifier, Number, Reference, Text, UtcTime

Percent = Annotated[int, Field(ge=1, le=100)]


class _MarkedWhenDeleted(Contract):
    model_config = ConfigDict(validate_by_name=True)

    deleted: Literal["true", "false"] = Field("false", alias="__deleted")
    changed_ms: Count | None = Field(None, alias="__source_ts_ms")


class BusinessLimit(Contract):
    """A limit that the centre sets, such as how many percent an offer may take off."""

    name: Identifier
    amount: Number


class Price(_MarkedWhenDeleted):
    """What a product costs, per each or per kilogram, everywhere or at one location.

    It holds from ``valid_from`` until before ``valid_to``, or for good. Of several that hold, one
    of the location counts before one of everywhere, and then the one that began last; where none
    holds, the product's own does.
    """

    sku: Identifier
    location_id: Identifier | None = None
    price_minor: Number
    currency: Currency
    valid_from: UtcTime
    valid_to: UtcTime | None = None
    price_id: Identifier

    @model_validator(mode="after")
    def _holds(self) -> Self:
        _require_time(self.valid_from, self.valid_to)
        return self


class Offer(_MarkedWhenDeleted):
    """A location's own offer, within the centre's limit: off a product or a category.

    It takes off ``percent``, or sells at ``price_minor`` in the product's currency, from
    ``valid_from`` until before ``valid_to``.
    """

    offer_id: Identifier
    location_id: Identifier
    sku: Identifier | None = None
    category: Text | None = None
    percent: Percent | None = None
    price_minor: Number | None = None
    valid_from: UtcTime
    valid_to: UtcTime

    @model_validator(mode="after")
    def _is_one_thing(self) -> Self:
        _require_time(self.valid_from, self.valid_to)
        if (self.sku is None) == (self.category is None):
            raise ValueError("an offer is of a product or of a category")
        if (self.percent is None) == (self.price_minor is None):
            raise ValueError("an offer takes off a percentage or gives a price")
        if self.price_minor is not None and self.sku is None:
            raise ValueError("an offer with a price is of a product")
        return self


class Recall(_MarkedWhenDeleted):
    """A product that may not be sold, or one ``lot`` of it."""

    sku: Identifier
    lot: Reference | None = None
    reason: Text
    valid_from: UtcTime
    valid_to: UtcTime | None = None
    recall_id: Identifier

    @model_validator(mode="after")
    def _holds(self) -> Self:
        _require_time(self.valid_from, self.valid_to)
        return self


def _require_time(begin: datetime, end: datetime | None) -> None:
    if end is not None and end <= begin:
        raise ValueError("it would end before it begins")
