"""Whether a customer is old enough, by date of birth and the store's calendar. Pure.

Somebody born on 29 February is a year older on 1 March where the year has no such day: where laws
differ, nobody is sold to a day too early.
"""

from datetime import UTC, date, datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

YEARS_MAX = 120
"""Of an age that may be asked for; above it a rule has a date or an amount in the place of one."""

LIFE_YEARS_MAX = 123
"""Between the years of a birth and of today. Nobody has lived to be 123 (Jeanne Calment, who died
in 1997, was 122 years and 164 days old): a year before that is mistyped, as 1008 for 2008, and
would let a child pass."""


def may_live(born_on: date, today: date) -> bool:
    """Whether somebody who was born on that day can stand at the counter."""
    return born_on <= today and today.year - born_on.year <= LIFE_YEARS_MAX


class UnknownTimeZone(ValueError):
    """The store's time zone is none that this machine knows."""


def local_day(at_seconds: float, time_zone: str) -> date:
    """The calendar's day in the store at that time; raises `UnknownTimeZone`."""
    try:
        zone = ZoneInfo(time_zone)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise UnknownTimeZone(f"no time zone is called {time_zone!r}") from error
    return datetime.fromtimestamp(at_seconds, UTC).astimezone(zone).date()


class AgeCheck(NamedTuple):
    """A product that is sold from an age on, at a store's day."""

    years: int
    today: date

    @property
    def born_by(self) -> date:
        """Born on or before this day, somebody is old enough: what a page shows in large."""
        if not 0 <= self.years <= YEARS_MAX or self.years >= self.today.year:
            raise ValueError(f"an age of 0 to {YEARS_MAX} years, not {self.years}")
        year = self.today.year - self.years
        try:
            return self.today.replace(year=year)
        except ValueError:  # 29 February
            return date(year, 2, 28)

    def admits(self, born_on: date) -> bool:
        """Whether somebody who was born on that day is old enough."""
        return born_on <= self.born_by

    def event(
        self, cart_id: str, cashier_id: str, is_admitted: bool, reason: str = ""
    ) -> dict[str, Any]:
        """What the journal keeps of the decision: never the date of birth."""
        return {
            "type": "age_checked",
            "cart_id": cart_id,
            "cashier_id": cashier_id,
            "outcome": "admitted" if is_admitted else "refused",
            "reason": reason or f"from {self.years} years",
        }
