"""Looks after counts whose tills were dark, and tells Prometheus what is on its way."""

import asyncio
import time
from datetime import UTC, datetime
from typing import Any

import psycopg
import structlog

from dashboards.backoffice import reading
from dashboards.backoffice.refusals import NotBooked
from dashboards.backoffice.settling import WHO, settle
from dashboards.board.feed.database import DatabaseAway
from dashboards.board.feed.writing import Actor
from dashboards.board.goods.metrics import Goods
from dashboards.board.live.board import Board

SETTLE_SECONDS = 5.0
"""Between two looks at unsettled counts. A sale that was told late is corrected so much later."""

FIGURES_SECONDS = 60.0
"""Between two looks at what is on its way: it is told for days."""


async def run(board: Board, goods: Goods) -> None:
    """Until cancelled. What fails is told, and tried again: pages go on meanwhile."""
    log: Any = structlog.get_logger("tillstream.board")
    figures_due = 0.0
    while True:
        await asyncio.sleep(SETTLE_SECONDS)
        try:
            async with board.writing.transaction(Actor(WHO)) as work:
                looks = await settle(work)
            for each in looks:
                goods.corrected.inc(each.corrected)
                if each.corrected:
                    told = {"document": each.document_id, "products": each.corrected}
                    log.info("count_corrected", **told, waits_for=each.waits_for)
            if time.monotonic() >= figures_due:
                await _tell(board, goods)
                figures_due = time.monotonic() + FIGURES_SECONDS
        except DatabaseAway:
            continue  # the board tells that it is away, or that somebody else holds the rows
        except (psycopg.Error, NotBooked) as fault:
            goods.failed.inc()
            log.error("count_not_settled", error=str(fault))


async def _tell(board: Board, goods: Goods) -> None:
    ask, now = board.database.query, datetime.now(UTC)
    found = await reading.under_way(ask)
    goods.under_way.set(len({each.reference for each in found}))
    oldest = min((each.since for each in found), default=now)
    goods.oldest_seconds.set(max(0.0, (now - oldest).total_seconds()))
    goods.unsettled.set(await reading.unsettled(ask))
