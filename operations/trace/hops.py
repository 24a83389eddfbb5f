"""What a trace is made of: the number of an event, and what each place on its way says of it."""

from collections.abc import Sequence
from datetime import datetime
from enum import Enum
from typing import NamedTuple

import msgspec


class TracedEvent(NamedTuple):
    """The number of an event, as tills give it."""

    location_id: str
    till_id: str
    epoch: int
    sequence: int


class HopState(Enum):
    """What a place says of an event."""

    PASSED = "passed"
    WAITING = "waiting"
    """It is not there yet, or lies there and has not gone on."""
    REFUSED = "refused"
    """It is there, and counts for nothing."""
    NOT_READ = "not read"
    """This place cannot be asked from here."""


class Hop(msgspec.Struct, frozen=True):
    """One place. ``at`` is when the event came there, by that place's clock; None where no clock
    was written down."""

    name: str
    state: HopState
    words: str
    at: datetime | None = None


def has_arrived(hops: Sequence[Hop]) -> bool:
    """Whether each place that could be asked has the event, and it counts."""
    return all(hop.state in (HopState.PASSED, HopState.NOT_READ) for hop in hops)
