"""What people keep on pages: products, locations, assortment, and what tills charge by. Pure."""

from dashboards.board.catalog.fields import (
    GTIN_CHARACTERS_MAX,
    ID_CHARACTERS_MAX,
    REFERENCE_CHARACTERS_MAX,
    Field,
    Kind,
)
from dashboards.board.catalog.fields import Row as Row
from dashboards.board.catalog.pricing_kinds import LIMITS, OFFERS, PRICES, RECALLS
from dashboards.board.catalog.rule_kinds import EMPLOYEES, RULE_TABLES
from topics import registry
from topics.changes import AssortmentPolicy, Location, Product

_ID_HINT = "1 to 64 of A-Z a-z 0-9 . _ -, and never changed afterwards"
_BASE_UNIT = "in pieces, or in grams where the product is sold by weight"
_IN_A_PACK = f"what a supplier's pack holds, {_BASE_UNIT}"

_SKU = Field("sku", "SKU", "id", hint=_ID_HINT, characters_max=ID_CHARACTERS_MAX)
_LOCATION_ID = Field("location_id", "Id", "id", hint=_ID_HINT, characters_max=ID_CHARACTERS_MAX)


def _short(name: str, label: str, hint: str = "") -> Field:
    """A short text that may be empty."""
    characters = REFERENCE_CHARACTERS_MAX
    return Field(name, label, "text", needed=False, hint=hint, characters_max=characters)


PRODUCTS = Kind(
    "products",
    "product",
    "Products",
    registry.PRODUCTS.name,
    Product,
    ("sku",),
    (
        _SKU,
        Field("name", "Name", "text"),
        Field("category", "Category", "text", needed=False, nothing=""),
        Field("gtin", "GTIN", "text", needed=False, characters_max=GTIN_CHARACTERS_MAX),
        Field(
            "unit",
            "Sold by",
            "choice",
            choices={"each": "Piece", "gram": "Weight"},
            hint="stock is counted in pieces, or in grams",
        ),
        Field("currency", "Currency", "text", default="EUR", hint="as EUR", characters_max=3),
        Field("price_minor", "Price", "money", hint="for a piece, or for a kilogram"),
        Field("tax_basis_points", "Tax in percent", "percent", default="0", hint="contained in it"),
        _short("style", "Style", hint="what its variants in other colours and sizes share"),
        _short("colour", "Colour"),
        _short("size", "Size"),
        Field("image", "Image", "text", needed=False, hint="name of its picture"),
        Field(
            "replaces_sku",
            "Replaces",
            "id",
            needed=False,
            hint="the SKU that it comes in place of",
            characters_max=ID_CHARACTERS_MAX,
        ),
        _short("supplier", "Supplier"),
        Field("pack_size", "Pack size", "count", needed=False, hint=_IN_A_PACK),
        Field("cost_minor", "Cost", "money", needed=False, hint="of a piece, or of a kilogram"),
    ),
)

LOCATIONS = Kind(
    "locations",
    "location",
    "Locations",
    registry.LOCATIONS.name,
    Location,
    ("location_id",),
    (
        _LOCATION_ID,
        Field("name", "Name", "text"),
        Field(
            "kind",
            "Kind",
            "choice",
            choices={"shop": "Shop", "warehouse": "Warehouse", "online": "Online"},
        ),
        Field("time_zone", "Time zone", "zone", default="UTC", hint="as Europe/Berlin"),
        Field("region", "Region", "text", needed=False),
    ),
)

ASSORTMENT = Kind(
    "assortment",
    "assortment row",
    "Assortment",
    registry.ASSORTMENT.name,
    AssortmentPolicy,
    ("location_id", "sku"),
    (
        Field(
            "location_id",
            "Location",
            "id",
            hint="the id of the location",
            characters_max=ID_CHARACTERS_MAX,
        ),
        Field("sku", "SKU", "id", hint="of the product", characters_max=ID_CHARACTERS_MAX),
        Field("listed", "Sold there", "yes", default="yes"),
        Field("reorder_point", "Reorder point", "count", default="0", hint=_BASE_UNIT),
        Field("order_up_to", "Order up to", "count", default="0", hint=_BASE_UNIT),
        Field(
            "hysteresis",
            "Clears above reorder point",
            "count",
            needed=False,
            hint="how far above it an alert clears; empty for the usual",
        ),
    ),
)

KINDS = {
    kind.name: kind
    for kind in (
        *(PRODUCTS, LOCATIONS, ASSORTMENT),
        *(PRICES, OFFERS, LIMITS, RECALLS, RULE_TABLES, EMPLOYEES),
    )
}
