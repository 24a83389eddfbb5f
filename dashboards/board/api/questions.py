"""Which statement answers a request, and with which parameters."""

from datetime import date
from typing import Any

from dashboards.board.api import cursors
from dashboards.board.api.models import AlertsAsked, LevelsAsked, Paged, TotalsAsked
from dashboards.board.api.problems import wrong_parameter

Question = tuple[str, dict[str, Any]]
"""A statement of ``sql/`` and its parameters."""


def levels(asked: LevelsAsked) -> Question:
    """Each choice has a statement of its own, which finds its first row by an index."""
    return _chosen("levels", asked)


def totals(asked: TotalsAsked) -> Question:
    """Of one location or of all, which takes different indexes."""
    after = cursors.read(asked.cursor, 3)
    values = {
        "location_id": asked.location_id,
        "till_id": asked.till_id,
        # Whoever names a till wants its row, whatever kind is asked for.
        "locations": asked.rows != "tills" and asked.till_id is None,
        "tills": asked.rows != "locations" or asked.till_id is not None,
        "first_date": asked.first_date or date.min,
        "last_date": asked.last_date or date.max,
        "after_date": _date(after[0]) if after else date.min,
        "after_location": after[1] if after else "",
        "after_till": after[2] if after else "",
        "begins": after is None,
        "rows": _rows(asked),
    }
    return "totals_of_location" if asked.location_id else "totals", values


def alerts(asked: AlertsAsked) -> Question:
    """As for levels."""
    return _chosen("alerts", asked, state=None if asked.state == "all" else asked.state)


def _chosen(name: str, asked: LevelsAsked | AlertsAsked, **more: str | None) -> Question:
    after_location, after_sku = cursors.read(asked.cursor, 2) or ["", ""]
    values = {
        "location_id": asked.location_id,
        "sku": asked.sku,
        "after_location": after_location,
        "after_sku": after_sku,
        "rows": _rows(asked),
        **more,
    }
    if asked.location_id:
        return f"{name}_of_location", values
    return f"{name}_of_sku" if asked.sku else name, values


def _rows(asked: Paged) -> int:
    """One more than is answered: whether there is more."""
    return asked.limit + 1


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as fault:
        raise wrong_parameter("cursor", "give what next_cursor said, or nothing") from fault
