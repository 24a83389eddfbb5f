"""Who is at which till when: event times and tills, by the size of a location and its hours."""

from itertools import accumulate
from random import Random

from edge.simulator.carts import Till
from edge.simulator.demand import hour_weight
from edge.simulator.world import World
from topics.wire import AnyWireEvent

HEARTBEAT_MS = 60_000
"""Between two heartbeats of a till, whatever else it says."""

HEARTBEATS_MAX = 0.1
"""Of all events, while heartbeats are due: a large fleet at a low rate would say nothing else."""

_REWEIGH_MS = 60_000
"""How often the hours are looked at: they change on a minute."""


class Traffic:
    """Gives the fleet's events one after the other, each later than the last.

    ``rate`` is events per second of simulated time in an average hour; with ``steady`` in every
    hour.
    """

    def __init__(
        self, world: World, epoch: int, start_ms: int, rate: float, steady: bool, rng: Random
    ) -> None:
        self._rng = rng
        self._rate = rate
        self._steady = steady
        self._now_ms = float(start_ms)
        self._sites = world.sites
        self._tills = {
            site.location.location_id: [Till(site, till, epoch, rng) for till in site.till_ids]
            for site in world.sites
        }
        fleet = [till for tills in self._tills.values() for till in tills]
        # In the order in which their heartbeats are due, the first of each spread over a minute.
        self._due = {
            (till.site.location.location_id, till.till_id): (
                start_ms + HEARTBEAT_MS * place // len(fleet),
                till,
            )
            for place, till in enumerate(fleet, 1)
        }
        self._open: dict[tuple[str, str], Till] = {}
        self._weighed_minute = -1
        self._weights: list[float] = []
        self._hour_factor = 1.0

    @property
    def open_carts(self) -> int:
        """Carts that are neither paid nor left."""
        return len(self._open)

    @property
    def now_ms(self) -> int:
        """The time of the last event, or of the start."""
        return int(self._now_ms)

    def next_event(self) -> tuple[int, AnyWireEvent]:
        """The time (Unix, ms) and what happened then."""
        unix_ms = self._advance()
        due_ms, _ = next(iter(self._due.values()))
        if due_ms <= unix_ms and self._rng.random() < HEARTBEATS_MAX:
            return unix_ms, self._heartbeat(unix_ms)
        till = self._pick()
        event = till.next_event(unix_ms)
        self._spoke(till)
        return unix_ms, event

    def close_one(self) -> tuple[int, AnyWireEvent]:
        """The next event on the way to closed tills: a cart is left, or a heartbeat at the end."""
        unix_ms = self._advance()
        return unix_ms, self.abandon() if self._open else self._heartbeat(unix_ms)

    def abandon(self) -> AnyWireEvent:
        """Whoever is served longest leaves without buying, at the time of the last event."""
        till = next(iter(self._open.values()))
        event = till.abandon(self.now_ms)
        self._spoke(till)
        return event

    def _heartbeat(self, unix_ms: int) -> AnyWireEvent:
        ident, (_, till) = next(iter(self._due.items()))
        del self._due[ident]
        self._due[ident] = unix_ms + HEARTBEAT_MS, till
        return till.heartbeat(unix_ms)

    def _advance(self) -> int:
        self._weigh()
        self._now_ms += self._rng.expovariate(self._rate * self._hour_factor) * 1000
        return self.now_ms

    def _weigh(self) -> None:
        minute = self.now_ms // _REWEIGH_MS
        if minute == self._weighed_minute:
            return
        self._weighed_minute = minute
        weights = [site.size * self._hour_weight(index) for index, site in enumerate(self._sites)]
        self._hour_factor = sum(weights) / sum(site.size for site in self._sites)
        self._weights = list(accumulate(weights))

    def _hour_weight(self, index: int) -> float:
        if self._steady:
            return 1.0
        site = self._sites[index]
        hour, _ = site.time.at(self.now_ms)
        return hour_weight(site.location.kind, hour)

    def _pick(self) -> Till:
        site = self._rng.choices(self._sites, cum_weights=self._weights)[0]
        return self._rng.choice(self._tills[site.location.location_id])

    def _spoke(self, till: Till) -> None:
        ident = (till.site.location.location_id, till.till_id)
        if till.has_open_cart:
            self._open[ident] = till
        else:
            self._open.pop(ident, None)
