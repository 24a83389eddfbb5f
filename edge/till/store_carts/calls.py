"""Carts that wait over the local API: they go on at one till of the store."""

from typing import Any

import msgspec
from aiohttp import web

from edge.signing.guard import read_body
from edge.till import asked
from edge.till.answering import CART, ROOT, Answering, SellingTill, ask, given, read, told


def add_store_carts(router: web.UrlDispatcher, till: SellingTill) -> None:
    """Let ``router`` answer them."""
    router.add_get(ROOT + "/store-carts", told(lambda _: _elsewhere(till)))
    router.add_post(ROOT + "/takeovers", _take_over(till))
    router.add_post(CART + "/resume", _resume(till))


async def _elsewhere(till: SellingTill) -> dict[str, Any]:
    found = await till.store_carts.elsewhere()
    return {"carts": [msgspec.to_builtins(each) for each in found.carts]}


def _take_over(till: SellingTill) -> Answering:
    decoder = msgspec.json.Decoder(asked.AskedTakeOver)

    async def answer(request: web.Request) -> web.Response:
        body = await read_body(request)
        want = read(decoder, body)
        return given(await till.store_carts.take_over(ask(request, body), want))

    return answer


def _resume(till: SellingTill) -> Answering:
    decoder = msgspec.json.Decoder(asked.AskedStep)

    async def answer(request: web.Request) -> web.Response:
        body = await read_body(request)
        want, cart_id = read(decoder, body), request.match_info["cart_id"]
        return given(await till.store_carts.resume(ask(request, body), cart_id, want))

    return answer
