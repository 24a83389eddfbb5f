"""What comes of a text in the field: one of these."""

from datetime import date
from enum import Enum
from typing import NamedTuple


class ScannedItem(NamedTuple):
    """A product, by a code that the catalog is asked for, and what its label says of this piece."""

    code: str
    """A GTIN as it was scanned, or a SKU or PLU as it was typed; of a weighed label its number with
    the measure set to zeros."""

    is_gtin: bool = False
    lot: str | None = None
    serial: str | None = None
    expires_on: date | None = None
    """The last day on which it may be sold."""

    weight_grams: int | None = None
    amount_minor: int | None = None
    """What the label asks for this piece, whatever the catalog says of a kilogram."""

    pieces: int | None = None


class QuantityEntered(NamedTuple):
    """The next scan counts so many times."""

    quantity: int


class PriceEntered(NamedTuple):
    """The next scan costs so much for each, in minor units."""

    price_minor: int


class PriceAsked(NamedTuple):
    """What does it cost? Nothing joins the cart."""

    item: ScannedItem


class Manyfold(NamedTuple):
    """A quantity and what it is of, in one text."""

    quantity: int
    item: ScannedItem


class VoidAsked(NamedTuple):
    """Take a line out; the last one where no number is said."""

    line_no: int | None = None


class SuspendAsked(NamedTuple):
    """Let the cart wait."""


class PayAsked(NamedTuple):
    """Pay; exactly what is due where no amount in minor units is said."""

    amount_minor: int | None = None


class Unread(Enum):
    """Why a text is nothing that the field takes."""

    EMPTY = "empty"
    TOO_LONG = "too_long"
    WRONG_CHECK_DIGIT = "wrong_check_digit"
    WRONG_VERIFIER = "wrong_verifier"
    WRONG_LENGTH = "wrong_length"
    """Digits were lost, or two codes ran into each other."""

    NO_PRODUCT = "no_product"
    """It is well formed, and names no product: a pallet, a coupon, an address."""

    WRONG_DATE = "wrong_date"
    WRONG_VALUE = "wrong_value"
    UNKNOWN_FORM = "unknown_form"


class NotRead(NamedTuple):
    """The text is none of these; the next one is read as if it had never come."""

    why: Unread


class CannotBeRead(Exception):
    """Ends the reading of a text within this folder; `field.read` makes it `NotRead`."""

    def __init__(self, why: Unread) -> None:
        super().__init__(why.value)
        self.why = why


Reading = (
    ScannedItem
    | QuantityEntered
    | PriceEntered
    | PriceAsked
    | Manyfold
    | VoidAsked
    | SuspendAsked
    | PayAsked
    | NotRead
)
