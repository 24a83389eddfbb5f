"""What closing a gap would close, and what is refused because it would change nothing."""

import json
from typing import Any

import pytest

from operations.tills import NothingToDo, closing, forgetting, gap, till
from topics.derived import TillStatus
from topics.upkeep import till_upkeep_adapter

STATUS: dict[str, Any] = {
    "location_id": "shop-1",
    "till_id": "1",
    "epoch": 3,
    "last_sequence": 100,
    "missing": [[4, 6], [50, 50]],
    "missing_count": 4,
    "older": [{"epoch": 2, "last_sequence": 9, "missing": [[2, 3]]}],
    "quarantined": 0,
    "duplicates": 0,
    "forks": 0,
    "unlisted": 0,
    "last_seen": "2026-11-21T09:30:00Z",
    "version": 7,
}


def status(**changed: Any) -> TillStatus:
    return TillStatus.model_validate_json(json.dumps({**STATUS, **changed}))


def test_without_more_words_all_that_the_newest_epoch_misses_is_closed() -> None:
    found = gap(status(), None, None)
    assert (found.epoch, found.up_to_sequence, found.missing) == (3, 100, ((4, 6), (50, 50)))
    assert not found.is_older and not found.is_cut


def test_a_bound_closes_what_is_below_it_and_cuts_a_range() -> None:
    assert gap(status(), 3, 5).missing == ((4, 5),)


def test_a_status_that_lists_only_the_lowest_ranges_says_so() -> None:
    many = status(missing_count=4_000)
    assert gap(many, None, None).is_cut
    assert not gap(many, None, 20).is_cut, "all below the bound is listed"


def test_an_older_epoch_closes_as_a_whole() -> None:
    found = gap(status(), 2, None)
    assert found.is_older and (found.epoch, found.up_to_sequence) == (2, 9)
    with pytest.raises(NothingToDo, match="as a whole"):
        gap(status(), 2, 5)


def test_an_older_epoch_that_misses_nothing_can_be_closed_all_the_same() -> None:
    open_and_whole = status(older=[{"epoch": 2, "last_sequence": 9, "missing": []}])
    assert gap(open_and_whole, 2, None).is_older


@pytest.mark.parametrize(
    ("epoch", "up_to", "said"),
    [(None, 3, "nothing is missing"), (None, 101, "has come to 100"), (1, None, "is not open")],
)
def test_what_would_change_nothing_is_refused(
    epoch: int | None, up_to: int | None, said: str
) -> None:
    with pytest.raises(NothingToDo, match=said):
        gap(status(), epoch, up_to)


def test_a_till_without_a_gap_has_none_to_close() -> None:
    with pytest.raises(NothingToDo, match="nothing is missing"):
        gap(status(missing=[], missing_count=0), None, None)


def test_an_unknown_till_is_told_with_those_that_could_be_meant() -> None:
    known = {("shop-1", "1"): status()}
    with pytest.raises(NothingToDo, match="no till 2 of shop-1 has been heard; the location has 1"):
        till(known, "shop-1", "2")
    with pytest.raises(NothingToDo, match="shop-1 has a till of that name"):
        till(known, "shop-2", "1")


def test_a_decision_is_one_that_workers_can_read_and_names_what_the_operator_saw() -> None:
    for decision in (
        forgetting(status(), 12),
        closing(status(), gap(status(), None, None), 12),
    ):
        read = till_upkeep_adapter.validate_json(decision.model_dump_json())
        assert read == decision and read.after_offset == 12
    assert forgetting(status(), 12).up_to_epoch == 3
