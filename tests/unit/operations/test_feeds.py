"""What operators are shown of a store follows from its feed's head and its own newest word."""

from datetime import UTC, datetime
from typing import Any

import pytest

from operations.feeds.overview import feed_of_store, lines
from topics.down import FeedHead
from topics.store_status import StoreStatus

HEAD = FeedHead(version=10, rows={"product": 3, "price": 2}, hash={}, feed="f")


def said(applied: int, **more: Any) -> StoreStatus:
    at = datetime(2026, 11, 30, 12, tzinfo=UTC)
    told = {"location_id": "shop-1", "reported_at": at, "feed": "f", "head_version": applied}
    return StoreStatus(applied_version=applied, **(told | more))


def test_a_store_that_has_said_nothing_lacks_all_of_its_rows() -> None:
    found = feed_of_store("shop-1", HEAD, None)
    assert (found.lacks, found.applied_version, found.is_whole) == (5, None, None)
    assert "has not said" in next(lines([found]))


def test_so_does_one_that_speaks_of_another_feed() -> None:
    assert feed_of_store("shop-1", HEAD, said(10, feed="old")).lacks == 5


@pytest.mark.parametrize(
    ("applied", "whole", "lacks", "shown", "word"),
    [
        (10, True, 0, True, "has all"),
        (10, False, 0, False, "HAS SOMETHING ELSE"),
        (7, True, 3, None, "lacks 3 changes"),
        (11, True, 0, False, "HAS SOMETHING ELSE"),
    ],
)
def test_what_a_store_lacks_and_whether_it_has_what_it_should(
    applied: int, whole: bool, lacks: int, shown: bool | None, word: str
) -> None:
    found = feed_of_store("shop-1", HEAD, said(applied, is_whole=whole))
    assert (found.lacks, found.is_whole) == (lacks, shown)
    assert word in next(lines([found]))


def test_a_feed_without_a_row_lacks_nothing() -> None:
    assert feed_of_store("shop-1", None, None).lacks == 0
