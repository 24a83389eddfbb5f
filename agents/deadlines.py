"""What of a location comes to its end at which time: an index in the state, not in memory.

One key for each end that is noted, ``location_id/time/kind/rest``, so the next one of a location is
the first of its keys. Nothing is read when a partition opens; a location's first end is looked up
when its clock first moves.
"""

from engine.agents import State
from engine.table import Table

DEADLINES = "deadlines"

DUE_MAX = 1_000
"""Ends of one location that are met with one event; the rest comes with its next ones. All at
once, a clock that jumps by a day would hold up the partition and make a transaction too large."""

LOCATIONS_REMEMBERED = 65_536
"""Locations whose next end is known without a look; more are looked up again. Without a bound, a
till that makes locations up would fill the memory."""

NEVER = 2**63

_SHIFT = 10**17
"""Added to a time, so that years before 1970 sort as they should."""

_DIGITS = 18


class Deadlines:
    """Ends of one partition's carts, business dates, epochs and items."""

    def __init__(self, state: State) -> None:
        self._noted: Table[int] = state.table(DEADLINES)
        self.soonest: dict[str, int] = {}
        """By location, before when nothing is due. One that is missing is to be asked for."""

    def note(self, location_id: str, kind: str, rest: str, at_us: int) -> None:
        """Remember to look at ``rest`` of ``kind`` when the location's clock reaches ``at_us``."""
        self._noted.put_away(_key(location_id, kind, rest, at_us), 1)
        soonest = self.soonest.get(location_id)
        if soonest is not None and at_us < soonest:
            self.soonest[location_id] = at_us

    def take_back(self, location_id: str, kind: str, rest: str, at_us: int) -> None:
        """Forget what was noted with the same words."""
        self._noted.drop(_key(location_id, kind, rest, at_us))

    def take_due(self, location_id: str, clock_us: int) -> list[tuple[str, str]]:
        """The (kind, rest) whose time has come, in order, `DUE_MAX` at most; each is told once."""
        prefix = f"{location_id}/"
        begin = self.soonest.get(location_id)
        start = prefix if begin is None else prefix + _digits(begin)
        found: list[tuple[str, str]] = []
        soonest = NEVER
        for key, _ in self._noted.scan_from(prefix, start, DUE_MAX + 1):
            _, digits, kind, rest = key.split("/", 3)
            at_us = int(digits) - _SHIFT
            if at_us > clock_us or len(found) == DUE_MAX:
                soonest = at_us
                break
            self._noted.drop(key)
            found.append((kind, rest))
        self._remember(location_id, soonest)
        return found

    def _remember(self, location_id: str, soonest: int) -> None:
        if len(self.soonest) >= LOCATIONS_REMEMBERED:
            self.soonest.clear()
        self.soonest[location_id] = soonest


def _key(location_id: str, kind: str, rest: str, at_us: int) -> str:
    return f"{location_id}/{_digits(at_us)}/{kind}/{rest}"


def _digits(at_us: int) -> str:
    return str(at_us + _SHIFT).zfill(_DIGITS)
