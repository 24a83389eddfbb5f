"""What somebody wants to see of the totals, as the page's address says it. Pure."""

import re
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from multidict import MultiMapping

from dashboards.board.totals.columns import DIMENSIONS, sortable
from topics.scalars import ID_PATTERN

DAYS_DEFAULT = 7

DAYS_MAX = 366
"""Longest range: a year and the day before it. Longer ones are for the database itself; shorter
ones could not show a season beside the last."""

LAST_PAGE = 1_000_000
"""No table has as many pages."""

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


class WrongWish(Exception):
    """An address that cannot be answered; the text says to a reader what to change."""


@dataclass(frozen=True, slots=True)
class TotalsWish:
    """Business dates from ``first`` to ``last``, both counted, grouped by ``by``.

    ``location_id`` is empty for all of them, ``sort`` empty for the order of the groups
    themselves. ``page`` counts from 1.
    """

    first: date
    last: date
    by: tuple[str, ...] = ("day",)
    location_id: str = ""
    sort: str = ""
    descending: bool = False
    page: int = 1

    def address(self, path: str, **changed: Any) -> str:
        """The address of this wish, or of one that differs."""
        wish = replace(self, **changed)
        asked: list[tuple[str, str]] = [
            ("from", wish.first.isoformat()),
            ("to", wish.last.isoformat()),
            *(("by", each) for each in wish.by),
            ("location", wish.location_id),
            ("sort", ("-" if wish.descending else "") + wish.sort),
            ("page", str(wish.page) if wish.page > 1 else ""),
        ]
        return f"{path}?{urlencode([each for each in asked if each[1]])}"


def wish_of(query: MultiMapping[str], today: date) -> TotalsWish:
    """What an address asks for; the last seven days by day where it says nothing.

    Raises `WrongWish`.
    """
    by = grouping(query.getall("by", []))
    first, last = _range(query.get("from", ""), query.get("to", ""), today)
    location_id = query.get("location", "")
    if location_id and not re.fullmatch(ID_PATTERN, location_id):
        raise WrongWish("No location has such an id.")
    sort, descending = _sort(query.get("sort", ""), by)
    return TotalsWish(first, last, by, location_id, sort, descending, _page(query.get("page", "")))


def grouping(asked: list[str]) -> tuple[str, ...]:
    """The dimensions in their fixed order. A till is shown with its location."""
    unknown = sorted(set(asked) - DIMENSIONS.keys())
    if unknown:
        known = ", ".join(DIMENSIONS)
        raise WrongWish(f"Totals are grouped by {known}, not by “{unknown[0][:40]}”.")
    if {"category", "tender"} <= set(asked):
        raise WrongWish(
            "A receipt says what was bought and how it was paid, but not which line was paid how: "
            "group by category or by tender."
        )
    wanted = {*asked, "location"} if "till" in asked else set(asked)
    return tuple(each for each in DIMENSIONS if each in wanted) or ("day",)


def _range(first_text: str, last_text: str, today: date) -> tuple[date, date]:
    last = _date("To", last_text) if last_text else None
    first = _date("From", first_text) if first_text else None
    span = timedelta(days=DAYS_DEFAULT - 1)
    if last is None:
        last = max(first, today) if first else today
    if first is None:
        first = last - span if last - date.min > span else date.min
    if first > last:
        raise WrongWish(f"From ({first}) is after To ({last}): exchange them.")
    days = (last - first).days + 1
    if days > DAYS_MAX:
        raise WrongWish(f"These are {days} days: choose at most {DAYS_MAX}.")
    return first, last


def _date(name: str, text: str) -> date:
    try:
        if _DATE.fullmatch(text):
            return date.fromisoformat(text)
    except ValueError:
        pass
    told = text[:40]
    raise WrongWish(f"{name} is no date: “{told}”. Write it as 2026-11-21.")


def _sort(text: str, by: tuple[str, ...]) -> tuple[str, bool]:
    name = text.removeprefix("-")
    return (name, text.startswith("-")) if name in sortable(by) else ("", False)


def _page(text: str) -> int:
    if not (text.isascii() and text.isdigit()):
        return 1
    return min(max(1, int(text)), LAST_PAGE) if len(text) < 10 else LAST_PAGE
