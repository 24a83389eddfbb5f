"""Which time of an event is believed, and in which unit clocks are kept."""

from datetime import UTC, date, datetime, time, timedelta

TOLERATED_US = 5 * 60 * 1_000_000
"""How far ahead a till's clock may be before somebody should set it. A clock that is asked for the
time drifts by seconds; a day's slack would hide a wrong time zone."""

KEPT_US = 400 * 24 * 60 * 60 * 1_000_000
"""How long after its last event, by the location's clock, a business date, an older epoch or a
delisted item leaves the state: a year and the weeks in which its books are closed. Shorter, and
late corrections of last year are refused; without an end, state grows with the years."""

DATES_REMEMBERED = 4_096
"""Dates whose text is kept: eleven years. Without a bound, a till that makes dates up would fill
the memory."""

_DAYS_AHEAD_US = 2 * 24 * 60 * 60 * 1_000_000
"""How far a business date may be ahead of a clock in UTC: half a day by its time zone, and one that
a shop has opened early."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

_texts: dict[date, str] = {}


def microseconds(at: datetime) -> int:
    """Microseconds since 1970 of an aware time."""
    since = at - _EPOCH
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds


def time_of(at_us: int) -> datetime:
    """The time in UTC, so many microseconds since 1970."""
    return _EPOCH + timedelta(microseconds=at_us)


def credible(occurred_at: datetime, timestamp_ms: int) -> tuple[datetime, int, bool]:
    """The time to believe, the same in microseconds since 1970, and whether the clock is ahead.

    Nothing is known before it has happened: it is ``occurred_at``, or the record's timestamp where
    that is earlier, which the broker or the store wrote and no till's clock can move. A clock is
    ahead from `TOLERATED_US` on. A record without a timestamp (-1) contradicts nothing.
    """
    since = occurred_at - _EPOCH  # `microseconds`, without the call
    occurred_us = (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds
    written_us = timestamp_ms * 1000
    if occurred_us <= written_us or timestamp_ms < 0:
        return occurred_at, occurred_us, False
    return time_of(written_us), written_us, occurred_us - written_us > TOLERATED_US


def written_at(timestamp_ms: int) -> datetime:
    """When a record was written; 1970 where it does not say (-1)."""
    return time_of(max(0, timestamp_ms) * 1000)


def is_of_now(day: str, clock_us: int) -> bool:
    """Whether a business date is one that a shop may trade on while its clock is at ``clock_us``.

    A till whose clock was years behind may have opened it: then the clock comes right, and what
    is 400 days after the date's last event is still today.
    """
    begins_us = microseconds(datetime.combine(date.fromisoformat(day), time.min, UTC))
    return clock_us - KEPT_US < begins_us <= clock_us + _DAYS_AHEAD_US


def text_of(day: date) -> str:
    """The date as YYYY-MM-DD."""
    text = _texts.get(day)
    if text is None:
        if len(_texts) >= DATES_REMEMBERED:
            _texts.clear()
        text = _texts[day] = day.isoformat()
    return text
