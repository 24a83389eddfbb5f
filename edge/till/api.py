"""The calls by which a page or program of this machine sells: ``/till/v1/…``, JSON both ways.

What changes something carries an ``Idempotency-Key``, and is answered once it is on the disk.
"""

from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from hashlib import sha256
from http import HTTPStatus
from typing import Any, Protocol, TypeVar

import msgspec
import orjson
from aiohttp import web

from edge.problems import Code, Refusal
from edge.signing.guard import read_body
from edge.till import asked, checking, closing, selling, tendering
from edge.till.answers import AskedOnce, GivenAnswer
from edge.till.deciding import Decision, Sight
from edge.till.refusals import WhyNot, refusal, unfit

BODY_BYTES_MAX = 512 * 1024
"""Above the largest cart that may be taken over from another till."""

KEY_LENGTH_MAX = 128

ROOT = "/till/v1"
_CART = ROOT + "/carts/{cart_id}"

A = TypeVar("A", bound=asked.Asked)

_Answering = Callable[[web.Request], Awaitable[web.Response]]
_Telling = Callable[[web.Request], Awaitable[dict[str, Any]]]


class SellingTill(Protocol):
    """What the calls are answered by; all raise `Refusal`."""

    async def do(
        self,
        ask: AskedOnce,
        decide: Callable[[Sight], Decision],
        auth: Mapping[str, str | int] | None = None,
    ) -> GivenAnswer:
        """Do what is asked, durably."""
        ...

    async def state(self) -> dict[str, Any]:
        """How the till stands."""
        ...

    async def carts(self) -> list[dict[str, Any]]:
        """Every cart that is open or suspended, in a line each."""
        ...

    async def cart(self, cart_id: str) -> dict[str, Any]:
        """One with all that is in it."""
        ...

    async def product(self, code: str) -> dict[str, Any]:
        """What the till's own catalog says of a SKU or GTIN."""
        ...

    async def event(self, epoch: int, sequence: int) -> dict[str, Any]:
        """What the journal has under a number."""
        ...

    async def take_voucher(self, body: bytes) -> dict[str, Any]:
        """Begin to enrol by a voucher; how the till stands then."""
        ...


def add_calls(app: web.Application, till: SellingTill) -> None:
    """Let ``app`` answer them."""
    _add_selling(app.router, till)
    _add_looking(app.router, till)


def _add_selling(router: web.UrlDispatcher, till: SellingTill) -> None:
    free = partial(_free, till)
    router.add_put(ROOT + "/day", free(asked.AskedDay, selling.open_day))
    router.add_post(ROOT + "/carts", free(asked.AskedCart, selling.open_cart))
    router.add_post(ROOT + "/takeovers", free(asked.AskedTakeOver, selling.take_over))
    router.add_post(ROOT + "/returns", free(asked.AskedReturn, closing.take_back))
    router.add_post(ROOT + "/events", _note(till))
    cart = partial(_of_a_cart, till)
    router.add_post(_CART + "/lines", cart(asked.AskedLine, selling.add_line))
    router.add_post(_CART + "/voids", cart(asked.AskedVoid, selling.void_line))
    router.add_post(_CART + "/suspend", cart(asked.AskedStep, selling.suspend))
    router.add_post(_CART + "/resume", cart(asked.AskedStep, selling.resume))
    router.add_post(_CART + "/abandon", cart(asked.AskedStep, selling.abandon))
    router.add_post(_CART + "/tenders", cart(asked.AskedTender, tendering.request_tender))
    router.add_post(_CART + "/settlements", cart(asked.AskedSettlement, tendering.settle_tender))
    router.add_post(_CART + "/checks", cart(asked.AskedAnswer, checking.answer))
    router.add_post(_CART + "/customer", cart(asked.AskedCustomer, selling.attach))
    router.add_post(_CART + "/complete", cart(asked.AskedCompletion, closing.complete))


def _add_looking(router: web.UrlDispatcher, till: SellingTill) -> None:
    router.add_get(ROOT + "/state", _told(lambda _: till.state()))
    router.add_get(ROOT + "/carts", _told(partial(_carts, till)))
    router.add_get(_CART, _told(lambda request: till.cart(request.match_info["cart_id"])))
    products = ROOT + "/products/{code}"
    router.add_get(products, _told(lambda request: till.product(request.match_info["code"])))
    numbers = r"/events/{epoch:\d{1,10}}/{sequence:\d{1,13}}"
    router.add_get(ROOT + numbers, _told(partial(_event, till)))
    router.add_post(ROOT + "/voucher", _told(partial(_voucher, till)))


def _free(
    till: SellingTill, request_type: type[A], decide: Callable[[Sight, A], Decision]
) -> _Answering:
    decoder = msgspec.json.Decoder(request_type)

    async def answer(request: web.Request) -> web.Response:
        body = await read_body(request)
        want = _read(decoder, body)
        given = await till.do(_ask(request, body), lambda sight: decide(sight, want), want.auth)
        return _given(given)

    return answer


def _of_a_cart(
    till: SellingTill, request_type: type[A], decide: Callable[[Sight, str, A], Decision]
) -> _Answering:
    decoder = msgspec.json.Decoder(request_type)

    async def answer(request: web.Request) -> web.Response:
        body = await read_body(request)
        want, cart_id = _read(decoder, body), request.match_info["cart_id"]
        given = await till.do(
            _ask(request, body), lambda sight: decide(sight, cart_id, want), want.auth
        )
        return _given(given)

    return answer


def _note(till: SellingTill) -> _Answering:
    decoder = msgspec.json.Decoder(dict[str, Any])

    async def answer(request: web.Request) -> web.Response:
        body = await read_body(request)
        event = _read(decoder, body)
        given = await till.do(_ask(request, body), lambda sight: closing.note(sight, event))
        return _given(given)

    return answer


T = TypeVar("T")


def _read(decoder: "msgspec.json.Decoder[T]", body: bytes) -> T:
    try:
        return decoder.decode(body or b"{}")
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise unfit(WhyNot.NOT_IN_CONTRACT, f"The body is none for this call: {error}.") from error


def _ask(request: web.Request, body: bytes) -> AskedOnce:
    key = request.headers.get("Idempotency-Key", "")
    if not (0 < len(key) <= KEY_LENGTH_MAX and key.isascii() and key.isprintable()):
        words = (
            f"Send an Idempotency-Key of 1 to {KEY_LENGTH_MAX} printable ASCII characters, a new "
            "one with each request, and the same one where you ask again."
        )
        raise refusal(HTTPStatus.BAD_REQUEST, WhyNot.KEY_MISSING, words)
    asked_for = f"{request.method} {request.raw_path}\n".encode() + body
    return AskedOnce(key, sha256(asked_for).hexdigest())


def _given(given: GivenAnswer) -> web.Response:
    return web.Response(
        body=given.body.encode(), status=given.status, content_type="application/json"
    )


def _told(telling: _Telling) -> _Answering:
    async def answer(request: web.Request) -> web.Response:
        body = orjson.dumps(await telling(request))
        return web.Response(body=body, content_type="application/json")

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
