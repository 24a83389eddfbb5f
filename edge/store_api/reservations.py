"""Reserves goods of any store's receipts that are about to come back, each once in all stores.

One transaction: whoever reserves of the same number waits for the other. The same request again is
told the same; a reservation ends by itself, by the database's clock, or when the return has come.
"""

from http import HTTPStatus
from typing import Annotated, Any

import msgspec
import orjson

from clients.statements import statement
from edge.gateway.receipts.stored import StoredLine, StoredReceipt
from edge.gateway.receipts.wanted import (
    RESERVED_MAX,
    RESERVED_SECONDS,
    WantedReturn,
    meant_of,
    reservation_of,
)
from edge.pooled import PooledConnection
from edge.problems import Code, Refusal
from edge.store_api import sold
from edge.store_api.left import Counted, back_of, with_news
from topics.scalars import Epoch, Identifier, Ordinal, Reference

VERIFIED = "centre"
"""By what is known of all stores."""

OF_STORE_MAX = 500
"""Reservations that one store may hold: more than its tills can do in a quarter of an hour, and too
few to keep everybody's goods from coming back."""

TAKEN_BACK_MAX = 200


class TakenBack(msgspec.Struct, frozen=True):
    """A return that the asking store has made: its line may be slower than its question."""

    till_id: Identifier
    epoch: Epoch
    sequence: Ordinal
    return_id: Reference
    lines: Annotated[list[StoredLine], msgspec.Meta(max_length=sold.LINES_MAX)]


class WantedReservation(WantedReturn, frozen=True):
    """A return that a store is about to make, and those of this receipt that it has made."""

    taken_back: Annotated[list[TakenBack], msgspec.Meta(max_length=TAKEN_BACK_MAX)] = msgspec.field(
        default_factory=list[TakenBack]
    )


async def reserve(
    connection: PooledConnection, location_id: str, receipt_no: str, wanted: WantedReservation
) -> bytes:
    """What the store ``location_id`` is told, as JSON; raises `Refusal`."""
    own = {"location_id": location_id, "return_id": wanted.return_id, "receipt_no": receipt_no}
    own["asked"] = _asked(wanted)
    await connection.execute(statement(__file__, "lock"), own)
    await connection.execute(statement(__file__, "forget"))
    if before := await _first(connection, "told_before", own):
        return str(before).encode()
    if await _first(connection, "held", own) >= OF_STORE_MAX:
        words = f"This store has {OF_STORE_MAX} returns under way."
        raise Refusal(HTTPStatus.TOO_MANY_REQUESTS, Code.BUSY, words, headers={"Retry-After": "60"})
    sale, back = await _standing(connection, location_id, receipt_no, wanted)
    told = orjson.dumps(reservation_of(sale, back, wanted, VERIFIED)).decode()
    own |= {"receipt_location_id": sale.location_id, "told": told}
    await connection.execute(statement(__file__, "reserve"), own | {"seconds": RESERVED_SECONDS})
    return told.encode()


async def _standing(
    connection: PooledConnection, location_id: str, receipt_no: str, wanted: WantedReservation
) -> tuple[StoredReceipt, dict[int, int]]:
    """The receipt that is meant, and what of it is no longer there to come back."""
    found = [each.sale for each in await sold.of_number(connection, receipt_no)]
    is_only = len({each.location_id for each in found}) == 1
    if len(found) == sold.SALES_MAX and wanted.location_id is not None:
        # Those of that store may be among those that were not read.
        named = await sold.of_number(connection, receipt_no, wanted.location_id)
        found = [each.sale for each in named]
    sale = meant_of(found, wanted)
    if sale is None:
        raise Refusal(HTTPStatus.NOT_FOUND, Code.REQUEST, "No store has sold by such a receipt.")
    own = (location_id, wanted.return_id)
    came = with_news(
        await sold.come_back(connection, [receipt_no]), _news(location_id, sale, wanted)
    )
    kept = await sold.kept(connection, [receipt_no])
    kept = [each for each in kept if (each.location_id, each.return_id) != own]
    if len(kept) >= RESERVED_MAX:
        words = f"{RESERVED_MAX} returns of this receipt are under way."
        raise Refusal(HTTPStatus.CONFLICT, Code.REQUEST, words)
    return sale, back_of(sale, Counted(came, kept), is_only)


def _news(location_id: str, sale: StoredReceipt, wanted: WantedReservation) -> list[sold.CameBack]:
    """What the store says that it took back: of itself, and of this receipt alone."""
    return [
        sold.CameBack(
            sale.receipt_no,
            sale.location_id,
            location_id,
            each.till_id,
            each.epoch,
            each.sequence,
            each.return_id,
            each.lines,
        )
        for each in wanted.taken_back
    ]


def _asked(wanted: WantedReservation) -> str:
    """What makes two requests the same: not what the store knows beside it."""
    plain = msgspec.to_builtins(wanted)
    del plain["taken_back"]
    return orjson.dumps(plain, option=orjson.OPT_SORT_KEYS).decode()


async def _first(connection: PooledConnection, name: str, values: dict[str, Any]) -> Any:
    row = await (await connection.execute(statement(__file__, name), values)).fetchone()
    return row[0] if row else None
