"""A cart's attributes, from its lines and from what the catalog says of their products."""

from collections.abc import Callable, Iterable, Sequence
from typing import NamedTuple, Protocol

from edge.rules.attributes import Facts

GRAMS_PER_PRICE = 1_000
"""A weighed product's price is of a kilogram."""


class SoldLine(Protocol):
    """A line as tables see it; `topics.wire_parts.WireLine` is one."""

    @property
    def line_no(self) -> int: ...
    @property
    def sku(self) -> str: ...
    @property
    def quantity(self) -> int: ...
    @property
    def unit(self) -> str: ...
    @property
    def unit_price_minor(self) -> int: ...
    @property
    def amount_minor(self) -> int: ...
    @property
    def lot(self) -> str | None: ...
    @property
    def serial(self) -> str | None: ...


class CartFacts(NamedTuple):
    """A cart as tables see it; ``lines`` are line numbers with the facts of each."""

    facts: Facts
    subtotal_minor: int
    lines: Sequence[tuple[int, Facts]]


def cart_of(
    lines: Iterable[SoldLine],
    category_of: Callable[[str], str | None],
    customer_id: str | None,
) -> CartFacts:
    """The cart of lines that were not voided. ``category_of`` a SKU is the catalog's."""
    told = tuple(lines)
    subtotal_minor = sum(each.amount_minor for each in told)
    whole = Facts(
        subtotal_minor=subtotal_minor,
        line_count=len(told),
        customer_known=customer_id is not None,
    )
    scans: dict[str, int] = {}
    found: list[tuple[int, Facts]] = []
    for line in told:
        scans[line.sku] = scans.get(line.sku, 0) + 1
        found.append((line.line_no, _line(whole, line, category_of(line.sku), scans[line.sku])))
    return CartFacts(whole, subtotal_minor, found)


def _line(cart: Facts, line: SoldLine, category: str | None, scan_no: int) -> Facts:
    return Facts(
        subtotal_minor=cart.subtotal_minor,
        line_count=cart.line_count,
        customer_known=cart.customer_known,
        sku=line.sku,
        category=category,
        unit=line.unit,
        quantity=line.quantity,
        unit_price_minor=line.unit_price_minor,
        amount_minor=line.amount_minor,
        price_per_kg_minor=price_per_kg_minor(line),
        scan_no=scan_no,
        has_serial=line.serial is not None,
        lot=line.lot,
    )


def price_per_kg_minor(line: SoldLine) -> int | None:
    """The lowest price of a kilogram that explains what was charged; None for what has no weight.

    A line's amount is rounded half up, so a light one divided by its weight looks dearer than it
    was. Whoever charged by the price on the shelf is never above it here.
    """
    if line.unit != "gram" or not line.quantity:
        return None
    return -((GRAMS_PER_PRICE // 2 - GRAMS_PER_PRICE * line.amount_minor) // line.quantity)
