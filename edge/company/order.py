"""From what was asked for to a finished run: the world, its services, and the clock."""

import time
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from typing import NamedTuple

from clients.kafka import KafkaAccess
from clients.postgres import PostgresAccess
from edge.company.bookings import Bookings
from edge.company.run import CompanyTally, Run, SimulatedPace
from edge.company.store_tills import NotSent, StoreTills, Voucher
from edge.company.ways import ByLocation, DirectWay, EventWay
from edge.producer import TillProducer
from edge.simulator.simulation import Plan, Simulation
from edge.simulator.world import World, build_world


@dataclass(frozen=True, slots=True)
class Order:
    """What was asked for; see ``tillstream simulate --help``.

    ``start_ms`` None follows the clock. ``speed`` is simulated seconds a second, 0 for as fast as
    possible.
    """

    seed: int
    shops: int
    tills: int
    rate: float
    steady: bool
    events: int | None
    start_ms: int | None
    speed: float


class StoreTerms(NamedTuple):
    """A store whose tills keep journals and ask its gateway; see `StoreTills`."""

    location_id: str
    folder: Path
    build: str
    vouch: Voucher


def simulate(
    order: Order,
    kafka: KafkaAccess,
    postgres: PostgresAccess | None,
    wished: Event,
    store: StoreTerms | None = None,
) -> CompanyTally:
    """Run until the order is done or an end is wished for; nothing is booked without ``postgres``.

    Raises `edge.producer.DeliveryFailed`, `edge.company.store_tills.NotSent`,
    `edge.company.bookings.NotBooked` or `psycopg.Error` where a service did not take everything.
    """
    world = build_world(order.seed, order.shops, order.tills)
    with ExitStack() as stack:
        way = _way(stack, world, kafka, store)
        bookings = Bookings(postgres) if postgres else None
        # A start that was asked for repeats a run, which began with the opening stock.
        known = bookings.stock_now(world) if bookings and order.start_ms is None else {}
        plan = _plan(order)
        simulation = Simulation(world, plan, known)
        if bookings is not None:
            stockroom = simulation.stockroom
            opening = stockroom.opening_movements(plan.start_ms)
            bookings.furnish(world, stockroom.policies, opening)
        pace = SimulatedPace(plan.start_ms, order.speed, start_at_clock=order.start_ms is None)
        run = Run(simulation, way, bookings, pace)
        run.until(wished, order.events)
        return run.tally


def _way(stack: ExitStack, world: World, kafka: KafkaAccess, store: StoreTerms | None) -> EventWay:
    direct = DirectWay(stack.enter_context(TillProducer(kafka)))
    if store is None:
        return direct
    found = [site for site in world.sites if site.location.location_id == store.location_id]
    till_ids = tuple(till for site in found for till in site.till_ids)
    if not till_ids:
        raise NotSent(f"{store.location_id} is none of the simulated shops")
    tills = StoreTills(store.folder, store.location_id, till_ids, store.build, store.vouch)
    return ByLocation(store.location_id, stack.enter_context(tills), direct)


def _plan(order: Order) -> Plan:
    """The tills' epoch is the second of the start, so that a later run has a higher one.

    Following the clock, that second is the next: a process that is started again within the same
    second finds that nothing has been sent in it.
    """
    start_ms = (int(time.time()) + 1) * 1000 if order.start_ms is None else order.start_ms
    return Plan(order.seed, start_ms // 1000, start_ms, order.rate, order.steady)
