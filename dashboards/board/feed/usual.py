"""What a location usually sells: the same weekday of the last weeks, by half hours.

A day that has only begun is compared with what the same weekdays had sold by the same time, for a
whole day would make every shop look poor in the morning. Read from the receipts once a day for
each location, a few locations at a time, so that the readers of pages do not wait for it.
"""

import asyncio
import contextlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, tzinfo

import msgspec

from clients.statements import statement
from dashboards.board.feed.database import Database, DatabaseAway
from dashboards.board.feed.memory import Memory
from dashboards.board.wording.words import there, zone

WEEKS = 4
"""How many same weekdays are averaged: fewer follow one odd day, more a season that is over."""

BIN_SECONDS = 1800
"""Length of a bin: half hours lie right in every time zone but Nepal's."""

HOURS_OF_A_DAY = range(-24 * 2, 48 * 2)
"""Bins in which a business date can have sales: a shop may close its day late or begin it early,
by a day at the most. A till whose clock stands at 1970 would draw a chart of fifty years."""

LOCATIONS_AT_ONCE = 20
"""Locations of one question: some thousand receipts each."""

_DAY_SECONDS = 86_400

PAUSE_SECONDS = 1.0
"""Between two questions, and how late a location that has begun a new day is noticed."""


@dataclass(frozen=True, slots=True)
class Profile:
    """Net sales of an average same weekday, by bins since the business date's midnight."""

    business_date: date
    weeks: int
    bins: dict[int, float] = field(default_factory=dict[int, float])

    def by(self, elapsed_seconds: float) -> int:
        """What is usually sold that long after midnight, in minor units."""
        at = elapsed_seconds / BIN_SECONDS
        whole = sum(amount for place, amount in self.bins.items() if place + 1 <= at)
        return round(whole + self.bins.get(int(at), 0.0) * (at - int(at)))

    @property
    def whole(self) -> int:
        """What the day sells in all, in minor units; nothing where more came back."""
        return max(0, self.by(_DAY_SECONDS))

    def sells(self, elapsed_seconds: float) -> bool:
        """Whether something is usually sold about then."""
        at = int(elapsed_seconds // BIN_SECONDS)
        return any(self.bins.get(place) for place in (at - 1, at, at + 1))


class HalfHour(msgspec.Struct, frozen=True):
    """Net sales of a location in one half hour of a business date."""

    location_id: str
    business_date: date
    half_hour: datetime
    net_minor: int


class Usual:
    """The profiles of all locations."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory
        self._profiles: dict[str, Profile] = {}

    def today(self, location_id: str) -> Profile | None:
        """The profile for the location's business date; None where none is known."""
        profile, totals = self._profiles.get(location_id), self._memory.totals.get(location_id)
        if profile is None or totals is None or profile.business_date != totals.business_date:
            return None
        return profile if profile.weeks else None

    def by_now(self, location_id: str, now: datetime) -> int | None:
        """Net sales in minor units that a usual day of this kind has by now."""
        profile = self.today(location_id)
        return profile.by(self._elapsed(location_id, profile, now)) if profile else None

    def sells_now(self, location_id: str, now: datetime) -> bool | None:
        """Whether the location usually sells at this time; None where nothing is known."""
        profile = self.today(location_id)
        return profile.sells(self._elapsed(location_id, profile, now) % 86_400) if profile else None

    def selling_seconds(self, location_id: str, now: datetime) -> float:
        """How long, by now, a usual day of this kind has been selling."""
        profile = self.today(location_id)
        if profile is None or not profile.bins:
            return 0.0
        elapsed = self._elapsed(location_id, profile, now)
        return elapsed - min(profile.bins) * BIN_SECONDS

    def days_between(self, location_id: str, since: datetime, now: datetime) -> float:
        """How much of usual days lies between two moments: 1 is what a whole day sells. By the
        clock alone where nobody knows at which hours the location sells."""
        profile = self.today(location_id)
        if profile is None or not (whole := profile.whole):
            return max(0.0, (now - since).total_seconds() / _DAY_SECONDS)
        began, ended = (
            divmod(self._elapsed(location_id, profile, at), _DAY_SECONDS) for at in (since, now)
        )
        share = (profile.by(ended[1]) - profile.by(began[1])) / whole
        return max(0.0, ended[0] - began[0] + share)

    def put(self, location_id: str, profile: Profile) -> None:
        """Remember a profile."""
        self._profiles[location_id] = profile

    def wanted(self) -> list[str]:
        """Locations whose profile is not of their business date."""
        return [
            location_id
            for location_id, totals in self._memory.totals.items()
            if (held := self._profiles.get(location_id)) is None
            or held.business_date != totals.business_date
        ]

    def _elapsed(self, location_id: str, profile: Profile, now: datetime) -> float:
        local = now.astimezone(zone(self._memory.place(location_id).time_zone))
        return _since_midnight(local, profile.business_date)


async def keep_up(usual: Usual, memory: Memory, database: Database) -> None:
    """Read the profiles that are missing, until cancelled."""
    while True:
        wanted = usual.wanted()[:LOCATIONS_AT_ONCE]
        if wanted:
            # The database tells its source that it is away, which every page shows.
            with contextlib.suppress(DatabaseAway):
                await _read(usual, memory, database, wanted)
        await asyncio.sleep(PAUSE_SECONDS)


async def _read(usual: Usual, memory: Memory, database: Database, wanted: list[str]) -> None:
    days = {each: memory.totals[each].business_date for each in wanted}
    before = [(each, earlier) for each, day in days.items() for earlier in weeks_before(day)]
    bins = await half_hours(database, before)
    for location_id, day in days.items():
        where = zone(memory.place(location_id).time_zone)
        told = (each for each in bins if each.location_id == location_id)
        usual.put(location_id, profile_of(day, told, where))


async def half_hours(database: Database, days: Iterable[tuple[str, date]]) -> list[HalfHour]:
    """The half hours of business dates of locations in which something was sold."""
    wanted = list(days)
    return await database.query(
        statement(__file__, "half_hours"),
        HalfHour,
        locations=[location_id for location_id, _ in wanted],
        days=[day for _, day in wanted],
    )


def weeks_before(day: date) -> list[date]:
    """The same weekday of the last weeks; fewer at the beginning of the calendar, which a till
    with a broken clock may be in."""
    weeks = (timedelta(weeks=week) for week in range(1, WEEKS + 1))
    return [day - each for each in weeks if day - date.min >= each]


def profile_of(business_date: date, bins: Iterable[HalfHour], where: tzinfo) -> Profile:
    """The average of the days that have sales at all.

    A sale by a clock that is days off counts for its day, and is in none of its hours.
    """
    told = list(bins)
    weeks = len({each.business_date for each in told})
    summed: dict[int, float] = {}
    for each in told:
        local = there(each.half_hour, where)
        place = int(_since_midnight(local, each.business_date) // BIN_SECONDS)
        if place in HOURS_OF_A_DAY:
            summed[place] = summed.get(place, 0.0) + each.net_minor / weeks
    return Profile(business_date, weeks, summed)


def _since_midnight(local: datetime, business_date: date) -> float:
    """By the clock on the wall: where it is put back, an hour comes twice."""
    midnight = datetime.combine(business_date, datetime.min.time())
    return (local.replace(tzinfo=None) - midnight).total_seconds()
