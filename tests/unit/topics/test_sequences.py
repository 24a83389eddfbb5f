"""Every number of a till counts once, in whatever order it arrives."""

from hypothesis import given
from hypothesis import strategies as st

from topics.sequences import Window


def numbers_missing(window: Window) -> list[int]:
    return [number for first, last in window.missing for number in range(first, last + 1)]


@given(st.lists(st.integers(1, 30)))
def test_a_window_knows_what_a_set_knows(arrivals: list[int]) -> None:
    window, seen = Window(), set[int]()
    for sequence in arrivals:
        assert window.admit(sequence) == (sequence not in seen), "counted twice, or never"
        seen.add(sequence)
        assert window.last == max(seen)
        assert numbers_missing(window) == sorted(set(range(1, window.last)) - seen)


@given(st.permutations(range(1, 12)))
def test_any_order_of_all_numbers_leaves_no_gap(arrivals: list[int]) -> None:
    window = Window()
    assert all(window.admit(sequence) for sequence in arrivals)
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
    assert window.admit(10**9)
    assert window.missing == [[1, 10**9 - 1]]
