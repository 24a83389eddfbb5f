"""Rows that the tests of the board's rules share."""

from datetime import UTC, date, datetime
from typing import Any

from dashboards.board.feed.rows import Till, Totals

WHEN = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)


def till(till_id: str, version: int = 1, **changed: Any) -> Till:
    """A till of shop-1 that is well; ``missing`` alone says how many are missing."""
    missing: list[tuple[int, int]] = changed.get("missing", [])
    row: dict[str, Any] = {
        "location_id": "shop-1",
        "till_id": till_id,
        "epoch": 1,
        "last_sequence": 9,
        "missing": missing,
        "missing_count": sum(last - first + 1 for first, last in missing),
        "older": [],
        "quarantined": 0,
        "duplicates": 0,
        "forks": 0,
        "unlisted": 0,
        "last_seen": WHEN,
        "version": version,
    }
    return Till(**{**row, **changed})


def day_of(business_date: date, **changed: Any) -> Totals:
    """Totals of a day of shop-1 on which nothing happened but what is told."""
    row: dict[str, Any] = dict.fromkeys(Totals.__struct_fields__, 0) | {
        "location_id": "shop-1",
        "till_id": None,
        "business_date": business_date,
        "tenders": {},
        "version": 1,
        "as_of": WHEN,
    }
    return Totals(**{**row, **changed})
