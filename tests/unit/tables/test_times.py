"""Which times are believed, and which clocks somebody should set."""

from datetime import UTC, datetime, timedelta

import pytest

from tables.times import credible

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
NOW_MS = int(NOW.timestamp() * 1000)


@pytest.mark.parametrize(
    ("ahead", "told"),
    [
        (timedelta(hours=-3), False),
        (timedelta(minutes=5), False),
        (timedelta(minutes=6), True),
        (timedelta(hours=23), True),
        (timedelta(days=400), True),
    ],
)
def test_a_clock_that_runs_ahead_is_told_whether_or_not_it_is_believed(
    ahead: timedelta, told: bool
) -> None:
    at = NOW + ahead
    assert credible(at, NOW_MS)[2] is told


def test_a_record_without_a_timestamp_contradicts_nothing() -> None:
    at = NOW + timedelta(days=400)
    assert credible(at, -1)[2] is False
