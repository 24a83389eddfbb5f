"""How calls of this machine's programs are read and answered, whatever they ask.

What changes something carries an ``Idempotency-Key``, and is answered once it is on the disk.
"""

from collections.abc import Awaitable, Callable, Mapping
from datetime import date
from hashlib import sha256
from http import HTTPStatus
from typing import Any, Protocol, TypeVar

import msgspec
import orjson
from aiohttp import web

from edge.signing.guard import read_body
from edge.till import asked
from edge.till.answers import AskedOnce, GivenAnswer
from edge.till.checkout.printing import FoundReceipt
from edge.till.checkout.printing_out import ReceiptPrinting
from edge.till.checkout.terms import CheckoutTerms
from edge.till.customers.attaching import CustomersAtCarts
from edge.till.deciding import Decision, Sight
from edge.till.employees.shown_cards import ShownCards
from edge.till.refusals import WhyNot, refusal, unfit
from edge.till.screen.screen import InformationScreen
from edge.till.shifts.keeping import ShiftBook
from edge.till.store_carts.going_on import StoreCarts
from edge.till.terminals.running import CardPayments

ROOT = "/till/v1"

CART = ROOT + "/carts/{cart_id}"

KEY_LENGTH_MAX = 128

A = TypeVar("A", bound=asked.Asked)
T = TypeVar("T")

Answering = Callable[[web.Request], Awaitable[web.Response]]
Telling = Callable[[web.Request], Awaitable[dict[str, Any]]]


class SellingTill(Protocol):
    """What the calls are answered by; all raise `Refusal`."""

    @property
    def cards(self) -> ShownCards:
        """Where employees show theirs."""
        ...

    @property
    def customers(self) -> CustomersAtCarts:
        """Where customers are put to carts."""
        ...

    @property
    def printing(self) -> ReceiptPrinting:
        """Where receipts are printed."""
        ...

    @property
    def store_carts(self) -> StoreCarts:
        """Carts that wait, here and at other tills."""
        ...

    @property
    def screen(self) -> InformationScreen:
        """What the information screen shows."""
        ...

    @property
    def terms(self) -> CheckoutTerms:
        """How this till checks out."""
        ...

    @property
    def payments(self) -> CardPayments:
        """By card, at the till's own terminal."""
        ...

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

    async def receipt(self, receipt_no: str) -> FoundReceipt:
        """What this till has under a receipt's number."""
        ...

    async def take_back(
        self, once: AskedOnce, receipt_no: str, want: asked.AskedReceiptReturn
    ) -> GivenAnswer:
        """Take goods of a receipt back, durably."""
        ...

    async def shifts(self, tell: Callable[[ShiftBook], dict[str, Any]]) -> dict[str, Any]:
        """What is to be told of the till's shifts."""
        ...

    def today(self) -> date:
        """The store's calendar day by the till's clock."""
        ...

    async def take_voucher(self, body: bytes) -> dict[str, Any]:
        """Begin to enrol by a voucher; how the till stands then."""
        ...


def free(
    till: SellingTill, request_type: type[A], decide: Callable[[Sight, A], Decision]
) -> Answering:
    """A call whose whole request is its body."""

    decoder = msgspec.json.Decoder(request_type)

    async def answer(request: web.Request) -> web.Response:
        body = await read_body(request)
        want = read(decoder, body)
        done = await till.do(ask(request, body), lambda sight: decide(sight, want), want.auth)
        return given(done)

    return answer


def of_a_cart(
    till: SellingTill, request_type: type[A], decide: Callable[[Sight, str, A], Decision]
) -> Answering:
    """A call about the cart of its path."""

    decoder = msgspec.json.Decoder(request_type)

    async def answer(request: web.Request) -> web.Response:
        body = await read_body(request)
        want, cart_id = read(decoder, body), request.match_info["cart_id"]
        done = await till.do(
            ask(request, body), lambda sight: decide(sight, cart_id, want), want.auth
        )
        return given(done)

    return answer


def read(decoder: "msgspec.json.Decoder[T]", body: bytes) -> T:
    """What a body asks; raises `Refusal`."""
    try:
        return decoder.decode(body or b"{}")
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise unfit(WhyNot.NOT_IN_CONTRACT, f"The body is none for this call: {error}.") from error


def ask(request: web.Request, body: bytes) -> AskedOnce:
    """The request with its key, the SHA-256 of what it asks, and whose approval it brings along;
    raises `Refusal`."""
    key = request.headers.get("Idempotency-Key", "")
    if not (0 < len(key) <= KEY_LENGTH_MAX and key.isascii() and key.isprintable()):
        words = (
            f"Send an Idempotency-Key of 1 to {KEY_LENGTH_MAX} printable ASCII characters, a new "
            "one with each request, and the same one where you ask again."
        )
        raise refusal(HTTPStatus.BAD_REQUEST, WhyNot.KEY_MISSING, words)
    asked_for = f"{request.method} {request.raw_path}\n".encode() + body
    approval = request.headers.get("Approval", "")
    return AskedOnce(key, sha256(asked_for).hexdigest(), approval)


def given(answer: GivenAnswer) -> web.Response:
    """What was answered, as a response."""
    return web.Response(
        body=answer.body.encode(), status=answer.status, content_type="application/json"
    )


def told(telling: Telling) -> Answering:
    """A call whose answer no journal keeps."""

    async def answer(request: web.Request) -> web.Response:
        body = orjson.dumps(await telling(request))
        return web.Response(body=body, content_type="application/json")

    return answer
