"""What holds at a time and a place: prices, offers and their limit, recalls. Pure."""

from dataclasses import replace

from dashboards.board.catalog.fields import (
    ID_CHARACTERS_MAX,
    REFERENCE_CHARACTERS_MAX,
    Field,
    Kind,
)
from topics import registry
from topics.pricing import BusinessLimit, Offer, Price, Recall

_IN_UTC = "in UTC, as 2026-12-01 08:00"
_UNTIL = "from then on it holds no more; empty for good"


def _made(name: str) -> Field:
    """An id that nobody types."""
    return Field(name, "Id", "id", characters_max=ID_CHARACTERS_MAX, is_made=True)


def _id(name: str, label: str, hint: str, *, needed: bool = True) -> Field:
    return Field(name, label, "id", needed, hint, characters_max=ID_CHARACTERS_MAX)


_SKU = _id("sku", "SKU", "of the product")
_FROM = Field("valid_from", "From", "moment", hint=_IN_UTC)
_TO = Field("valid_to", "Until before", "moment", needed=False, hint=_UNTIL)

PRICES = Kind(
    "prices",
    "price",
    "Prices",
    registry.PRICES.name,
    Price,
    ("price_id",),
    (
        _made("price_id"),
        _SKU,
        _id("location_id", "Location", "where it holds; empty for everywhere", needed=False),
        Field("currency", "Currency", "text", default="EUR", hint="as EUR", characters_max=3),
        Field("price_minor", "Price", "money", hint="for a piece, or for a kilogram"),
        _FROM,
        _TO,
    ),
)

OFFERS = Kind(
    "offers",
    "offer",
    "Offers",
    registry.OFFERS.name,
    Offer,
    ("offer_id",),
    (
        _made("offer_id"),
        _id("location_id", "Location", "whose offer it is"),
        _id("sku", "SKU", "of a product; or a category below", needed=False),
        Field("category", "Category", "text", needed=False, hint="of all products that are off"),
        Field("percent", "Percent off", "count", needed=False, hint="or a price below"),
        Field(
            "price_minor",
            "Price in minor units",
            "count",
            needed=False,
            hint="of the product's currency, as 199 for 1.99",
        ),
        _FROM,
        replace(_TO, needed=True, hint=_IN_UTC),
    ),
)

LIMITS = Kind(
    "limits",
    "limit",
    "Limits",
    None,
    BusinessLimit,
    ("name",),
    (
        _id("name", "Limit", "offer_percent_max: percent that an offer may take off"),
        Field("amount", "Amount", "count"),
    ),
    table="business_limits",
    acts=frozenset({"change"}),
    needed="operator",
)

RECALLS = Kind(
    "recalls",
    "recall",
    "Recalls",
    registry.RECALLS.name,
    Recall,
    ("recall_id",),
    (
        _made("recall_id"),
        _SKU,
        Field(
            "lot",
            "Lot",
            "text",
            needed=False,
            hint="empty for all lots",
            characters_max=REFERENCE_CHARACTERS_MAX,
        ),
        Field("reason", "Reason", "text"),
        _FROM,
        _TO,
    ),
)
