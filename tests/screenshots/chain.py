"""Simulated shops that have sold on past days and sell on, three of them with real trouble."""

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import msgspec

from clients.kafka import KafkaAccess
from clients.postgres import PostgresAccess
from edge.company.bookings import Bookings
from edge.producer import TillProducer
from edge.simulator.simulation import Plan, SimulatedMoment, Simulation
from edge.simulator.world import build_world
from topics.wire import WireMovement

SEED = 1
TILLS = 3

PAST_RATE_EACH = 0.03
"""Events a second of each shop in the past: some 270 receipts a day. With a tenth of them, chance
alone would make days of half of the usual; with ten times as many, the pictures take an hour."""

DAYS_AGO = (7, 2, 1, 0)
"""A week ago, for the same weekday is what today is compared with; the others for the charts."""

LIVE_RATE_EACH = 0.4
"""While pictures are taken: each till says something about every seven seconds."""

BOOK_SECONDS = 0.5

SILENT_MINUTES = 25

UNBOOKED_HOURS = 30
"""How long nobody has booked what the trucks brought: the best sellers are then below nought."""

LOST = range(3, 10)
"""Sequence numbers of one till that never arrive."""


@dataclass(frozen=True)
class Troubles:
    """What is wrong, by the shop that has it."""

    silent: str
    unbooked: str
    gap: str


@dataclass
class Chain:
    """The shops, and what of them reaches Kafka and the database."""

    kafka: KafkaAccess
    postgres: str
    shops: int
    troubles: Troubles
    now: datetime = field(default_factory=lambda: datetime.now(UTC))

    def __post_init__(self) -> None:
        self.world = build_world(SEED, self.shops, TILLS)
        self._encode = msgspec.json.Encoder().encode

    def spans(self) -> Iterator[tuple[datetime, datetime]]:
        """The days that have been sold, from midnight (UTC) on; the last ends now."""
        midnight = self.now.replace(hour=0, minute=0, second=0, microsecond=0)
        for days in DAYS_AGO:
            start = midnight - timedelta(days=days)
            yield start, min(start + timedelta(days=1), self.now)

    def sell(self, start: datetime, end: datetime) -> None:
        """All sales of a span, as fast as they are taken; what was sold before must be counted."""
        rate, stop = PAST_RATE_EACH * self.shops, threading.Event()
        with TillProducer(self.kafka) as producer:
            self._follow(start, rate, end, producer, stop)

    def sell_on(self, stop: threading.Event) -> None:
        """By the clock, until ``stop``."""
        with TillProducer(self.kafka) as producer:
            self._follow(datetime.now(UTC), LIVE_RATE_EACH * self.shops, None, producer, stop)

    def _follow(
        self,
        start: datetime,
        rate: float,
        end: datetime | None,
        producer: TillProducer,
        stop: threading.Event,
    ) -> None:
        bookings = Bookings(PostgresAccess(self.postgres))
        start_ms = int(start.timestamp()) * 1000
        plan = Plan(SEED, start_ms // 1000, start_ms, rate, steady=end is None)
        simulation = Simulation(self.world, plan, bookings.stock_now(self.world))
        stockroom = simulation.stockroom
        bookings.furnish(self.world, stockroom.policies, stockroom.opening_movements(plan.start_ms))
        write_at = 0.0
        for moment in self._moments(simulation, end, stop):
            if not self._is_lost(moment, live=end is None):
                producer.publish(moment.event.location_id, self._encode(moment.event))
            bookings.add(each for each in moment.movements if not self._is_forgotten(each))
            if time.monotonic() > write_at:
                bookings.write()
                write_at = time.monotonic() + BOOK_SECONDS
        bookings.close()

    def _moments(
        self, simulation: Simulation, end: datetime | None, stop: threading.Event
    ) -> Iterator[SimulatedMoment]:
        last = end.timestamp() if end else float("inf")
        for moment in simulation.moments(None):
            stopped = stop.wait(max(0.0, _wait_seconds(moment)))
            # The last one has its number already: kept back, it would be missing for ever.
            yield moment
            if stopped or moment.unix_ms / 1000 > last:
                break
        yield from simulation.closing()

    def _is_lost(self, moment: SimulatedMoment, *, live: bool) -> bool:
        event = moment.event
        if event.location_id == self.troubles.silent:
            silent_at = self.now - timedelta(minutes=SILENT_MINUTES)
            return moment.unix_ms / 1000 > silent_at.timestamp()
        of_gap = live and event.till_id == f"{self.troubles.gap}-till-1"
        return of_gap and event.sequence in LOST

    def _is_forgotten(self, movement: WireMovement) -> bool:
        since = self.now - timedelta(hours=UNBOOKED_HOURS)
        return movement.location_id == self.troubles.unbooked and (
            movement.quantity > 0 and movement.occurred_at >= since
        )


def _wait_seconds(moment: SimulatedMoment) -> float:
    return moment.unix_ms / 1000 - time.time()
