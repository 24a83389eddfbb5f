"""The simulated company: its selling locations, their tills and customers, and the warehouse."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from edge.simulator.catalog import Article, load_catalog
from edge.simulator.demand import CustomerDemand
from edge.simulator.places import ONLINE, WAREHOUSE, SimulatedPlace, shops
from edge.simulator.seeds import seeded
from topics.wire import WireLocation

_QUARTER_HOUR_MS = 15 * 60 * 1000
"""Every time zone's offset, and every change of it, falls on a quarter of an hour."""


class LocalTime:
    """Hour and calendar date at a place, remembered for a quarter of an hour."""

    def __init__(self, time_zone: str) -> None:
        self._zone = ZoneInfo(time_zone)
        self._quarter = -1
        self._known = (0, date.min)

    def at(self, unix_ms: int) -> tuple[int, date]:
        """Local hour (0 to 23) and date."""
        quarter = unix_ms // _QUARTER_HOUR_MS
        if quarter != self._quarter:
            instant = datetime.fromtimestamp(unix_ms / 1000, UTC).astimezone(self._zone)
            self._quarter, self._known = quarter, (instant.hour, instant.date())
        return self._known


@dataclass(frozen=True, slots=True)
class Site:
    """A location that sells: its size, its till ids (unique in the fleet) and its customers."""

    location: WireLocation
    size: float
    till_ids: tuple[str, ...]
    demand: CustomerDemand
    time: LocalTime


@dataclass(frozen=True, slots=True)
class World:
    """All that stays the same while the simulation runs."""

    articles: tuple[Article, ...]
    sites: tuple[Site, ...]
    warehouse: WireLocation

    @property
    def locations(self) -> tuple[WireLocation, ...]:
        """Every location, the warehouse last."""
        return (*(site.location for site in self.sites), self.warehouse)


def build_world(seed: int, shop_count: int, tills_per_location: int) -> World:
    """The company with ``shop_count`` shops, the online shop and the warehouse.

    The same seed gives a shop the same customers, however many shops there are.
    """
    articles = load_catalog()
    places = (*shops(shop_count), ONLINE)
    sites = tuple(_site(seed, place, tills_per_location, articles) for place in places)
    return World(articles, sites, WAREHOUSE)


def _site(seed: int, place: SimulatedPlace, tills: int, articles: tuple[Article, ...]) -> Site:
    location_id = place.location.location_id
    return Site(
        location=place.location,
        size=place.size,
        till_ids=tuple(f"{location_id}-till-{number}" for number in range(1, tills + 1)),
        demand=CustomerDemand(articles, seeded(seed, location_id)),
        time=LocalTime(place.location.time_zone),
    )
