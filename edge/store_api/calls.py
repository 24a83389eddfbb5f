"""The calls over HTTP, each for the store that asks, in one transaction."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

import msgspec
import orjson
from aiohttp import web
from psycopg.rows import dict_row

from clients.statements import statement
from edge.gateway.served import Operation
from edge.pooled import PooledConnection
from edge.problems import Code, Refusal
from edge.store_api import described, sold
from edge.store_api.left import Counted, back_of
from edge.store_api.reservations import WantedReservation, reserve
from edge.store_api.sold import SoldAnywhere
from edge.store_api.visitors import LOCATION
from topics.scalars import Identifier, Reference

SHOPS_MAX = 5_000
"""That are told of one product, some 200 bytes each."""

BODY_SECONDS = 1.0
"""For a request's body: nobody waits longer for the answer."""

GET_STOCK = Operation("GET", "/v1/stock/{sku}", described.GET_STOCK, described.SCHEMAS)
GET_RECEIPTS = Operation(
    "GET", "/v1/receipts/{receipt_no}", described.GET_RECEIPTS, described.SCHEMAS
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

_decode_wanted = msgspec.json.Decoder(WantedReservation).decode

Transaction = Callable[[], AbstractAsyncContextManager[PooledConnection]]


@dataclass(frozen=True, slots=True)
class StoreCalls:
    """Answers them; ``transaction`` raises `edge.pooled.Away`."""

    transaction: Transaction

    async def get_stock(self, request: web.Request) -> web.Response:
        """The handler of `GET_STOCK`."""
        sku = _named(request, "sku", Identifier)
        values = {"sku": sku, "most": SHOPS_MAX}
        async with (
            self.transaction() as connection,
            connection.cursor(row_factory=dict_row) as cursor,
        ):
            await cursor.execute(statement(__file__, "stock"), values)
            shops = await cursor.fetchall()
        return _json({"sku": sku, "as_of": _now(), "shops": shops})

    async def get_receipts(self, request: web.Request) -> web.Response:
        """The handler of `GET_RECEIPTS`."""
        receipt_no = _named(request, "receipt_no", Reference)
        async with self.transaction() as connection:
            found = await sold.of_number(connection, receipt_no)
            is_only = len({each.sale.location_id for each in found}) == 1
            told = await _told(connection, found, is_only)
        return _json({"as_of": _now(), "receipts": told})

    async def get_customers_receipts(self, request: web.Request) -> web.Response:
        """The handler of `GET_CUSTOMERS_RECEIPTS`."""
        customer_id = _named(request, "customer_id", Reference)
        async with self.transaction() as connection:
            found = await sold.of_customer(connection, customer_id)
            # Nobody looked whether others have the same number.
            told = await _told(connection, found, False)
        return _json({"as_of": _now(), "receipts": told})

    async def post_return(self, request: web.Request) -> web.Response:
        """The handler of `POST_RETURN`; raises `Refusal`."""
        receipt_no = _named(request, "receipt_no", Reference)
        wanted = _wanted(await _body(request))
        async with self.transaction() as connection:
            told = await reserve(connection, request[LOCATION], receipt_no, wanted)
        return web.Response(body=told, content_type="application/json")


async def _told(
    connection: PooledConnection, found: Sequence[SoldAnywhere], is_only: bool
) -> list[dict[str, Any]]:
    """Sales with what of them came back, or is kept for somebody."""
    numbers = {each.sale.receipt_no for each in found}
    if not numbers:
        return []
    came, kept = await sold.come_back(connection, numbers), await sold.kept(connection, numbers)
    counted = Counted(came, kept)
    return [
        {**each.told, "returned": _by_text(back_of(each.sale, counted, is_only))} for each in found
    ]


def _by_text(back: dict[int, int]) -> dict[str, int]:
    return {str(line_no): quantity for line_no, quantity in back.items()}


def _named(request: web.Request, name: str, kind: Any) -> str:
    try:
        named: str = msgspec.convert(request.match_info[name], kind)
    except msgspec.ValidationError as error:
        words = f"The {name} in the path is none: {error}."
        raise Refusal(HTTPStatus.BAD_REQUEST, Code.REQUEST, words) from error
    return _storable(named)


def _storable(text: str) -> str:
    """What PostgreSQL has no text for cannot be asked for."""
    if "\x00" in text or any("\ud800" <= each <= "\udfff" for each in text):
        raise Refusal(HTTPStatus.BAD_REQUEST, Code.REQUEST, "NUL and lone surrogates are no text.")
    return text


async def _body(request: web.Request) -> bytes:
    try:
        async with asyncio.timeout(BODY_SECONDS):
            return await request.read()
    except TimeoutError as error:
        words = f"The body did not arrive within {BODY_SECONDS:g} s."
        raise Refusal(HTTPStatus.REQUEST_TIMEOUT, Code.REQUEST, words) from error


def _wanted(body: bytes) -> WantedReservation:
    try:
        wanted = _decode_wanted(body)
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        words = f"The body is no reservation: {error}."
        raise Refusal(HTTPStatus.BAD_REQUEST, Code.REQUEST, words) from error
    _storable(wanted.return_id)
    return wanted


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _json(told: object) -> web.Response:
    return web.Response(
        body=orjson.dumps(told),
        content_type="application/json",
        headers={"Cache-Control": "no-store"},
    )
