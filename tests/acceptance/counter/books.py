"""What was sold at the counter, added up by hand: the product is not asked, nor its code used."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple


class Goods(NamedTuple):
    """A product of the shop; the price is that of a piece, or of a kilogram, in cents."""

    sku: str
    name: str
    code: str
    price_minor: int
    is_weighed: bool


class Taken(NamedTuple):
    """So many pieces, or grams, of a product."""

    goods: Goods
    quantity: int

    @property
    def amount_minor(self) -> int:
        """What it costs, half a cent rounded up."""
        price = self.quantity * self.goods.price_minor
        return share(price, 1, 1_000) if self.goods.is_weighed else price


def share(amount: int, part: int, whole: int) -> int:
    """``part`` of the ``whole`` of an amount above nothing, half a cent rounded up."""
    return (2 * amount * part + whole) // (2 * whole)


def sum_of(basket: Iterable[Taken]) -> int:
    """What a basket costs without discounts."""
    return sum(each.amount_minor for each in basket)


@dataclass
class HandBooks:
    """Sums by the board's names for them, and by what each shelf has more or less."""

    sums: Counter[str] = field(default_factory=Counter[str])
    shelf: Counter[str] = field(default_factory=Counter[str])

    def sold(self, basket: Iterable[Taken], *, off_minor: int = 0, **paid_minor: int) -> None:
        """A basket was paid, in each of these ways so much."""
        goods = list(basket)
        due_minor = sum_of(goods) - off_minor
        assert due_minor == sum(paid_minor.values()), "these books do not add up themselves"
        self.sums.update(receipts=1, gross_minor=sum_of(goods), net_sales_minor=due_minor)
        self.sums.update(paid_minor)
        self.sums["discount_minor"] -= off_minor
        for each in goods:
            weighed = each.goods.is_weighed
            self.sums["units"] += 1 if weighed else each.quantity
            self.sums["weight_grams"] += each.quantity if weighed else 0
            self.shelf[each.goods.sku] -= each.quantity

    def came_back(self, goods: Taken, refund_minor: int, *, to_shelf: bool) -> None:
        """Pieces were brought back."""
        self.sums.update(returns=1, returned_units=goods.quantity, refund_minor=refund_minor)
        self.sums["net_sales_minor"] -= refund_minor
        self.shelf[goods.goods.sku] += goods.quantity if to_shelf else 0
