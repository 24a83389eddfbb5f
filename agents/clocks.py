"""Each location's clock, and what its state keeps of what has left."""

from agents.ports import Counts
from engine.agents import State
from engine.table import Table
from tables.carts import Clock

CLOCKS = "clocks"


class Clocks:
    """Clocks of one partition's locations. Only till events move them."""

    def __init__(self, state: State) -> None:
        self._clocks: Table[Clock] = state.table(CLOCKS)

    def all(self) -> dict[str, int]:
        """Every clock as of the last commit, in microseconds since 1970."""
        return {location_id: clock.at_us for location_id, clock in self._clocks.scan()}

    def tell(self, counts: Counts) -> None:
        """Note how far the clocks are that were moved since the last commit."""
        for location_id, clock in self._clocks.edited():
            counts.newest_event_seconds[location_id] = clock.at_us / 1e6

    def tick(self, location_id: str, at_us: int) -> Clock:
        """Move the clock on to ``at_us``, never back."""
        clock = self._clocks.changed.get(location_id)
        if clock is not None:  # nearly all there are
            if at_us > clock.at_us:
                clock.at_us = at_us
            return clock
        clock = self._clocks.get(location_id)
        if clock is None:
            clock = Clock(at_us)
        elif at_us <= clock.at_us:
            return clock
        clock.at_us = at_us
        self._clocks.put(location_id, clock)
        return clock

    def get(self, location_id: str) -> Clock | None:
        """The clock, None before the location's first till event."""
        return self._clocks.get(location_id)

    def close_date(self, location_id: str, day: str) -> None:
        """A business date has left: it and all before it are closed."""
        clock = self._clocks.get(location_id) or Clock(0)
        clock.closed_date = max(clock.closed_date, day)
        self._clocks.put(location_id, clock)

    def raise_base(self, location_id: str, version: int) -> None:
        """An item has left whose last version was ``version``."""
        clock = self._clocks.get(location_id) or Clock(0)
        clock.base = max(clock.base, version)
        self._clocks.put(location_id, clock)
