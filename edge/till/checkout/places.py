"""The store's calendar. Pure."""

from datetime import UTC, date, datetime, tzinfo
from typing import Protocol
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from edge.till.ages import UnknownTimeZone, local_day


class _Place(Protocol):
    @property
    def time_zone(self) -> str: ...


def today_of(place: _Place | None, at_seconds: float) -> date:
    """The store's day at that time. Before the first catalog, or in a zone that this machine does
    not know, it is UTC's: a wrong row from the centre must not end all scanning."""
    try:
        return local_day(at_seconds, place.time_zone if place else "UTC")
    except UnknownTimeZone:
        return datetime.fromtimestamp(at_seconds, UTC).date()


def zone_of(place: _Place | None) -> tzinfo:
    """The store's time zone, UTC where it is not known."""
    try:
        return ZoneInfo(place.time_zone) if place else UTC
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return UTC
