"""Which returns cannot be explained by what was sold under their receipt's number. Pure.

The verdict is of a set of sales and returns: in which order they came changes nothing. A number is
a receipt's within one location only, so each return first gets a location whose receipt it is of:
the one that it names, else its own where that sold such goods under the number, else the only other
one that has the number. Where several have it, a return is explained by any of them.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from edge.disputes.claims import ReceiptCase, Returned, Sold
from topics.disputed_returns import DisputeReason

GRACE = timedelta(days=7)
"""How long a return may wait for its sale. Less disputes the returns of receipts that a dark store
still keeps; more lets whoever makes receipts up go on for longer."""

NOBODYS = ""
"""In place of a location: that of a receipt which nobody has, or which several have."""

Item = tuple[str, str]
"""SKU and unit."""


class Beyond(NamedTuple):
    """Goods of which more came back than were bought. ``line_no`` is the receipt's line, None where
    it is all of the product."""

    line_no: int | None
    sku: str
    unit: str
    bought: int
    returned: int


class Dispute(NamedTuple):
    """Returns of one receipt that nothing explains, told from ``due_at`` on."""

    receipt_no: str
    location_id: str
    reason: DisputeReason
    due_at: datetime
    beyond: list[Beyond]
    paid_minor: int
    refunded_minor: int
    sales: list[Sold]
    returns: list[Returned]


def disputes_in(case: ReceiptCase) -> list[Dispute]:
    """What nothing explains, by location."""
    by_place: dict[str, list[Sold]] = {}
    for sold in sorted(case.sales, key=_place_in_journal):
        by_place.setdefault(sold.location_id, []).append(sold)
    claims, anywhere = _claims(by_place, case.returns)
    found = [
        _judged(case.receipt_no, place, by_place.get(place, []), claims[place])
        for place in sorted(claims)
    ]
    if anywhere:
        found.append(_judged_anywhere(case.receipt_no, by_place, claims, anywhere))
    return [each for each in found if each is not None]


def _place_in_journal(each: Sold | Returned) -> tuple[str, str, int, int]:
    return each[:4]


def _claims(
    by_place: dict[str, list[Sold]], returns: Iterable[Returned]
) -> tuple[dict[str, list[Returned]], list[Returned]]:
    """Returns by the location whose receipt they are of, and those that may be of several."""
    claims: dict[str, list[Returned]] = {}
    anywhere: list[Returned] = []
    bought = {place: _items(sales) for place, sales in by_place.items()}
    for each in sorted(returns, key=_place_in_journal):
        place = each.receipt_location_id or _own_place(bought, each)
        if place is None:
            anywhere.append(each)
        else:
            claims.setdefault(place, []).append(each)
    if len(by_place) == 1:
        only = next(iter(by_place))
        together = sorted([*claims.get(only, []), *anywhere], key=_place_in_journal)
        return claims | ({only: together} if together else {}), []
    return claims, anywhere


def _own_place(bought: Mapping[str, Counter[Item] | None], each: Returned) -> str | None:
    """Its own location, where that sold such goods under the number."""
    if each.location_id not in bought:
        return None
    own, back = bought[each.location_id], _items([each])
    is_own = own is None or back is None or back.keys() <= own.keys()
    return each.location_id if is_own else None


def _judged(
    receipt_no: str, place: str, sales: list[Sold], returns: list[Returned]
) -> Dispute | None:
    if not sales:
        return _unknown(receipt_no, place, returns)
    bought, back = _items(sales), _items(returns)
    beyond: list[Beyond] = []
    if bought is not None and back is not None:
        # What is told of a product says all of its lines.
        beyond = _beyond_items(bought, back)
        told = {(each.sku, each.unit) for each in beyond}
        lines = _beyond_lines(sales, returns)
        beyond += [each for each in lines if (each.sku, each.unit) not in told]
    return _dispute(receipt_no, place, beyond, _paid(sales), sales, returns)


def _judged_anywhere(
    receipt_no: str,
    by_place: dict[str, list[Sold]],
    claims: dict[str, list[Returned]],
    returns: list[Returned],
) -> Dispute | None:
    """Returns that any of several receipts may explain, by what others have left of them."""
    if not by_place:
        return _unknown(receipt_no, NOBODYS, returns)
    left: Counter[Item] | None = Counter()
    paid = 0
    for place, sales in by_place.items():
        taken = claims.get(place, [])
        paid += max(0, _paid(sales) - _refunded(taken))
        bought, back = _items(sales), _items(taken)
        # What nobody looks at explains everything.
        left = None if left is None or bought is None else left + (bought - (back or Counter()))
    back = _items(returns)
    beyond = [] if left is None or back is None else _beyond_items(left, back)
    sales = [each for some in by_place.values() for each in some]
    return _dispute(receipt_no, NOBODYS, beyond, paid, sales, returns)


def _unknown(receipt_no: str, place: str, returns: list[Returned]) -> Dispute:
    due_at = min(each.received_at for each in returns) + GRACE
    refunded = _refunded(returns)
    return Dispute(receipt_no, place, "unknown_receipt", due_at, [], 0, refunded, [], returns)


def _dispute(
    receipt_no: str,
    place: str,
    beyond: list[Beyond],
    paid: int,
    sales: list[Sold],
    returns: list[Returned],
) -> Dispute | None:
    refunded = _refunded(returns)
    if not beyond and refunded <= paid:
        return None
    reason: DisputeReason = "beyond_purchase" if beyond else "beyond_payment"
    due_at = min(each.received_at for each in returns)
    return Dispute(receipt_no, place, reason, due_at, beyond, paid, refunded, sales, returns)


def _paid(sales: Iterable[Sold]) -> int:
    return sum(max(0, each.total_minor) for each in sales)


def _refunded(returns: Iterable[Returned]) -> int:
    return sum(each.refund_minor for each in returns)


def _items(receipts: Iterable[Sold | Returned]) -> Counter[Item] | None:
    """Quantities by product; None where one has more lines than anybody looks at."""
    items: Counter[Item] = Counter()
    for each in receipts:
        if each.goods is None:
            return None
        for goods in each.goods:
            items[goods.sku, goods.unit] += goods.quantity
    return items


def _beyond_items(bought: Counter[Item], back: Counter[Item]) -> list[Beyond]:
    return [
        Beyond(None, sku, unit, bought[sku, unit], quantity)
        for (sku, unit), quantity in sorted(back.items())
        if quantity > bought[sku, unit]
    ]


def _beyond_lines(sales: Sequence[Sold], returns: Sequence[Returned]) -> list[Beyond]:
    """By line, of returns whose till knew the receipt: others number their lines as they like."""
    bought, back = _lines(sales), _lines(each for each in returns if each.verified)
    return [
        Beyond(line_no, sku, unit, bought[line_no, sku, unit], quantity)
        for (line_no, sku, unit), quantity in sorted(back.items())
        if quantity > bought[line_no, sku, unit]
    ]


def _lines(receipts: Iterable[Sold | Returned]) -> Counter[tuple[int, str, str]]:
    lines: Counter[tuple[int, str, str]] = Counter()
    for each in receipts:
        for goods in each.goods or ():
            lines[goods.line_no, goods.sku, goods.unit] += goods.quantity
    return lines
