"""What the centre has confirmed of an epoch, by its status of the till."""

from typing import Any

import pytest

from edge.gateway.centre import HeardStatus
from tests.unit.edge.gateway.stores import LOCATION, status
from tests.unit.edge.journal.tills import TILL
from topics.confirmed import OLDER_RANGES_MAX, Confirmed, confirmed


def older(missing: list[list[int]], last_sequence: int) -> Any:
    """The centre's word on a till that is in epoch 3, and was in epoch 1."""
    told = {"epoch": 1, "last_sequence": last_sequence, "missing": missing}
    return status(5, epoch=3, older=[told])


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        (None, Confirmed(0, ())),
        (status(7), Confirmed(7, [])),
        (status(7, missing=[[2, 3]]), Confirmed(7, [(2, 3)])),
        (status(9_000, missing=[[2, 3], [5, 6]], missing_count=9), Confirmed(6, [(2, 3), (5, 6)])),
        (status(9_000, missing_count=9), Confirmed(0, [])),
        (status(7, epoch=2), Confirmed(0, ())),
    ],
)
def test_up_to_where_the_centre_has_all_but_what_it_names(word: Any, expected: Confirmed) -> None:
    assert confirmed(word, 1) == expected


def test_an_older_epoch_is_confirmed_as_far_as_its_list_is_whole() -> None:
    assert confirmed(older([[2, 2]], 8), 1) == Confirmed(8, [(2, 2)], has_ended=True)
    many = [[2 * each, 2 * each] for each in range(1, OLDER_RANGES_MAX + 1)]
    assert confirmed(older(many, 9_000), 1).confirmed_to == 2 * OLDER_RANGES_MAX
    assert confirmed(older(many, 9_000), 2) == Confirmed(0, ())
    assert not confirmed(older(many, 9_000), 1).lacks(10_000), "the list may be cut"


def test_what_lies_in_a_range_is_lacking() -> None:
    told = confirmed(status(20, missing=[[2, 3], [7, 7], [9, 12]]), 1)
    assert [each for each in range(22) if told.lacks(each)] == [2, 3, 7, 9, 10, 11, 12]


def test_what_lies_behind_the_end_of_an_older_epoch_is_lacking() -> None:
    told = confirmed(older([[2, 2]], 8), 1)
    assert [each for each in range(1, 12) if told.lacks(each)] == [2, 9, 10, 11]
    assert not confirmed(status(8), 1).lacks(9), "it may be on its way"


def test_a_word_that_was_overtaken_or_is_anothers_changes_nothing() -> None:
    words = HeardStatus(LOCATION)
    words.hear(status(7, version=5))
    words.hear(status(6, version=4))
    words.hear(status(9, version=9, location_id="elsewhere"))
    told = words.of(TILL.till_id)
    assert told and told.last_sequence == 7
    assert words.of("another") is None
