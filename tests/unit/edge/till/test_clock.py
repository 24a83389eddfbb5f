"""The till's clock: what it writes, and when it doubts itself."""

from dataclasses import dataclass

import pytest

from edge.till.clock import ClockReading, TillClock, read_time

NOON = 1_800_000_000.0
YEAR = 365 * 86_400.0


@dataclass
class Clocks:
    """A machine's two clocks, moved by the test."""

    wall: float = NOON
    ran: float = 5.0

    def run(self, seconds: float) -> None:
        self.wall += seconds
        self.ran += seconds

    def till(self) -> TillClock:
        return TillClock(lambda: self.wall, lambda: self.ran)


def test_a_right_clock_is_trusted() -> None:
    clocks = Clocks()
    till = clocks.till()
    till.raise_floor(NOON - 60)
    clocks.run(10)
    assert till.read() == ClockReading(NOON + 10)
    assert till.read().marks() == {"clock": "trusted"}


def test_a_clock_behind_the_journal_goes_on_from_there() -> None:
    clocks = Clocks(wall=0.0)
    till = clocks.till()
    till.raise_floor(NOON)
    clocks.run(90)
    read = till.read()
    assert read.seconds == NOON + 90
    assert read.marks() == {"clock": "suspect", "offset_seconds": -int(NOON)}


def test_a_clock_that_is_set_back_in_mid_sale_dates_nothing_before_the_last_event() -> None:
    clocks = Clocks()
    till = clocks.till()
    clocks.run(7_200)
    assert till.stamp() == ClockReading(NOON + 7_200)
    clocks.wall -= 3_600
    clocks.run(1)
    assert till.stamp() == ClockReading(NOON + 7_201, -3_600)


def test_a_clock_that_is_slowed_down_is_trusted_and_never_goes_back() -> None:
    clocks = Clocks()
    till = clocks.till()
    first = till.stamp()
    clocks.run(60)
    clocks.wall -= 1
    assert till.stamp() == ClockReading(first.seconds + 60)


@pytest.mark.parametrize("years", [-1, 1])
def test_a_clock_a_year_off_the_gateway_is_suspect(years: int) -> None:
    clocks = Clocks(wall=NOON + years * YEAR)
    till = clocks.till()
    till.hear(NOON)
    clocks.run(30)
    for _ in range(2):
        assert till.stamp().off_seconds == years * YEAR
    assert till.now() >= NOON + 30


@pytest.mark.parametrize("off", [-300, 0, 300])
def test_five_minutes_off_the_gateway_are_no_harm(off: float) -> None:
    clocks = Clocks(wall=NOON + off)
    till = clocks.till()
    till.hear(NOON)
    assert till.read().off_seconds is None


def test_a_journal_from_the_future_is_put_right_by_the_gateway() -> None:
    clocks = Clocks()
    till = clocks.till()
    till.raise_floor(NOON + YEAR)
    assert till.now() == NOON + YEAR and till.read().off_seconds
    till.hear(NOON + 2)
    assert till.read() == ClockReading(NOON + 2)


def test_a_gateway_that_is_wrong_stops_nothing() -> None:
    till = Clocks().till()
    till.hear(NOON - YEAR)
    assert till.read() == ClockReading(NOON, int(YEAR))
    till.hear(float("inf"))
    till.hear(NOON + 100 * YEAR)
    till.hear(-1.0)
    assert till.now() == NOON


def test_times_are_written_in_milliseconds_of_utc() -> None:
    assert ClockReading(NOON + 0.25).written == "2027-01-15T08:00:00.250Z"


@pytest.mark.parametrize("told", ["", "noon", "2027-01-15T08:00:00", "9" * 400, "0001-01-01T00:00"])
def test_what_is_no_time_is_none(told: str) -> None:
    assert read_time(told) is None
    assert read_time("2027-01-15T09:00:00+01:00") == NOON
