"""What a cart costs: line amounts, discounts, the tax contained and the tenders, in minor units.

Integers throughout; halves round up. The identity of the contracts holds for every receipt: sum
of line amounts + discounts = total = sum of tenders.
"""

from collections.abc import Iterable, Mapping
from random import Random

from topics.scalars import TenderKind
from topics.wire import WireDiscount, WireLine, WireProduct, WireTax, WireTender

GRAMS_PER_KILOGRAM = 1000
BASIS_POINTS = 10_000

SUBTOTAL_RULE = "5-percent-from-50"
SUBTOTAL_RULE_FROM_MINOR = 50_00
SUBTOTAL_RULE_BASIS_POINTS = 500
MEMBER_RULE = "member-3-percent"
MEMBER_RULE_BASIS_POINTS = 300

_CASH, _CARD, _VOUCHER = 0.35, 0.55, 0.03
"""Shares of sales paid in one kind; the rest is part voucher, part card."""


def rounded(numerator: int, denominator: int) -> int:
    """The quotient of two numbers that are not negative, halves up."""
    return (2 * numerator + denominator) // (2 * denominator)


def line_amount_minor(product: WireProduct, quantity: int) -> int:
    """Price of ``quantity`` each, or grams of a product priced by the kilogram."""
    if product.unit == "gram":
        return rounded(quantity * product.price_minor, GRAMS_PER_KILOGRAM)
    return quantity * product.price_minor


def discounts_of(gross_minor: int, member: bool) -> tuple[WireDiscount, ...]:
    """The one rule that applies: rules are not combined, and the larger one goes first."""
    if gross_minor >= SUBTOTAL_RULE_FROM_MINOR:
        rule, basis_points = SUBTOTAL_RULE, SUBTOTAL_RULE_BASIS_POINTS
    elif member:
        rule, basis_points = MEMBER_RULE, MEMBER_RULE_BASIS_POINTS
    else:
        return ()
    off_minor = rounded(gross_minor * basis_points, BASIS_POINTS)
    return (WireDiscount(rule, -off_minor),) if off_minor else ()


def taxes_of(
    lines: Iterable[WireLine], total_minor: int, rates: Mapping[str, int]
) -> tuple[WireTax, ...]:
    """Tax contained in ``total_minor``, by rate; ``rates`` gives basis points by SKU.

    A discount of the whole receipt lowers each rate's part alike; the last rate takes what
    rounding leaves, so that the parts add up to the total.
    """
    gross_by_rate: dict[int, int] = {}
    for line in lines:
        rate = rates[line.sku]
        gross_by_rate[rate] = gross_by_rate.get(rate, 0) + line.amount_minor
    parts = _shared_out(total_minor, gross_by_rate)
    return tuple(
        WireTax(rate, rounded(part * rate, BASIS_POINTS + rate)) for rate, part in parts.items()
    )


def _shared_out(total_minor: int, gross_by_rate: Mapping[int, int]) -> dict[int, int]:
    gross_left, total_left, parts = sum(gross_by_rate.values()), total_minor, dict[int, int]()
    for rate, gross in sorted(gross_by_rate.items()):
        parts[rate] = rounded(total_left * gross, gross_left) if gross_left else 0
        gross_left -= gross
        total_left -= parts[rate]
    return parts


def tenders_of(total_minor: int, rng: Random) -> tuple[WireTender, ...]:
    """How the customer pays: cash, card, voucher, or a voucher and the rest by card."""
    choice = rng.random()
    if choice < _CASH:
        return _paid("cash", total_minor)
    if choice < _CASH + _CARD:
        return _paid("card", total_minor)
    if choice < _CASH + _CARD + _VOUCHER:
        return _paid("voucher", total_minor)
    voucher_minor = rng.randint(1, max(1, total_minor - 1))
    if voucher_minor >= total_minor:
        return _paid("voucher", total_minor)
    return _paid("voucher", voucher_minor) + _paid("card", total_minor - voucher_minor)


def _paid(kind: TenderKind, amount_minor: int) -> tuple[WireTender, ...]:
    return (WireTender(kind, amount_minor),)
