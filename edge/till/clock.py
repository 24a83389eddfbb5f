"""The till's clock: never before what is known to have been, and it says where it doubts itself.

A wall clock that was set back, or that began at 1970 with an empty battery, must not date a sale
before the last one. So there is a floor, which runs on by the monotonic clock: the last event of
the journal, the making of this program, and what the gateway last told, whichever is latest. The
gateway's word in this run stands over the other two, which a clock that once was ahead may have
carried too far.
"""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import NamedTuple

OFF_SECONDS_MAX = 300.0
"""How far the wall clock may lie from the gateway's, either way. Less marks tills whose clock
drifts between two mornings; more, and the gateway refuses what they sign."""

BEHIND_SECONDS_MAX = 5.0
"""How far the wall clock may lie behind the floor. A time service that slows a clock down lets it
fall behind the monotonic one by less; more is a clock that somebody has set back."""

TIME_SECONDS_MAX = 4_102_444_800.0
"""The year 2100. Beyond it a clock is broken, and a gateway that says so is not believed: one wrong
word would date a till's sales there until the next."""


class ClockReading(NamedTuple):
    """A time in seconds since 1970, and by how much the wall clock is off where it is not to be
    trusted."""

    seconds: float
    off_seconds: int | None = None

    @property
    def written(self) -> str:
        """The time as events carry it, in milliseconds."""
        at = datetime.fromtimestamp(self.seconds, UTC).isoformat(timespec="milliseconds")
        return at.replace("+00:00", "Z")

    def marks(self) -> dict[str, str | int]:
        """What an event says of its clock."""
        if self.off_seconds is None:
            return {"clock": "trusted"}
        return {"clock": "suspect", "offset_seconds": self.off_seconds}


class TillClock:
    """One till's time. Any thread may read it."""

    def __init__(
        self,
        wall: Callable[[], float] = time.time,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._wall = wall
        self._monotonic = monotonic
        self._floor = (0.0, monotonic())
        self._told: tuple[float, float] | None = None

    def raise_floor(self, seconds: float) -> None:
        """It is not before that time."""
        if self._since(self._floor) < seconds <= TIME_SECONDS_MAX:
            self._floor = (seconds, self._monotonic())

    def hear(self, seconds: float) -> None:
        """The gateway says that it is that time now."""
        if 0 <= seconds <= TIME_SECONDS_MAX:
            self._floor = self._told = (seconds, self._monotonic())

    def told(self) -> float | None:
        """What the gateway's clock says now, None before it was heard in this run."""
        return None if self._told is None else self._since(self._told)

    def read(self) -> ClockReading:
        """The time, and what is to be said of it."""
        wall = self._wall()
        if self._told is None:
            off = wall - self._since(self._floor)
            is_off = off < -BEHIND_SECONDS_MAX
        else:
            off = wall - self._since(self._told)
            is_off = abs(off) > OFF_SECONDS_MAX
        now = min(max(wall, self._since(self._floor)), TIME_SECONDS_MAX)
        return ClockReading(now, round(off) if is_off else None)

    def stamp(self) -> ClockReading:
        """The time for an event: what is written later is not written before it."""
        reading = self.read()
        if reading.off_seconds is None:
            self.raise_floor(reading.seconds)
        return reading

    def now(self) -> float:
        """Seconds since 1970."""
        return self.read().seconds

    def _since(self, mark: tuple[float, float]) -> float:
        seconds, at = mark
        return seconds + self._monotonic() - at


def read_time(told: str) -> float | None:
    """Seconds since 1970 of a time in RFC 3339; None where it is none."""
    try:
        at = datetime.fromisoformat(told)
        return None if at.tzinfo is None else at.timestamp()
    except (ValueError, OverflowError):
        return None
