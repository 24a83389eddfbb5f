"""What the simulated company keeps of shops in which nobody of it sells: a stack's own stores.

Master data are the centre's. Stock is booked where the goods are: a store books its own.
"""

from collections.abc import Collection
from contextlib import closing
from dataclasses import replace

from clients.postgres import PostgresAccess
from edge.company.bookings import Bookings
from edge.simulator.places import ONLINE, SHOPS, STORES_WAREHOUSE
from edge.simulator.shelves import policies_of
from edge.simulator.stockroom import Stockroom
from edge.simulator.world import World, build_world

TILLS = 1
"""Of each shop, for a world that nobody sells in."""

RATE = 10.0
"""Events per second of the fleet that shelves are made for, as `tillstream simulate` has it."""


class NoSuchShop(Exception):
    """A location is none of the company's shops; the text names it."""


def furnish_shops(postgres: PostgresAccess, seed: int, location_ids: Collection[str]) -> None:
    """Write their locations, catalog, assortment, prices, offers and decision tables into the
    centre's database, where they are not there yet. Raises `NoSuchShop` and `psycopg.Error`."""
    world = _world_with(seed, location_ids)
    policies = {
        key: policy for key, policy in policies_of(world, RATE).items() if key[0] in location_ids
    }
    sites = tuple(each for each in world.sites if each.location.location_id in location_ids)
    with closing(Bookings(postgres)) as bookings:
        bookings.furnish(replace(world, sites=sites), policies, ())


def stock_shop(postgres: PostgresAccess, seed: int, location_id: str, now_ms: int) -> None:
    """Book the first filling of its shelves in the store's own database; a second time books
    nothing. Raises `NoSuchShop`, `edge.company.bookings.NotBooked` and `psycopg.Error`."""
    stockroom = Stockroom(_world_with(seed, {location_id}), seed, 0, now_ms, RATE, {})
    opening = stockroom.opening_movements(now_ms)
    with closing(Bookings(postgres)) as bookings:
        bookings.add(each for each in opening if each.location_id == location_id)


def _world_with(seed: int, location_ids: Collection[str]) -> World:
    """The company with all its shops, and the warehouse that is meant, if one is."""
    world = build_world(seed, len(SHOPS), TILLS)
    if STORES_WAREHOUSE.location_id in location_ids:
        world = replace(world, warehouse=STORES_WAREHOUSE)
    known = {each.location_id for each in world.locations} - {ONLINE.location.location_id}
    if unknown := set(location_ids) - known:
        raise NoSuchShop(f"{', '.join(sorted(unknown))} is none of the simulated shops")
    return world
