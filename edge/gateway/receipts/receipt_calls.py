"""Receipts and returns over HTTP, for who shows an employee's authorization."""

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, NamedTuple

import msgspec
import orjson
from aiohttp import web

from edge.gateway.devices import Devices
from edge.gateway.elsewhere.receipts import ReceiptsElsewhere, ToldReceipts, rfc
from edge.gateway.elsewhere.reserving import ReturnsElsewhere, away
from edge.gateway.employees.authorizations import Authorizations
from edge.gateway.errors import GatewayUnusable
from edge.gateway.receipts import described
from edge.gateway.receipts.refunds import returned_of
from edge.gateway.receipts.returns import Returns
from edge.gateway.receipts.shelf import ReceiptShelf
from edge.gateway.receipts.stored import decode_receipt
from edge.gateway.receipts.wanted import WantedReturn
from edge.gateway.served import Operation
from edge.problems import Code, Refusal
from edge.signing.guard import CERTIFICATE

CUSTOMERS_RECEIPTS_MAX = 50
"""That are told of a customer, the newest: half a year of somebody who comes twice a week."""

GET_RECEIPT = Operation(
    "GET", "/v1/receipts/{receipt_no}", described.GET_RECEIPT, described.SCHEMAS
)
GET_CUSTOMERS_RECEIPTS = Operation(
    "GET",
    "/v1/customers/{customer_id}/receipts",
    described.GET_CUSTOMERS_RECEIPTS,
    described.SCHEMAS,
)
POST_RETURN = Operation(
    "POST", "/v1/receipts/{receipt_no}/returns", described.POST_RETURN, described.SCHEMAS
)

_RETRY_AFTER = {"Retry-After": "5"}

_decode_wanted = msgspec.json.Decoder(WantedReturn).decode


class KnownElsewhere(NamedTuple):
    """What the centre's store API adds to the store's own receipts."""

    receipts: ReceiptsElsewhere
    returns: ReturnsElsewhere


@dataclass(frozen=True, slots=True)
class ReceiptCalls:
    """Answers the calls; without ``elsewhere``, by what this store knows alone."""

    shelf: ReceiptShelf
    returns: Returns
    authorizations: Authorizations
    devices: Devices
    elsewhere: KnownElsewhere | None = None

    async def get(self, request: web.Request) -> web.Response:
        """The handler of `GET_RECEIPT`; raises `Refusal`."""
        self._authorized(request)
        with _keeping():
            receipt_no = request.match_info["receipt_no"]
            found = [self._told(body) for body in self.shelf.sales(receipt_no)]
        if self.elsewhere is not None:
            told = await self.elsewhere.receipts.of_number(receipt_no, found)
            found = _require_known(told)
        if not found:
            raise Refusal(HTTPStatus.NOT_FOUND, Code.REQUEST, "This store has no such receipt.")
        return _json(found[0] if len(found) == 1 else found)

    async def get_customers(self, request: web.Request) -> web.Response:
        """The handler of `GET_CUSTOMERS_RECEIPTS`; raises `Refusal`."""
        self._authorized(request)
        customer_id = request.match_info["customer_id"]
        with _keeping():
            rows = self.shelf.of_customer(customer_id, CUSTOMERS_RECEIPTS_MAX)
            found = [self._told(body) for body in rows]
        if self.elsewhere is None:
            return _json({"receipts": found})
        told = await self.elsewhere.receipts.of_customer(customer_id, found, CUSTOMERS_RECEIPTS_MAX)
        as_of = None if told.as_of is None else rfc(told.as_of)
        return _json({"receipts": told.receipts, "as_of": as_of, "stale": told.is_stale})

    async def post_return(self, request: web.Request) -> web.Response:
        """The handler of `POST_RETURN`; raises `Refusal`."""
        self._authorized(request)
        wanted = _read(await request.read())
        receipt_no = request.match_info["receipt_no"]
        with _keeping():
            if self.elsewhere is None:
                told = self.returns.reserve(receipt_no, wanted)
            else:
                told = await self.elsewhere.returns.reserve(receipt_no, wanted)
        return web.Response(body=told, content_type="application/json")

    def _authorized(self, request: web.Request) -> None:
        self.authorizations.required(request, self.devices.asking(request[CERTIFICATE]))

    def _told(self, body: bytes) -> dict[str, Any]:
        sale = decode_receipt(body)
        come = [each.lines for each in self.shelf.returns(sale.receipt_no)]
        returned = {str(no): quantity for no, quantity in returned_of(sale, come).items()}
        return {**orjson.loads(body), "returned": returned}


def _require_known(told: ToldReceipts) -> list[dict[str, Any]]:
    """Those that were found; `Refusal` where nobody can say now whether there are any."""
    if not told.receipts and told.is_stale:
        raise away()
    return told.receipts


@contextmanager
def _keeping() -> Generator[None]:
    """Asks to come again where the file takes nothing: what it lacks may have come back already."""
    try:
        yield
    except GatewayUnusable as error:
        status = HTTPStatus.SERVICE_UNAVAILABLE
        raise Refusal(status, Code.BUSY, f"{error}.", headers=_RETRY_AFTER) from error


def _read(body: bytes) -> WantedReturn:
    try:
        return _decode_wanted(body)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        words = f"The body is no return: {error}."
        raise Refusal(HTTPStatus.BAD_REQUEST, Code.REQUEST, words) from error


def _json(told: object) -> web.Response:
    return web.Response(
        body=orjson.dumps(told),
        content_type="application/json",
        headers={"Cache-Control": "no-store"},
    )
