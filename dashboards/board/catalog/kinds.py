"""What is kept: three kinds of rows, and the fields of each as a form shows them. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import BaseModel

from topics import registry
from topics.changes import AssortmentPolicy, Location, Product

FieldType = Literal["id", "text", "choice", "money", "percent", "count", "yes", "zone"]
"""How a field is typed: ``money`` in the currency's own units, ``percent`` for basis points."""

TEXT_CHARACTERS_MAX = 1024
"""As the tables have it: a row must fit a message."""

GTIN_CHARACTERS_MAX = 64

REFERENCE_CHARACTERS_MAX = 128
"""Of a style, a supplier, and what else is named elsewhere."""

Row = dict[str, Any]
"""A row by column, as its model and its table have it."""


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a form; ``needed`` ones must not be empty, ``hint`` says what is meant."""

    name: str
    label: str
    type: FieldType
    needed: bool = True
    hint: str = ""
    choices: Mapping[str, str] | None = None
    default: str = ""
    characters_max: int = TEXT_CHARACTERS_MAX


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of row; ``key`` are the fields that name it and never change."""

    name: str
    one: str
    title: str
    topic: str
    model: type[BaseModel]
    key: tuple[str, ...]
    fields: tuple[Field, ...]

    def key_of(self, row: Row) -> str:
        """The row's name within its kind: its id, or ``location/sku``."""
        return "/".join(str(row[name]) for name in self.key)

    def key_values(self, key: str) -> Row:
        """The fields of a name; see `key_of`."""
        return dict(zip(self.key, key.split("/"), strict=True))

    def columns(self) -> list[str]:
        """The columns of its table, which are the contract's."""
        return [field.name for field in self.fields]

    def field(self, name: str) -> Field:
        """The field of that name."""
        return next(field for field in self.fields if field.name == name)


_ID_HINT = "1 to 64 of A-Z a-z 0-9 . _ -, and never changed afterwards"
_BASE_UNIT = "in pieces, or in grams where the product is sold by weight"
_IN_A_PACK = f"what a supplier's pack holds, {_BASE_UNIT}"

_SKU = Field("sku", "SKU", "id", hint=_ID_HINT, characters_max=64)
_LOCATION_ID = Field("location_id", "Id", "id", hint=_ID_HINT, characters_max=64)


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
        Field("category", "Category", "text", needed=False),
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
            characters_max=64,
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
        Field("location_id", "Location", "id", hint="the id of the location", characters_max=64),
        Field("sku", "SKU", "id", hint="of the product", characters_max=64),
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

KINDS = {kind.name: kind for kind in (PRODUCTS, LOCATIONS, ASSORTMENT)}
