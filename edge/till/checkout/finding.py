"""Finds a sale of the store by its receipt's number: this till's own, or by the gateway another
till's. What has come back of it is the most that either of the two knows."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus
from typing import Any, NamedTuple, cast
from urllib.parse import quote

import msgspec
import orjson

from edge.gateway.receipts.stored import StoredReceipt
from edge.problems import Refusal
from edge.proxy.upstream import Upstream
from edge.signing.session import Reply
from edge.till.books import Books
from edge.till.checkout.receipt_numbers import told_of_receipt
from edge.till.checkout.reserving import RESERVE_SECONDS_MAX, away_by, gateway_away
from edge.till.checkout.sold_here import SoldHere, sold_by
from edge.till.refusals import WhyNot, forbidden, refusal, unfit


class SoldReceipt(NamedTuple):
    """A sale; ``is_store_asked`` says whether ``back``, what has come back of each line, is what
    the whole store knows."""

    event: Mapping[str, Any]
    sale: StoredReceipt
    back: Mapping[int, int]
    is_here: bool
    is_store_asked: bool


class SaleFinder:
    """Finds them for one till."""

    def __init__(
        self,
        books: Callable[[], Books],
        way: Callable[[], Upstream],
        authorization: Callable[[], Awaitable[str]],
    ) -> None:
        """Each raises `Refusal` where there is none; ``authorization`` is that of who is signed
        in."""
        self._books = books
        self._way = way
        self._authorization = authorization

    async def find(self, receipt_no: str) -> list[SoldReceipt]:
        """The sales of that number, of which there are several only where other makes of tills
        number alike; raises `Refusal` where there is none, or the store cannot be asked."""
        books = self._books()
        told_here = await books.run(lambda: told_of_receipt(books.journal, receipt_no))
        own = await books.run(lambda: sold_by(books.journal, told_here))
        if told_here is not None and own is None:
            raise unfit(WhyNot.NO_SUCH_RECEIPT, "That is the receipt of a return.")
        try:
            told = [] if own and own.is_training else await self._asked(receipt_no)
        except Refusal:
            if own is None:
                raise
            return [_own(own, None)]
        if own is not None:
            return [_own(own, next((each for each in told if _is_same(each, own)), None))]
        return _some(told)

    async def elsewhere(self, receipt_no: str, location_id: str | None = None) -> list[SoldReceipt]:
        """The sales of that number at other tills, where this one is known to have none, or of the
        store ``location_id`` alone; raises `Refusal`."""
        told = await self._asked(receipt_no)
        found = [each for each in told if location_id in (None, each.sale.location_id)]
        return _some(found, location_id)

    async def _asked(self, receipt_no: str) -> list[SoldReceipt]:
        authorization = quote(await self._authorization(), safe="")
        target = f"/v1/receipts/{quote(receipt_no, safe='')}?authorization={authorization}"
        try:
            async with asyncio.timeout(RESERVE_SECONDS_MAX):
                reply = await self._way().ask("GET", target, b"", {"Accept-Encoding": "identity"})
        except (Refusal, TimeoutError) as error:
            raise gateway_away() from error
        return _read(reply)


def _read(reply: Reply) -> list[SoldReceipt]:
    if reply.status == HTTPStatus.NOT_FOUND:
        return []
    if reply.status == HTTPStatus.FORBIDDEN:
        words = "The store must know who asks: sign out, and show your card again."
        raise forbidden(WhyNot.AUTHORIZATION_NEEDED, words)
    if reply.status != HTTPStatus.OK:
        raise away_by(reply)
    try:
        told = orjson.loads(reply.body)
        every = cast(list[Any], told) if isinstance(told, list) else [told]
        return [_sold(each) for each in every]
    except (msgspec.MsgspecError, ValueError, TypeError, RecursionError) as error:
        raise gateway_away() from error


def _sold(told: Any) -> SoldReceipt:
    sale = msgspec.convert(told, StoredReceipt)
    back = {int(no): int(quantity) for no, quantity in dict(told.get("returned", {})).items()}
    return SoldReceipt(told, sale, back, is_here=False, is_store_asked=True)


def _is_same(told: SoldReceipt, own: SoldHere) -> bool:
    place = (own.sale.location_id, own.sale.till_id, own.sale.epoch, own.sale.sequence)
    its = (told.sale.location_id, told.sale.till_id, told.sale.epoch, told.sale.sequence)
    return its == place


def _own(own: SoldHere, told: SoldReceipt | None) -> SoldReceipt:
    known: Mapping[int, int] = told.back if told else {}
    back = {no: max(quantity, known.get(no, 0)) for no, quantity in own.back.items()}
    return SoldReceipt(own.event, own.sale, back, is_here=True, is_store_asked=told is not None)


def _some(told: list[SoldReceipt], location_id: str | None = None) -> list[SoldReceipt]:
    if told:
        return told
    words = "Nobody whom this till can ask has such a receipt, or no longer."
    if location_id is not None:
        words = f"This receipt is of the store {location_id}. {words}"
    raise refusal(HTTPStatus.NOT_FOUND, WhyNot.NO_SUCH_RECEIPT, words)
