"""A moment is what the person who wrote it meant, or is refused with what to write instead."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from dashboards.ledger.moments import NoMoment, parse_moment

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-11-21T12:05", "2026-11-21T11:05:00+00:00"),
        ("2026-11-21 12:05:30", "2026-11-21T11:05:30+00:00"),
        ("2026-11-21T11:05Z", "2026-11-21T11:05:00+00:00"),
        ("2026-07-01T12:00", "2026-07-01T10:00:00+00:00"),
        ("2026-11-21T06:05:00-05:00", "2026-11-21T11:05:00+00:00"),
        ("2026-10-25T02:30", "2026-10-25T00:30:00+00:00"),  # comes twice: the earlier
        ("2026-10-25T02:30+01:00", "2026-10-25T01:30:00+00:00"),
    ],
)
def test_a_time_without_an_offset_is_on_the_locations_clock(text: str, moment: str) -> None:
    assert parse_moment(text, BERLIN, NOW).isoformat() == moment


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        ("yesterday", "is no time: write"),
        ("", "is no time: write"),
        ("2026-02-30T10:00", "is no time: write"),
        ("2026-11-21T12:01Z", "is in the future"),
        ("2026-03-29T02:30", "was skipped when the clocks of Europe/Berlin were put forward"),
        ("0001-01-01T00:00+14:00", "out of range"),
        ("0001-01-01T00:00", "out of range"),
    ],
)
def test_what_is_no_past_moment_is_refused_with_its_reason(text: str, cause: str) -> None:
    with pytest.raises(NoMoment, match=cause):
        parse_moment(text, BERLIN, NOW)
