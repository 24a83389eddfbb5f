"""Nobody is sold to a day too early, or refused a day too late."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.till.ages import AgeCheck, UnknownTimeZone, local_day, may_live

DAY = timedelta(days=1)


@pytest.mark.parametrize("years", [16, 18, 21])
def test_the_birthday_is_the_first_day(years: int) -> None:
    born_on = date(2008, 11, 30)
    birthday = date(2008 + years, 11, 30)
    assert not AgeCheck(years, birthday - DAY).admits(born_on)
    assert AgeCheck(years, birthday).admits(born_on)
    assert AgeCheck(years, birthday + DAY).admits(born_on)


@pytest.mark.parametrize(
    ("today", "is_admitted"),
    [(date(2026, 2, 28), False), (date(2026, 3, 1), True)],
)
def test_born_on_29_february_is_older_on_1_march_of_a_short_year(
    today: date, is_admitted: bool
) -> None:
    assert AgeCheck(18, today).admits(date(2008, 2, 29)) is is_admitted


def test_born_on_29_february_is_older_on_that_day_where_there_is_one() -> None:
    assert not AgeCheck(20, date(2028, 2, 28)).admits(date(2008, 2, 29))
    assert AgeCheck(20, date(2028, 2, 29)).admits(date(2008, 2, 29))


def test_on_29_february_the_day_by_which_one_was_born_exists() -> None:
    check = AgeCheck(18, date(2028, 2, 29))
    assert check.born_by == date(2010, 2, 28)
    assert not check.admits(date(2010, 3, 1))


@given(st.dates(date(1930, 1, 1), date(2090, 1, 1)), st.integers(1, 100), st.integers(0, 40_000))
def test_whoever_is_admitted_has_lived_the_years(today: date, years: int, days: int) -> None:
    try:
        born_on = today - timedelta(days=days)
    except OverflowError:
        return
    had = today.year - born_on.year - ((today.month, today.day) < (born_on.month, born_on.day))
    assert AgeCheck(years, today).admits(born_on) == (had >= years)


@given(st.dates(date(1930, 1, 1), date(2090, 1, 1)), st.integers(1, 100))
def test_who_is_admitted_today_is_admitted_tomorrow(today: date, years: int) -> None:
    assert AgeCheck(years, today).born_by <= AgeCheck(years, today + DAY).born_by


@pytest.mark.parametrize(
    ("time_zone", "day"),
    [("Europe/Berlin", 1), ("UTC", 30), ("Pacific/Auckland", 1), ("America/New_York", 30)],
)
def test_the_day_is_that_of_the_store(time_zone: str, day: int) -> None:
    at = datetime(2026, 11, 30, 23, 30, tzinfo=UTC).timestamp()
    assert local_day(at, time_zone).day == day


@pytest.mark.parametrize("clock", ["2026-03-29T00:59:59", "2026-03-29T01:00:00"])
def test_a_change_of_the_clocks_does_not_move_the_day(clock: str) -> None:
    at = datetime.fromisoformat(clock).replace(tzinfo=UTC).timestamp()
    assert local_day(at, "Europe/Berlin") == date(2026, 3, 29)


@pytest.mark.parametrize("time_zone", ["", "Mars/Base", "../../etc/passwd", "\x00", "Europe"])
def test_a_time_zone_that_nobody_knows_is_said_so(time_zone: str) -> None:
    with pytest.raises(UnknownTimeZone):
        local_day(0, time_zone)


@pytest.mark.parametrize("years", [-1, 121, 2026])
def test_an_age_that_nobody_reaches_is_a_wrong_rule(years: int) -> None:
    with pytest.raises(ValueError, match="an age of 0 to 120 years"):
        _ = AgeCheck(years, date(2026, 11, 30)).born_by


@pytest.mark.parametrize(
    ("born_on", "may"),
    [
        (date(2026, 11, 30), True),
        (date(2026, 12, 1), False),
        (date(1903, 1, 1), True),
        (date(1902, 12, 31), False),
        (date(1008, 12, 31), False),
        (date.min, False),
    ],
)
def test_nobody_alive_was_born_tomorrow_or_before_the_oldest_ever(born_on: date, may: bool) -> None:
    assert may_live(born_on, date(2026, 11, 30)) is may


def test_the_decision_is_kept_without_a_date_of_birth() -> None:
    event = AgeCheck(18, date(2026, 11, 30)).event("cart-1", "7", is_admitted=False)
    assert event == {
        "type": "age_checked",
        "cart_id": "cart-1",
        "cashier_id": "7",
        "outcome": "refused",
        "reason": "from 18 years",
    }
