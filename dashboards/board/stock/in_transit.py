"""Stock that is on its way: it has left one location and has not come in at another.

The ledger's trigger keeps it by the transfer's reference (`stock_in_transit`). Sums by location are
read again and again, for a transfer ends somewhere else than it began.
"""

import asyncio
import contextlib
from datetime import UTC, datetime
from typing import Any

import msgspec

from clients.statements import statement
from dashboards.board.feed.database import DatabaseAway
from dashboards.board.feed.rows import LeftFor
from dashboards.board.live.board import Board
from dashboards.board.live.visit import Visit
from dashboards.board.wording.words import span

READ_SECONDS = 10.0
"""How late a page says that something left or came in."""

SHOWN_MAX = 20
"""Of one page, the longest on its way: those are the ones to ask about."""


class OnTheWay(msgspec.Struct, frozen=True):
    """A product of one transfer, in its base unit. Below zero it came in before anybody was told
    that it left. ``to_location_id`` is known once some of it has come in."""

    reference: str
    sku: str
    quantity: int
    from_location_id: str | None
    to_location_id: str | None
    since: datetime
    name: str | None
    unit: str


async def on_the_way(
    board: Board, *, sku: str | None = None, location_id: str | None = None
) -> list[OnTheWay] | None:
    """Of a product, or from or to a location; None while the database is away."""
    question = statement(__file__, "in_transit")
    return await board.database.query_if_there(
        question, OnTheWay, sku=sku, location_id=location_id, most=SHOWN_MAX
    )


def way_words(visit: Visit, ways: list[OnTheWay] | None) -> dict[str, Any]:
    """For the template."""
    now, words = datetime.now(UTC), visit.words

    def since(at: datetime) -> str:
        return f"{words.clock(at, UTC, now)}, {span((now - at).total_seconds())} ago"

    return {"ways": ways, "place_name": visit.board.memory.name_of, "since_words": since}


async def run(board: Board) -> None:
    """Keep the sums, until cancelled."""
    while True:
        with contextlib.suppress(DatabaseAway):
            rows = await board.database.query(statement(__file__, "in_transit_sums"), LeftFor)
            board.viewers.note_locations(board.memory.learn_in_transit(rows))
        await asyncio.sleep(READ_SECONDS)
