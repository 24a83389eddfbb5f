"""The page's calls: the field, payments, receipts, ages, the drawer, goods that come back."""

from functools import partial

import msgspec
from aiohttp import web

from edge.signing.guard import read_body
from edge.till import asked
from edge.till.answering import CART, Answering, SellingTill, ask, given, of_a_cart, read
from edge.till.checkout import inputs
from edge.till.checkout.age_calls import add_ages
from edge.till.checkout.receipt_calls import add_receipts
from edge.till.checkout.return_calls import add_returns
from edge.till.checkout.shift_calls import add_shifts


def add_checkout(router: web.UrlDispatcher, till: SellingTill) -> None:
    """Let ``router`` answer them."""
    cart = partial(of_a_cart, till)
    router.add_post(
        CART + "/input",
        cart(
            asked.AskedInput,
            lambda sight, cart_id, want: inputs.take_input(sight, cart_id, want, till.terms.field),
        ),
    )
    router.add_post(CART + "/cards", _card(till))
    add_receipts(router, till)
    add_returns(router, till)
    add_ages(router, till)
    add_shifts(router, till)


def _card(till: SellingTill) -> Answering:
    decoder = msgspec.json.Decoder(asked.AskedCard)

    async def answer(request: web.Request) -> web.Response:
        body = await read_body(request)
        want, cart_id = read(decoder, body), request.match_info["cart_id"]
        do = partial(till.do, auth=want.auth)
        once, currency = ask(request, body), till.terms.currency
        return given(await till.payments.request(do, once, cart_id, want, currency))

    return answer
