"""What the page reads of the till's carts, at one go: a page waits for it."""

from collections.abc import Mapping
from typing import NamedTuple

from edge.till.carts import TillCart
from edge.till.desk import SellingDesk
from edge.till.ruling import PricedCart


class PageCarts(NamedTuple):
    """Carts that are open or wait, oldest first; the business day; and by id what their tables say
    of the open ones."""

    carts: list[TillCart]
    day: str | None
    sales: Mapping[str, PricedCart]


NO_CARTS = PageCarts([], None, {})


def read_carts(desk: SellingDesk) -> PageCarts:
    """In the journal's thread."""
    carts = list(desk.carts.values())
    found = [desk.priced(cart.cart_id) for cart in carts if cart.status == "open"]
    return PageCarts(carts, desk.day, {each.cart.cart_id: each for each in found if each})
