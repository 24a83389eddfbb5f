"""Lines, receipts and returns, with sums that agree (and some that do not)."""

from __future__ import annotations

import random
from typing import Any

from .limits import NUMBER_MAX
from .world import Product, quantity_for

Event = dict[str, Any]
TENDERS = ("cash", "card", "voucher", "other")


def line_of(product: Product, line_no: int, rng: random.Random) -> Event:
    """A line as the till writes it; some prices are overridden, some quantities 0 or huge."""
    quantity = _quantity(product, rng)
    amount = quantity * product.price_minor
    if product.unit == "gram":
        amount //= 1000
    if rng.random() < 0.05:
        amount = max(0, amount - rng.randint(0, 300)) + rng.randint(0, 50)
    amount = min(amount, NUMBER_MAX)
    line = {"line_no": line_no, "sku": product.sku, "quantity": quantity, "unit": product.unit}
    return {**line, "unit_price_minor": product.price_minor, "amount_minor": amount}


def _quantity(product: Product, rng: random.Random) -> int:
    choice = rng.random()
    if choice < 0.02:
        return 0
    if choice < 0.0203:
        return rng.randint(10_000, 90_000)
    if choice < 0.0205:
        return NUMBER_MAX - rng.randint(0, 1)
    return quantity_for(product, rng, rng.choice((1, 1, 1, 2, 6)))


def completed(lines: list[Event], rng: random.Random) -> Event:
    """The body of a completed cart."""
    gross = sum(line["amount_minor"] for line in lines)
    discounts = _discounts(gross, rng)
    total = min(NUMBER_MAX, gross + sum(discount["amount_minor"] for discount in discounts))
    body: Event = {"receipt_no": f"R{rng.getrandbits(36)}", "currency": "EUR", "lines": lines}
    body |= {"discounts": discounts, "taxes": _taxes(total, rng)}
    body |= {"tenders": _tenders(total, rng), "total_minor": total}
    if rng.random() < 0.01:
        _disagree(body, rng)
    return body | _optional(rng)


def _discounts(gross: int, rng: random.Random) -> list[Event]:
    if gross < 2 or rng.random() > 0.2:
        return []
    share = rng.randint(1, min(NUMBER_MAX, gross // 2))
    return [{"rule": "three-for-two", "amount_minor": -share}]


def _taxes(total: int, rng: random.Random) -> list[Event]:
    rates = rng.choice(((1900,), (700, 1900), ()))
    return [
        {"rate_basis_points": rate, "amount_minor": total * rate // 10_000 // len(rates)}
        for rate in rates
    ]


def _tenders(total: int, rng: random.Random) -> list[Event]:
    first = rng.randint(0, total) if rng.random() < 0.1 else total
    tenders = [{"kind": rng.choice(TENDERS), "amount_minor": first}]
    if first != total:
        tenders.append({"kind": rng.choice(TENDERS), "amount_minor": total - first})
    return tenders


def _disagree(body: Event, rng: random.Random) -> None:
    """Break the identity: a wrong total, or tenders that do not add up."""
    if rng.random() < 0.5:
        body["total_minor"] -= rng.choice((1, 250))
    else:
        body["tenders"].append({"kind": "cash", "amount_minor": 5})


def _optional(rng: random.Random) -> Event:
    fields = {"customer_id": "cu-7", "cashier_id": "c-1", "loyalty_ünknown": {"a": [1, None]}}
    return {name: value for name, value in fields.items() if rng.random() < 0.2}


def returned(lines: list[Event], rng: random.Random) -> Event:
    """The body of a return."""
    refund = min(NUMBER_MAX, sum(line["amount_minor"] for line in lines))
    body: Event = {"receipt_no": f"R{rng.getrandbits(36)}", "lines": lines}
    return body | {"refund_minor": refund, "restock": rng.random() < 0.6}
