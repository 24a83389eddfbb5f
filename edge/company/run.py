"""One run of the simulator: events at their time on their way, movements to the database."""

import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from threading import Event
from typing import Any

import structlog

from edge.company.bookings import Bookings
from edge.company.ways import EventWay
from edge.simulator.simulation import SimulatedMoment, Simulation

_WRITE_SECONDS = 0.5
"""Between bookings. A transaction for each movement would be slower than the tills."""

_REPORT_SECONDS = 5.0


@dataclass(slots=True)
class CompanyTally:
    """What a run has done, by event type and movement reason."""

    events: Counter[str] = field(default_factory=Counter[str])
    movements: Counter[str] = field(default_factory=Counter[str])
    started: float = field(default_factory=time.monotonic)

    def as_json(self) -> dict[str, Any]:
        """For ``--json``: counts, and seconds of real time."""
        seconds = time.monotonic() - self.started
        return {
            "events": self.events.total(),
            "events_by_type": dict(sorted(self.events.items())),
            "movements": self.movements.total(),
            "movements_by_reason": dict(sorted(self.movements.items())),
            "seconds": round(seconds, 3),
            "events_per_second": round(self.events.total() / max(seconds, 0.001), 1),
        }


class SimulatedPace:
    """Real time for simulated time: ``speed`` simulated seconds a second, 0 for no waiting."""

    def __init__(self, start_ms: int, speed: float, start_at_clock: bool) -> None:
        """``start_at_clock``: simulated time is the clock's; else it begins now."""
        self._start_ms = start_ms
        self._speed = speed
        ahead = start_ms / 1000 - time.time() if start_at_clock else 0.0
        self._began = time.monotonic() + ahead

    def wait(self, unix_ms: int, wished: Event) -> None:
        """Return when ``unix_ms`` has come, or at once when an end is wished for."""
        if self._speed:
            due = self._began + (unix_ms - self._start_ms) / 1000 / self._speed
            wait = due - time.monotonic()
            if wait > 0:
                wished.wait(wait)


class Run:
    """Publishes and books the moments of one simulation. ``bookings`` is None without database."""

    def __init__(
        self,
        simulation: Simulation,
        way: EventWay,
        bookings: Bookings | None,
        pace: SimulatedPace,
    ) -> None:
        self._simulation = simulation
        self._way = way
        self._bookings = bookings
        self._pace = pace
        self._log: Any = structlog.get_logger("tillstream.simulate")
        self._write_at = 0.0
        self._report_at = time.monotonic() + _REPORT_SECONDS
        self.tally = CompanyTally()

    def until(self, wished: Event, limit: int | None) -> None:
        """Run to ``limit`` events, or until an end is wished for; then no cart is left open and
        everything is acknowledged and booked."""
        self._follow(self._simulation.moments(limit), wished)
        if wished.is_set():
            for moment in self._simulation.closing():
                self._do(moment)
        self._way.flush()
        if self._bookings is not None:
            self._bookings.close()

    def _follow(self, moments: Iterable[SimulatedMoment], wished: Event) -> None:
        for moment in moments:
            self._pace.wait(moment.unix_ms, wished)
            # Tills count on from the moment that was drawn: it is told, even at the end.
            self._do(moment)
            self._now_and_then()
            if wished.is_set():
                return

    def _do(self, moment: SimulatedMoment) -> None:
        event = moment.event
        self._way.tell(event)
        self.tally.events[str(event.__struct_config__.tag)] += 1
        if self._bookings is not None:
            self._bookings.add(moment.movements)
            self.tally.movements.update(movement.reason for movement in moment.movements)

    def _now_and_then(self) -> None:
        now = time.monotonic()
        if self._bookings is not None and now >= self._write_at:
            self._bookings.write()
            self._write_at = now + _WRITE_SECONDS
        if now >= self._report_at:
            self._report_at = now + _REPORT_SECONDS
            told = self.tally.as_json()
            names = ("events", "movements", "events_per_second")
            self._log.info("selling", **{name: told[name] for name in names})
