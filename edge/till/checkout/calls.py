"""The page's calls: the field, payments, receipts, ages, the drawer, goods that come back."""

from functools import partial

from aiohttp import web

from edge.till import asked
from edge.till.answering import ROOT, SellingTill, of_a_cart
from edge.till.checkout import inputs

_CART = ROOT + "/carts/{cart_id}"


def add_checkout(router: web.UrlDispatcher, till: SellingTill) -> None:
    """Let ``router`` answer them."""
    cart = partial(of_a_cart, till)
    router.add_post(
        _CART + "/input",
        cart(
            asked.AskedInput,
            lambda sight, cart_id, want: inputs.take_input(sight, cart_id, want, till.terms.field),
        ),
    )
