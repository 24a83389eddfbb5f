"""What a table of totals holds: its dimensions and its figures. Pure."""

from collections.abc import Sequence
from typing import Literal, NamedTuple

ColumnKind = Literal["day", "text", "count", "weight", "money"]


class Column(NamedTuple):
    """One column, as the statements call it and as people do.

    Money is in minor units of the row's ``currency``, weight in grams.
    """

    name: str
    label: str
    kind: ColumnKind


DIMENSIONS = {
    "day": "Day",
    "location": "Location",
    "till": "Till",
    "category": "Category",
    "tender": "Tender",
}
"""What totals are grouped by, in the order of their columns."""

_GROUPED = {
    "day": (Column("business_date", "Business date", "day"),),
    "location": (
        Column("location_id", "Location id", "text"),
        Column("location", "Location", "text"),
    ),
    "till": (Column("till_id", "Till", "text"),),
    "category": (Column("category", "Category", "text"),),
    "tender": (Column("tender", "Tender", "text"),),
}

CURRENCY = Column("currency", "Currency", "text")

_GOODS = (
    Column("units", "Pieces sold", "count"),
    Column("weight_grams", "Weight sold", "weight"),
    Column("returned_units", "Pieces returned", "count"),
    Column("returned_weight_grams", "Weight returned", "weight"),
)
"""A line by the piece counts its quantity, a weighed line counts as one piece: whoever bought 714 g
of pears bought one thing, and its weight is told beside it."""

BESIDE = {"units": "weight_grams", "returned_units": "returned_weight_grams"}
"""Which weight a page tells below which pieces: in columns of their own the table is wider than a
desk's screen."""

_PLACE = (
    Column("receipts", "Receipts", "count"),
    Column("returns", "Returns", "count"),
    *_GOODS,
    Column("gross_minor", "Gross", "money"),
    Column("discount_minor", "Discounts", "money"),
    Column("refund_minor", "Refunds", "money"),
    Column("net_sales_minor", "Net sales", "money"),
    Column("tax_minor", "Tax contained", "money"),
    Column("discrepancies", "Discrepancies", "count"),
)

_CATEGORY = (
    *_GOODS,
    Column("sold_minor", "Sold", "money"),
    Column("returned_minor", "Returned", "money"),
    Column("net_minor", "Sold less returned", "money"),
)

_TENDER = (Column("amount_minor", "Amount", "money"),)

Question = Literal["by_place", "by_category", "by_tender"]
"""The statements, as files in ``sql/``."""


def question(by: Sequence[str]) -> Question:
    """Which statement answers for these dimensions."""
    if "category" in by:
        return "by_category"
    return "by_tender" if "tender" in by else "by_place"


def figures(by: Sequence[str]) -> tuple[Column, ...]:
    """The figures of a table."""
    return {"by_place": _PLACE, "by_category": _CATEGORY, "by_tender": _TENDER}[question(by)]


def dimensions(by: Sequence[str]) -> tuple[Column, ...]:
    """The columns that say which group a row is of."""
    return tuple(column for each in by for column in _GROUPED[each])


def columns(by: Sequence[str]) -> tuple[Column, ...]:
    """All columns of a table, in order."""
    return (*dimensions(by), CURRENCY, *figures(by))


def sortable(by: Sequence[str]) -> dict[str, Column]:
    """The columns by which a table can be sorted, by name."""
    days = _GROUPED["day"] if "day" in by else ()
    return {column.name: column for column in (*days, *figures(by))}
