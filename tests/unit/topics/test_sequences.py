"""Every number of a till counts once, in whatever order it arrives."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from topics import sequences
from topics.sequences import Verdict, Window

NEW = {Verdict.IN_ORDER, Verdict.OPENS_GAP, Verdict.HEALS, Verdict.REPLACES_UNREADABLE}


def numbers_missing(window: Window) -> list[int]:
    return [number for first, last in window.missing for number in range(first, last + 1)]


@given(st.lists(st.integers(1, 30)))
def test_a_window_knows_what_a_set_knows(arrivals: list[int]) -> None:
    window, seen = Window(), set[int]()
    for sequence in arrivals:
        is_new = window.admit(sequence) in NEW
        assert is_new == (sequence not in seen), "counted twice, or never"
        seen.add(sequence)
        assert window.last == max(seen)
        assert numbers_missing(window) == sorted(set(range(1, window.last)) - seen)


@given(st.permutations(range(1, 12)))
def test_any_order_of_all_numbers_leaves_no_gap(arrivals: list[int]) -> None:
    window = Window()
    assert all(window.admit(sequence) in NEW for sequence in arrivals)
    assert window == Window(last=11, missing=[])


@given(st.lists(st.integers(1, 30)))
def test_ranges_are_as_few_as_they_can_be(arrivals: list[int]) -> None:
    window = Window()
    for sequence in arrivals:
        window.admit(sequence)
    bounds = [bound for span in window.missing for bound in span]
    assert bounds == sorted(bounds)
    assert all(
        right[0] - left[1] > 1
        for left, right in zip(window.missing, window.missing[1:], strict=False)
    )


def test_a_jump_of_a_billion_is_one_range() -> None:
    window = Window()
    assert window.admit(10**9) is Verdict.OPENS_GAP
    assert window.missing == [[1, 10**9 - 1]]


_ARRIVALS = st.lists(st.tuples(st.integers(1, 25), st.sampled_from(["comes", "unreadable"])))


@given(_ARRIVALS)
def test_what_came_unreadable_is_not_missing_and_counts_once_it_comes_readable(
    arrivals: list[tuple[int, str]],
) -> None:
    window, seen, unreadable = Window(), set[int](), set[int]()
    for sequence, how in arrivals:
        if how == "comes":
            assert (window.admit(sequence) in NEW) == (sequence not in seen)
            seen.add(sequence)
            unreadable.discard(sequence)
        else:
            assert window.quarantine(sequence) == (sequence not in seen | unreadable)
            unreadable |= {sequence} - seen
        assert window.last == max(seen | unreadable)
        missing = set(range(1, window.last)) - seen - unreadable
        assert numbers_missing(window) == sorted(missing)
        assert sequences.count(window.quarantined) == len(unreadable)


def test_a_full_window_refuses_what_would_add_a_range_and_takes_everything_else(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sequences, "RANGES_MAX", 2)
    window = Window()
    assert window.admit(4) is Verdict.OPENS_GAP
    assert window.admit(8) is Verdict.OPENS_GAP
    before = Window(window.last, [list(span) for span in window.missing])
    assert window.admit(10) is Verdict.TOO_MANY_GAPS
    assert window.admit(2) is Verdict.TOO_MANY_GAPS, "it would cut a range in two"
    assert not window.quarantine(12)
    assert window == before, "a refused number left something behind"
    assert window.admit(9) is Verdict.IN_ORDER
    assert window.admit(1) is Verdict.HEALS
    assert window.admit(9) is Verdict.DUPLICATE


@given(st.lists(st.integers(1, 20), min_size=1), st.data())
def test_a_number_that_is_taken_back_is_missing_again(
    arrivals: list[int], data: st.DataObject
) -> None:
    window = Window()
    for sequence in arrivals:
        window.admit(sequence)
    back = data.draw(st.sampled_from(arrivals))
    window.forget(back)
    assert window.admit(back) is Verdict.HEALS
    assert window.admit(back) is Verdict.DUPLICATE


def test_a_till_that_counts_by_twos_stays_cheap() -> None:
    window = Window()
    for sequence in range(2, 60_001, 2):
        window.admit(sequence)
    for sequence in range(59_999, 0, -2):
        assert window.admit(sequence) is Verdict.HEALS
    assert window.missing == []
