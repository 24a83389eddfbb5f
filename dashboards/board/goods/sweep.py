"""Looks after counts whose tills were dark, and tells Prometheus what is on its way."""

import asyncio
import contextlib
import time
from typing import Any

import psycopg
import structlog

from dashboards.backoffice import reading
from dashboards.backoffice.refusals import BookingRefused
from dashboards.backoffice.settling import (
    WHO,
    UnsettledCount,
    note_booked_elsewhere,
    settle,
    unsettled,
)
from dashboards.board.feed.database import DatabaseAway, DatabaseBusy
from dashboards.board.feed.writing import Actor
from dashboards.board.goods.metrics import GoodsFigures
from dashboards.board.live.board import Board

SETTLE_SECONDS = 5.0
"""Between two looks at unsettled counts. A sale that was told late is corrected so much later."""

FIGURES_SECONDS = 15.0
"""Between two looks at what is on its way, which is a matter of days."""


async def run(board: Board, goods: GoodsFigures) -> None:
    """Until cancelled. Each count is looked at by itself: one that fails holds up no other."""
    figures_due = 0.0
    while True:
        await asyncio.sleep(SETTLE_SECONDS)
        with contextlib.suppress(DatabaseAway):  # the board tells that itself
            counts = await unsettled(board.database.query)
            goods.unsettled.set(len(counts))
            for each in counts:
                await _look_at(board, goods, each)
            if time.monotonic() >= figures_due:
                async with board.writing.transaction(Actor(WHO)) as work:
                    await note_booked_elsewhere(work)
                await _tell(board, goods)
                figures_due = time.monotonic() + FIGURES_SECONDS


async def _look_at(board: Board, goods: GoodsFigures, which: UnsettledCount) -> None:
    log: Any = structlog.get_logger("tillstream.board")
    try:
        async with board.writing.transaction(Actor(WHO)) as work:
            look = await settle(work, which)
    except DatabaseBusy:
        return  # somebody else holds its rows: at the next round
    except (psycopg.Error, BookingRefused) as fault:
        goods.failed.inc()
        log.error("count_not_corrected", document=which.document_id, error=str(fault))
        return
    if look is not None and look.corrected:
        goods.corrected.inc(look.corrected)
        told = {"document": look.document_id, "products": look.corrected}
        log.info("count_corrected", **told, waits_for=look.waits_for)


async def _tell(board: Board, goods: GoodsFigures) -> None:
    found = await reading.transfers_under_way(board.database.query)
    goods.under_way.set(found.transfers)
    goods.oldest_seconds.set(max(0.0, found.oldest_seconds))
