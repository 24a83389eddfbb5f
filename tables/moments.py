"""When and where an event happened, and who said so: what every rule about it needs to know."""

from datetime import datetime

import msgspec

from tables.tills import TillState


class Moment(msgspec.Struct, gc=False):
    """One event's place in time and in its topic.

    ``at`` is the time that is believed of it, ``at_us`` the same in microseconds since 1970;
    ``clock_us`` is its location's clock, which is never before it. ``offset`` is the record's.
    ``till`` said it, whose key is ``location_id/till_id``.
    """

    at: datetime
    at_us: int
    clock_us: int
    offset: int
    till_key: str
    till: TillState
