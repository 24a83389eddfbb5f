"""What counts as unread of an input with records, markers, and what was taken back."""

from types import SimpleNamespace
from typing import Any

from faust.types import TP

from engine.lag import InputLag

LEVELS = TP("stock.levels", 3)


def _records(*offsets: int) -> dict[TP, Any]:
    return {LEVELS: [SimpleNamespace(offset=each) for each in offsets]}


def _begun(at: int) -> InputLag:
    lag = InputLag()
    lag.begin({LEVELS: at})
    return lag


def test_what_was_never_fetched_counts_from_the_position_in_the_state() -> None:
    assert InputLag().of(LEVELS, end=12, folded_to=5) == 7
    assert _begun(5).of(LEVELS, end=12, folded_to=5) == 7


def test_a_marker_behind_the_last_record_counts_until_it_has_been_read() -> None:
    lag = _begun(5)
    lag.take(_records(5, 6), {LEVELS: 7})
    assert lag.of(LEVELS, end=8, folded_to=7) == 1
    lag.take({}, {LEVELS: 8})
    assert lag.of(LEVELS, end=8, folded_to=7) == 0


def test_what_was_read_and_not_folded_counts_though_the_client_is_through() -> None:
    lag = _begun(5)
    lag.take(_records(5, 6), {LEVELS: 8})
    assert [lag.of(LEVELS, end=8, folded_to=at) for at in (5, 6, 7)] == [3, 2, 0]


def test_what_was_taken_back_counts_for_nothing_once_it_was_passed() -> None:
    lag = _begun(0)
    lag.take({}, {LEVELS: 40})
    assert lag.of(LEVELS, end=40, folded_to=0) == 0
    lag.take({}, {LEVELS: 40})
    assert lag.of(LEVELS, end=43, folded_to=0) == 3


def test_a_partition_that_comes_back_is_counted_from_where_it_is_read_on() -> None:
    lag = _begun(0)
    lag.take(_records(0, 1, 2), {LEVELS: 90})
    lag.begin({LEVELS: 2})
    assert lag.of(LEVELS, end=90, folded_to=2) == 88


def test_an_end_that_is_older_than_what_was_read_is_no_lag() -> None:
    lag = _begun(0)
    lag.take({}, {LEVELS: 9})
    assert lag.of(LEVELS, end=8, folded_to=0) == 0
