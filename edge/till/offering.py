"""What the store's own offers take off a cart as it stands. Pure.

An offer is named as a row of a table that is called `offers`: a receipt says `offers/ID`. Of
several on one line the one counts that takes off most; half a minor unit is rounded up, as by
tables. They stand beside what somebody gives by hand, and neither joins an exclusive rule.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from edge.bundle.rows import BundledOffer
from edge.rules.evaluating import TableDiscount, percent_of
from edge.rules.facts import GRAMS_PER_PRICE
from edge.till.carts import TillCart
from topics.wire import WireLine

OFFERS = "offers"
"""Instead of a table's name. Nobody may give a discount by hand under it."""


class OfferingCatalog(Protocol):
    """Of a catalog, its offers: `edge.bundle.catalog.TillCatalog`."""

    def offers_at(self, at: datetime) -> Sequence[BundledOffer]:
        """All that hold at a moment."""
        ...


def is_offer(rule: str) -> bool:
    """Whether a discount is named as an offer."""
    return rule.partition("/")[0] == OFFERS


def by_offers(
    cart: TillCart, offers: Sequence[BundledOffer], by_hand: Sequence[TableDiscount]
) -> list[TableDiscount]:
    """What each line has off; with what is given ``by_hand`` no more than line and cart come to."""
    if not offers:  # at each scan, also into a cart of a thousand lines
        return []
    by_sku = _grouped(offers)
    left_minor = max(0, cart.total_minor) + sum(each.amount_minor for each in by_hand)
    given: dict[int | None, int] = {}
    for each in by_hand:
        given[each.line_no] = given.get(each.line_no, 0) - each.amount_minor
    found: list[TableDiscount] = []
    for line in cart.lines:
        category = cart.categories.get(line.sku)
        offered = (*by_sku.get((line.sku, None), ()), *by_sku.get((None, category), ()))
        best = max(((_off(line, each), each.offer_id) for each in offered), default=(0, ""))
        off_minor = min(best[0], left_minor, line.amount_minor - given.get(line.line_no, 0))
        if off_minor > 0:
            left_minor -= off_minor
            found.append(TableDiscount(f"{OFFERS}/{best[1]}", -off_minor, line.line_no))
    return found


def _grouped(
    offers: Sequence[BundledOffer],
) -> dict[tuple[str | None, str | None], list[BundledOffer]]:
    found: dict[tuple[str | None, str | None], list[BundledOffer]] = {}
    for each in offers:
        found.setdefault((each.sku, None if each.sku else each.category), []).append(each)
    return found


def _off(line: WireLine, offer: BundledOffer) -> int:
    """Of goods that come back nothing."""
    if line.amount_minor <= 0:
        return 0
    if offer.percent is not None:
        return percent_of(line.amount_minor, offer.percent)
    price_minor = (offer.price_minor or 0) * line.quantity
    if line.unit == "gram":
        price_minor = (price_minor + GRAMS_PER_PRICE // 2) // GRAMS_PER_PRICE
    return max(0, line.amount_minor - price_minor)
