"""Which business date a location can be in now. Pure."""

from datetime import date, datetime, timedelta

from dashboards.board.wording.words import zone

FURTHEST_EAST = timedelta(hours=14)
"""The earliest that a day begins anywhere."""

EARLY_CLOSE = timedelta(hours=4)
"""How long before midnight a shop may close its day and begin the next. With less, a shop that
does would show nothing of its evening; with more, a till whose clock is a day ahead would hide its
shop's afternoon behind its own day."""


def newest_date(time_zone: str | None, now: datetime) -> date:
    """The newest business date that a till with a right clock can tell of; see `totals.sql` too.

    UTC is also what a location has of which nobody said where it is.
    """
    if time_zone in (None, "UTC"):
        return (now + FURTHEST_EAST).date()
    return (now + EARLY_CLOSE).astimezone(zone(time_zone)).date()
