"""When reconcile believes a difference, and what it says of the cause."""

from typing import Any

from operations.reconcile.causes import BEHIND, FROM_ALTERED, explained
from operations.reconcile.difference import Check, FigureDifference, moving, settled
from operations.reconcile.progress import lag
from operations.reconcile.topics import ALTERED, MISSING


def difference(
    check: Check = "rows-topics", cause: str = ALTERED, **fields: Any
) -> FigureDifference:
    """A difference of one level."""
    return FigureDifference(check, "stock_levels", "shop-1", "shop-1/milk", dict(fields), cause)


def test_only_what_stood_still_between_two_looks_is_a_difference() -> None:
    before, same = difference(on_hand=(5, 6)), difference(on_hand=(5, 6))
    moved = difference(on_hand=(7, 6))
    place = before.place
    assert settled({place: before}, {place: same}) == {place: same}
    assert settled({place: before}, {place: moved}) == {}
    assert moving({place: before}, {place: moved}) == {place: moved}
    assert settled({}, {place: same}) == moving({}, {place: same}) == {}, "seen only once"


def test_a_level_that_differs_from_ledger_and_topic_was_altered() -> None:
    found = explained([difference("levels-ledger", "unknown"), difference()], behind=False)
    assert [each.cause for each in found] == [FROM_ALTERED, ALTERED]


def test_a_row_that_is_missing_while_a_reader_is_behind_is_not_blamed_on_anybody() -> None:
    missing = difference(cause=MISSING)
    assert explained([missing], behind=True)[0].cause == BEHIND
    assert explained([missing], behind=False)[0].cause == MISSING


def test_a_partition_that_nobody_wrote_to_has_no_lag() -> None:
    first, ends = {("t", 0): 4, ("t", 1): 0, ("t", 2): 0}, {("t", 0): 4, ("t", 1): 9, ("t", 2): 9}
    assert lag(first, ends, {("t", 1): 9, ("t", 2): 2}) == {("t", 2): 7}
