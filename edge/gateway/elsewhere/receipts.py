"""Receipts of all stores: what the centre says, joined with what this store knows itself."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple
from urllib.parse import quote

import msgspec
import orjson

from edge.gateway.elsewhere.questions import CentreQuestions, SaidAt, ToldByCentre
from edge.gateway.receipts.stored import StoredReceipt

Json = dict[str, Any]


class _Sale(StoredReceipt, frozen=True):
    """What must be there for a till to read it."""

    returned: dict[str, int] = msgspec.field(default_factory=dict[str, int])


class _Receipts(SaidAt, frozen=True):
    receipts: list[_Sale]


class _Said(NamedTuple):
    """As it is looked at, and as it came."""

    as_of: datetime
    receipts: list[Json]


class ToldReceipts(NamedTuple):
    """Receipts as a till is told them; ``as_of`` is None where the centre never said anything."""

    receipts: list[Json]
    as_of: datetime | None
    is_stale: bool


_check = msgspec.json.Decoder(_Receipts).decode


class ReceiptsElsewhere:
    """Asks for them."""

    def __init__(self, questions: CentreQuestions) -> None:
        self._questions = questions

    async def of_number(self, receipt_no: str, own: Sequence[Json]) -> ToldReceipts:
        """Sales with this number; ``own`` are those of this store."""
        return await self._told("receipt", f"/v1/receipts/{quote(receipt_no, safe='')}", own)

    async def of_customer(self, customer_id: str, own: Sequence[Json], most: int) -> ToldReceipts:
        """A customer's newest sales."""
        path = f"/v1/customers/{quote(customer_id, safe='')}/receipts"
        told = await self._told("customer", path, own)
        newest = sorted(told.receipts, key=_when, reverse=True)[:most]
        return told._replace(receipts=newest)

    async def _told(self, kind: str, path: str, own: Sequence[Json]) -> ToldReceipts:
        told = await self._questions.get(kind, path, _decode)
        joined = joined_receipts(own, () if told is None else told.said.receipts)
        if told is None:
            return ToldReceipts([_marked(each, None, True) for each in joined], None, True)
        return _with_age(joined, told)


def _with_age(joined: Iterable[Json], told: ToldByCentre[_Said]) -> ToldReceipts:
    as_of = told.said.as_of
    marked = [_marked(each, as_of, told.is_stale) for each in joined]
    return ToldReceipts(marked, as_of, told.is_stale)


def _marked(sale: Json, as_of: datetime | None, is_stale: bool) -> Json:
    return {**sale, "as_of": None if as_of is None else rfc(as_of), "stale": is_stale}


def joined_receipts(own: Iterable[Json], others: Iterable[Json]) -> list[Json]:
    """Each sale once; of each line has come back what either knows, the greater. Pure."""
    found = {_place(each): each for each in own}
    for each in others:
        held = found.get(_place(each))
        found[_place(each)] = each if held is None else _joined(held, each)
    return list(found.values())


def _joined(own: Json, other: Json) -> Json:
    back: Mapping[str, int] = own.get("returned", {})
    other_back: Mapping[str, int] = other.get("returned", {})
    lines = back.keys() | other_back.keys()
    most = {each: max(back.get(each, 0), other_back.get(each, 0)) for each in sorted(lines)}
    return {**own, "returned": most}


def _place(sale: Json) -> tuple[Any, ...]:
    return sale["location_id"], sale["till_id"], sale["epoch"], sale["sequence"]


def _when(sale: Json) -> tuple[str, str]:
    return str(sale["business_date"]), str(sale.get("occurred_at", ""))


def _decode(body: bytes) -> _Said:
    said = _check(body)
    return _Said(said.as_of, orjson.loads(body)["receipts"])


def rfc(at: datetime) -> str:
    """A time as the contracts write it."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
