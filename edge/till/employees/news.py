"""How old a till's list of employees is.

The age runs by the monotonic clock, so that a wall clock which jumps while the till runs changes
nothing. What passed while it was off is the difference of two readings of its own clock: one that
is wrong by a constant, as one that lost a year, is right about that.
"""

import time
from collections.abc import Callable

import msgspec

AGE_SECONDS_MAX = 30 * 86_400.0
"""Beyond it only plain cash sales stay. With less, a store that is cut off over a holiday stops
giving refunds; with more, somebody dismissed on its first dark day gives them all the while."""


class KeptAge(msgspec.Struct, frozen=True, array_like=True):
    """As it lies in the journal's state: the age at a time of the till's clock."""

    age_seconds: float
    at_seconds: float


_decode = msgspec.json.Decoder(KeptAge).decode


class StaffNews:
    """The age of one till's list. Any thread may ask."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._age = (0.0, monotonic())

    def recall(self, kept: bytes, now_seconds: float) -> None:
        """Go on from what the disk has; a clock that was set back makes no list younger."""
        found = _decode(kept)
        age = found.age_seconds + max(0.0, now_seconds - found.at_seconds)
        self._age = (age, self._monotonic())

    def hear(self, age_seconds: float) -> None:
        """The gateway has the same list, and heard that many seconds ago that it is current."""
        self._age = (max(0.0, min(age_seconds, self.age_seconds)), self._monotonic())

    @property
    def age_seconds(self) -> float:
        """Since the list was last known to be what the centre says."""
        age, at = self._age
        return age + self._monotonic() - at

    @property
    def is_too_old(self) -> bool:
        """Whether only plain cash sales stay."""
        return self.age_seconds > AGE_SECONDS_MAX

    def kept(self, now_seconds: float) -> bytes:
        """As the disk is to have it."""
        return msgspec.json.encode(KeptAge(self.age_seconds, now_seconds))
