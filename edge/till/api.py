"""The calls by which a page or program of this machine sells: ``/till/v1/…``, JSON both ways.

What changes something carries an ``Idempotency-Key``, and is answered once it is on the disk.
"""

from functools import partial
from http import HTTPStatus
from typing import Any

import msgspec
from aiohttp import web

from edge.problems import Code, Refusal
from edge.signing.guard import read_body
from edge.till import asked, checking, closing, discounting, selling, tendering
from edge.till.answering import (
    CART,
    ROOT,
    Answering,
    SellingTill,
    ask,
    free,
    given,
    of_a_cart,
    read,
    told,
)
from edge.till.checkout.calls import add_checkout
from edge.till.customers.calls import add_customers
from edge.till.employees.calls import add_staff
from edge.till.screen.calls import add_screen
from edge.till.store_carts.calls import add_store_carts

BODY_BYTES_MAX = 512 * 1024
"""Above the largest cart that may be taken over from another till."""


def add_calls(app: web.Application, till: SellingTill) -> None:
    """Let ``app`` answer them."""
    _add_selling(app.router, till)
    _add_looking(app.router, till)
    add_checkout(app.router, till)
    add_staff(app.router, till)
    add_customers(app.router, till)
    add_screen(app.router, till)
    add_store_carts(app.router, till)


def _add_selling(router: web.UrlDispatcher, till: SellingTill) -> None:
    call = partial(free, till)
    router.add_put(ROOT + "/day", call(asked.AskedDay, selling.open_day))
    router.add_post(ROOT + "/carts", call(asked.AskedCart, selling.open_cart))
    router.add_post(ROOT + "/returns", call(asked.AskedReturn, closing.take_back))
    router.add_post(ROOT + "/events", _note(till))
    cart = partial(of_a_cart, till)
    router.add_post(CART + "/lines", cart(asked.AskedLine, selling.add_line))
    router.add_post(CART + "/voids", cart(asked.AskedVoid, selling.void_line))
    router.add_post(CART + "/suspend", cart(asked.AskedStep, selling.suspend))
    router.add_post(CART + "/abandon", cart(asked.AskedStep, selling.abandon))
    router.add_post(CART + "/tenders", cart(asked.AskedTender, tendering.request_tender))
    router.add_post(CART + "/settlements", cart(asked.AskedSettlement, tendering.settle_by_hand))
    router.add_post(CART + "/checks", cart(asked.AskedAnswer, checking.answer))
    router.add_post(CART + "/discounts", cart(asked.AskedDiscount, discounting.give))
    router.add_post(CART + "/discounts/voids", cart(asked.AskedBackDiscount, discounting.take_back))
    router.add_post(CART + "/customer", cart(asked.AskedCustomer, selling.attach))
    router.add_post(CART + "/complete", cart(asked.AskedCompletion, closing.complete))


def _add_looking(router: web.UrlDispatcher, till: SellingTill) -> None:
    router.add_get(ROOT + "/state", told(lambda _: till.state()))
    router.add_get(ROOT + "/carts", told(partial(_carts, till)))
    router.add_get(CART, told(lambda request: till.cart(request.match_info["cart_id"])))
    products = ROOT + "/products/{code}"
    router.add_get(products, told(lambda request: till.product(request.match_info["code"])))
    numbers = r"/events/{epoch:\d{1,10}}/{sequence:\d{1,13}}"
    router.add_get(ROOT + numbers, told(partial(_event, till)))
    router.add_post(ROOT + "/voucher", told(partial(_voucher, till)))


def _note(till: SellingTill) -> Answering:
    decoder = msgspec.json.Decoder(dict[str, Any])

    async def answer(request: web.Request) -> web.Response:
        body = await read_body(request)
        event = read(decoder, body)
        done = await till.do(ask(request, body), lambda sight: closing.note(sight, event))
        return given(done)

    return answer


async def _carts(till: SellingTill, _: web.Request) -> dict[str, Any]:
    return {"carts": await till.carts()}


async def _event(till: SellingTill, request: web.Request) -> dict[str, Any]:
    return await till.event(*(int(request.match_info[name]) for name in ("epoch", "sequence")))


async def _voucher(till: SellingTill, request: web.Request) -> dict[str, Any]:
    return await till.take_voucher(await read_body(request))


def no_such_call() -> Refusal:
    """For what is asked below `ROOT` and is no call."""
    return Refusal(HTTPStatus.NOT_FOUND, Code.REQUEST, "There is no such call.")
