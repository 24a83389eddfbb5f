"""How fresh a location's figures are, and how uncertain one of its levels is therefore."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from clients.statements import statement
from dashboards.board.api import cursors, questions
from dashboards.board.api.models import FreshnessAsked
from dashboards.board.api.problems import NoAnswer
from dashboards.board.live.board import Board
from dashboards.board.wording.locales import DEFAULT
from dashboards.doubt.lately import sold_lately
from dashboards.doubt.rule import CERTAIN, Unheard, doubt_of

Row = Mapping[str, Any]


def freshness(asked: FreshnessAsked) -> questions.Question:
    """Which statement answers."""
    (after,) = cursors.read(asked.cursor, 1) or [""]
    values = {"location_id": asked.location_id, "after_location": after, "rows": asked.limit + 1}
    return "freshness", values


def with_silence(board: Board, rows: Sequence[Row]) -> list[Row]:
    """With what nobody has heard, as the board's pages say it: in usual days of selling."""
    scene = board.scene(DEFAULT)
    return [{**row, "unheard_days": _days(scene.unheard(row["location_id"]))} for row in rows]


async def doubt(board: Board, location_id: str, sku: str) -> Row:
    """A level and its doubt; raises `NoAnswer` where there is no such level."""
    values = {"location_id": location_id, "sku": sku}
    rows = await board.database.query(statement(__file__, "doubted"), dict[str, Any], **values)
    if not rows:
        raise NoAnswer(HTTPStatus.NOT_FOUND, f"There is nothing of {sku} at {location_id}.")
    unheard, found = board.scene(DEFAULT).unheard(location_id), CERTAIN
    if unheard.is_something:
        item = (location_id, sku)
        sold = await sold_lately(board.database.query, [item])
        found = doubt_of(sold[item], unheard)
    return {
        **rows[0],
        "unheard_days": _days(unheard),
        "missing_events": unheard.missing_events,
        "sold_unheard_expected": found.expected,
        "sold_unheard_at_most": found.at_most,
    }


def _days(unheard: Unheard) -> float:
    return round(unheard.days, 4)
