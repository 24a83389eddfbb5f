"""Sales of all stores as the tables have them, and what of them came back or is kept."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple

import msgspec
from psycopg.rows import dict_row

from clients.statements import statement
from edge.gateway.receipts.stored import StoredLine, StoredReceipt
from edge.gateway.receipts.wanted import WantedReturn
from edge.pooled import PooledConnection

SALES_MAX = 50
"""That are told of one question. A receipt's number is one sale's by our tills; where more have it,
somebody numbers each sale alike."""

RETURNS_MAX = 200
"""Looked at of one number, as the disputes do."""

LINES_MAX = 1_000
"""Of one receipt, as many as a till takes."""


class SoldAnywhere(NamedTuple):
    """A sale as it is told, and what is looked at of it."""

    told: Mapping[str, Any]
    sale: StoredReceipt


class CameBack(NamedTuple):
    """A return; ``place`` is whose receipt it is of, '' where its till said nothing."""

    receipt_no: str
    place: str
    location_id: str
    till_id: str
    epoch: int
    sequence: int
    return_id: str
    lines: list[StoredLine]


class KeptFor(NamedTuple):
    """A reservation of the store ``location_id`` that holds."""

    receipt_no: str
    place: str
    location_id: str
    return_id: str
    wanted: WantedReturn


async def of_number(
    connection: PooledConnection, receipt_no: str, location_id: str | None = None
) -> list[SoldAnywhere]:
    """Sales with this number, of all stores or of one."""
    values = {"receipt_no": receipt_no, "location_id": location_id}
    return await _sold(connection, "of_number", values)


async def of_customer(connection: PooledConnection, customer_id: str) -> list[SoldAnywhere]:
    """A customer's newest sales, the newest first."""
    return await _sold(connection, "of_customer", {"customer_id": customer_id})


async def come_back(connection: PooledConnection, numbers: Collection[str]) -> list[CameBack]:
    """What has come back of receipts with these numbers."""
    values = {"numbers": list(numbers), "most": RETURNS_MAX, "lines": LINES_MAX}
    rows = await _rows(connection, ("come_back",), values)
    return [
        CameBack(
            row["receipt_no"],
            row["place"],
            row["location_id"],
            row["till_id"],
            row["epoch"],
            row["sequence"],
            row["return_id"] or "",
            msgspec.convert(row["lines"] or [], list[StoredLine]),
        )
        for row in rows
    ]


async def kept(connection: PooledConnection, numbers: Collection[str]) -> list[KeptFor]:
    """Reservations of receipts with these numbers."""
    return [
        KeptFor(
            row["receipt_no"],
            row["receipt_location_id"],
            row["location_id"],
            row["return_id"],
            msgspec.json.decode(row["asked"], type=WantedReturn),
        )
        for row in await _rows(connection, ("kept",), {"numbers": list(numbers)})
    ]


async def _sold(
    connection: PooledConnection, which: str, values: dict[str, Any]
) -> list[SoldAnywhere]:
    values |= {"most": SALES_MAX, "lines": LINES_MAX}
    return [_read(row) for row in await _rows(connection, ("sold", which), values)]


def _read(row: Mapping[str, Any]) -> SoldAnywhere:
    told = {name: value for name, value in row.items() if value is not None}
    told |= {"type": "cart_completed", "lines": row["lines"] or []}
    return SoldAnywhere(told, msgspec.convert(told, StoredReceipt))


async def _rows(
    connection: PooledConnection, names: Sequence[str], values: dict[str, Any]
) -> list[dict[str, Any]]:
    async with connection.cursor(row_factory=dict_row) as cursor:
        await cursor.execute(statement(__file__, *names), values)
        return await cursor.fetchall()
