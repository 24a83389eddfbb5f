import pytest

from tables.movements import book
from topics import sequences
from topics.sequences import Verdict, Window


def test_the_oldest_gap_is_given_up_where_there_are_too_many(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sequences, "RANGES_MAX", 2)
    numbers = Window()
    for number in (2, 4, 6):
        book(numbers, number)
    assert (numbers.last, numbers.missing) == (6, [[3, 3], [5, 5]])
    assert numbers.judge(1) is Verdict.DUPLICATE, "what was missing there counts as booked"


def test_a_number_inside_the_oldest_of_too_many_gaps_is_booked_all_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sequences, "RANGES_MAX", 2)
    numbers = Window(9, [[1, 5], [8, 8]])
    book(numbers, 3)
    assert numbers.judge(3) is Verdict.DUPLICATE, "it would move the stock again"
    assert numbers.missing == [[8, 8]]
