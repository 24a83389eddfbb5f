"""What is due of a cart, and the taxes that it contains. Pure; halves round up."""

from collections.abc import Iterable, Mapping

from edge.bundle.catalog import TillCatalog
from edge.till.carts import CartTender, TillCart
from edge.till.ruling import PricedCart
from topics.wire_parts import WireLine, WireTax

_WHOLE = 10_000
"""Basis points of one."""


def due_of(sale: PricedCart) -> int:
    """What is still to be paid, in minor units."""
    return sale.due_minor - sale.cart.captured_minor


def asked_for(cart: TillCart) -> tuple[str, CartTender] | None:
    """The payment of which nobody knows yet whether money was taken, by its id."""
    return next(((each, cart.tenders[each]) for each in cart.unsettled), None)


def rates_of(cart: TillCart, catalog: TillCatalog | None) -> dict[str, int]:
    """Basis points by SKU, of those that the catalog knows."""
    found = {line.sku: catalog.tax_of(line.sku) for line in cart.lines} if catalog else {}
    return {sku: rate for sku, rate in found.items() if rate is not None}


def taxes_of(
    lines: Iterable[WireLine], total_minor: int, rates: Mapping[str, int]
) -> tuple[WireTax, ...]:
    """Tax contained in ``total_minor``, by rate. A discount lowers each rate's part alike; the
    highest rate takes what rounding leaves. Lines without a rate are in none."""
    by_rate: dict[int | None, int] = {}
    for line in lines:
        rate = rates.get(line.sku)
        by_rate[rate] = by_rate.get(rate, 0) + line.amount_minor
    left, total_left = sum(by_rate.values()), total_minor
    taxes: list[WireTax] = []
    for rate, amount_minor in sorted(by_rate.items(), key=lambda each: each[0] or -1):
        part = _rounded(total_left * amount_minor, left) if left else 0
        left, total_left = left - amount_minor, total_left - part
        if rate is not None:
            taxes.append(WireTax(rate, _rounded(part * rate, _WHOLE + rate)))
    return tuple(taxes)


def _rounded(numerator: int, denominator: int) -> int:
    return (2 * numerator + denominator) // (2 * denominator)
