"""Which time of an event is believed, and in which unit clocks are kept."""

from datetime import UTC, datetime

AHEAD_MAX_US = 24 * 60 * 60 * 1_000_000
"""How far a till's clock may run ahead of the record's timestamp before it is not believed.

One event from the year 2099 would otherwise empty every cart of its shop and make it look
fresh for good; much less than a day, and a till in a wrong time zone would not be believed.
"""

TOLERATED_US = 5 * 60 * 1_000_000
"""How far ahead a till's clock may be before somebody should set it. A clock that is asked for the
time drifts by seconds; a day's slack would hide a wrong time zone."""


def microseconds(at: datetime) -> int:
    """Microseconds since 1970 of an aware time."""
    return round(at.timestamp() * 1_000_000)


def credible(occurred_at: datetime, timestamp_ms: int) -> tuple[datetime, int, bool]:
    """The time to believe, the same in microseconds since 1970, and whether the clock is ahead.

    It is ``occurred_at``, or the record's timestamp where the event claims to be more than
    `AHEAD_MAX_US` ahead of it; a clock is ahead from `TOLERATED_US` on. A record without a
    timestamp (-1) contradicts nothing.
    """
    occurred_us = microseconds(occurred_at)
    ahead_us = occurred_us - timestamp_ms * 1000
    if ahead_us <= TOLERATED_US or timestamp_ms < 0:
        return occurred_at, occurred_us, False
    if ahead_us > AHEAD_MAX_US:
        return datetime.fromtimestamp(timestamp_ms / 1000, UTC), timestamp_ms * 1000, True
    return occurred_at, occurred_us, True
