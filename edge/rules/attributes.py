"""What a table may look at, and what may follow: the attributes of a cart and of its lines."""

from typing import Literal, NamedTuple

import msgspec

from topics.scalars import NUMBER_MAX, SAFE_INTEGER_MAX

CellType = Literal["integer", "text", "flag"]
Scope = Literal["cart", "line"]
Value = int | str | bool


def shown(value: Value | None) -> str:
    """A value in words, as a cell would have it."""
    if value is None:
        return "missing"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return repr(value) if isinstance(value, str) else str(value)


class Facts(msgspec.Struct, frozen=True, gc=False):
    """The attributes of a cart and of one of its lines, by the names that tables use.

    What is None is missing. A table of the cart alone looks at no attribute of a line.
    """

    subtotal_minor: int | None = None
    line_count: int | None = None
    customer_known: bool | None = None
    sku: str | None = None
    category: str | None = None
    unit: str | None = None
    quantity: int | None = None
    unit_price_minor: int | None = None
    amount_minor: int | None = None
    price_per_kg_minor: int | None = None
    scan_no: int | None = None
    has_serial: bool | None = None
    lot: str | None = None


class Attribute(NamedTuple):
    """One attribute; ``low`` and ``high`` bound an integer, ``values`` are all that a text has."""

    name: str
    type: CellType
    scope: Scope
    meaning: str
    low: int = 0
    high: int = NUMBER_MAX
    values: tuple[str, ...] = ()
    may_be_missing: bool = False

    def fault_of(self, value: object) -> str:
        """Why it cannot be this value; empty where it can."""
        wanted = {"integer": int, "text": str, "flag": bool}[self.type]
        if type(value) is not wanted:
            return f"{value!r} is no {self.type}"
        if isinstance(value, int) and self.type == "integer" and not self.low <= value <= self.high:
            return f"{value} lies outside {self.low} to {self.high}"
        if self.values and value not in self.values:
            return f"{value!r} is none of {', '.join(self.values)}"
        return ""


_ALL = (
    Attribute(
        "subtotal_minor", "integer", "cart", "what the lines come to, in minor units",
        low=-SAFE_INTEGER_MAX, high=SAFE_INTEGER_MAX,
    ),
    Attribute("line_count", "integer", "cart", "lines that were not voided"),
    Attribute("customer_known", "flag", "cart", "whether a customer's card was read"),
    Attribute("sku", "text", "line", "the product"),
    Attribute(
        "category", "text", "line", "the product's category; missing where no catalog has it",
        may_be_missing=True,
    ),
    Attribute("unit", "text", "line", "each or gram", values=("each", "gram")),
    Attribute("quantity", "integer", "line", "pieces, or grams"),
    Attribute("unit_price_minor", "integer", "line", "price of a piece, or of a kilogram"),
    Attribute(
        "amount_minor", "integer", "line", "what was charged, in minor units", low=-NUMBER_MAX
    ),
    Attribute(
        "price_per_kg_minor", "integer", "line",
        "the lowest price of a kilogram that explains what was charged; missing for pieces",
        low=-SAFE_INTEGER_MAX, high=SAFE_INTEGER_MAX, may_be_missing=True,
    ),
    Attribute("scan_no", "integer", "line", "which line with its SKU it is, from 1", low=1),
    Attribute("has_serial", "flag", "line", "whether its serial number was read"),
    Attribute("lot", "text", "line", "its lot, where the code names one", may_be_missing=True),
)  # fmt: skip

ATTRIBUTES = {each.name: each for each in _ALL}


class Outcome(NamedTuple):
    """One thing that may follow from a row."""

    name: str
    type: CellType
    meaning: str
    low: int = 1
    high: int = NUMBER_MAX
    values: tuple[str, ...] = ()


OUTCOMES = {
    each.name: each
    for each in (
        Outcome("percent", "integer", "off the line, or off the cart's subtotal", high=100),
        Outcome("off_minor", "integer", "off the line, or off the cart, in minor units"),
        Outcome("exclusive", "flag", "the row's discount joins no other"),
        Outcome(
            "check", "text", "what the cashier must settle before the sale is paid",
            values=("id", "weight", "scanned-twice", "serial"),
        ),
        Outcome("age_years", "integer", "how old the customer must be, for the check id", high=150),
        Outcome("note", "text", "what is written down with the sale, by this name"),
        Outcome("say", "text", "what the page says to the cashier"),
    )
}  # fmt: skip
