"""The call by which a customer's card joins a cart."""

from functools import partial
from typing import Any

import msgspec
from aiohttp import web

from edge.signing.guard import read_body
from edge.till.answering import CART, SellingTill, ask, read, told
from edge.till.asked_of_people import AskedCustomerCard

_decoder = msgspec.json.Decoder(AskedCustomerCard)


def add_customers(router: web.UrlDispatcher, till: SellingTill) -> None:
    """Let it be answered."""
    router.add_post(CART + "/customer-card", told(partial(_attach, till)))


async def _attach(till: SellingTill, request: web.Request) -> dict[str, Any]:
    want = read(_decoder, await read_body(request))
    key, cart_id = ask(request, b"").key, request.match_info["cart_id"]
    return await till.customers.attach(key, cart_id, want)
