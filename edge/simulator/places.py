"""Where the simulated shops stand. All trade in euro, in several time zones."""

from dataclasses import dataclass

from topics.wire import WireLocation


@dataclass(frozen=True, slots=True)
class SimulatedPlace:
    """A location and its size: its share of the fleet's sales against an average shop's 1."""

    location: WireLocation
    size: float


def _shop(location_id: str, name: str, zone: str, region: str, size: float) -> SimulatedPlace:
    return SimulatedPlace(WireLocation(location_id, name, "shop", f"Europe/{zone}", region), size)


SHOPS = (
    _shop("berlin-mitte", "Berlin Mitte", "Berlin", "DE", 1.6),
    _shop("hamburg-altona", "Hamburg Altona", "Berlin", "DE", 1.2),
    _shop("muenchen-schwabing", "München Schwabing", "Berlin", "DE", 1.1),
    _shop("wien-neubau", "Wien Neubau", "Vienna", "AT", 1.0),
    _shop("paris-bastille", "Paris Bastille", "Paris", "FR", 1.5),
    _shop("lisboa-chiado", "Lisboa Chiado", "Lisbon", "PT", 0.8),
    _shop("koeln-ehrenfeld", "Köln Ehrenfeld", "Berlin", "DE", 0.9),
    _shop("amsterdam-jordaan", "Amsterdam Jordaan", "Amsterdam", "NL", 0.9),
    _shop("bruxelles-ixelles", "Bruxelles Ixelles", "Brussels", "BE", 0.8),
    _shop("milano-brera", "Milano Brera", "Rome", "IT", 1.1),
    _shop("roma-trastevere", "Roma Trastevere", "Rome", "IT", 1.0),
    _shop("madrid-chueca", "Madrid Chueca", "Madrid", "ES", 1.2),
    _shop("barcelona-gracia", "Barcelona Gràcia", "Madrid", "ES", 1.0),
    _shop("helsinki-kallio", "Helsinki Kallio", "Helsinki", "FI", 0.7),
    _shop("athina-plaka", "Athína Pláka", "Athens", "GR", 0.8),
    _shop("dublin-rathmines", "Dublin Rathmines", "Dublin", "IE", 0.7),
    _shop("frankfurt-bornheim", "Frankfurt Bornheim", "Berlin", "DE", 0.9),
    _shop("leipzig-plagwitz", "Leipzig Plagwitz", "Berlin", "DE", 0.6),
    _shop("graz-lend", "Graz Lend", "Vienna", "AT", 0.5),
    _shop("lyon-croix-rousse", "Lyon Croix-Rousse", "Paris", "FR", 0.7),
)
STORE = SHOPS[0].location.location_id
"""The one that a stack without stores of its own shows as a store: it has the products, prices and
stock of a simulated shop."""
WAREHOUSE = WireLocation("warehouse-kassel", "Warehouse Kassel", "warehouse", "Europe/Berlin", "DE")
STORES_WAREHOUSE = WireLocation(
    "warehouse-erfurt", "Warehouse Erfurt", "warehouse", "Europe/Berlin", "DE"
)
"""The one with a stack of its own: what the other books, the simulated company books for it."""
ONLINE = SimulatedPlace(WireLocation("online", "Online shop", "online", "Europe/Berlin"), 1.4)


def shops(count: int) -> tuple[SimulatedPlace, ...]:
    """The first ``count`` shops; beyond the named ones their streets get a number."""
    return tuple(_numbered(SHOPS[at % len(SHOPS)], at // len(SHOPS)) for at in range(count))


def _numbered(place: SimulatedPlace, branch: int) -> SimulatedPlace:
    if branch == 0:
        return place
    at = place.location
    return _shop(
        f"{at.location_id}-{branch + 1}",
        f"{at.name} {branch + 1}",
        at.time_zone.removeprefix("Europe/"),
        at.region or "",
        place.size,
    )
