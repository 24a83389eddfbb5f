"""The centre knows how far each store is, by that store's word on this very feed."""

from datetime import UTC, datetime

from connectors.feeds.standing import MARKS_MAX, FeedStanding
from topics.store_status import StoreStatus


def status(applied: int, feed: str = "f", *, whole: bool | None = None) -> StoreStatus:
    return StoreStatus(
        location_id="shop-1",
        reported_at=datetime(2026, 11, 30, tzinfo=UTC),
        applied_version=applied,
        feed=feed,
        is_whole=whole,
    )


def test_a_store_is_behind_since_the_first_change_that_it_has_not_reported() -> None:
    standing = FeedStanding()
    assert standing.behind_seconds("f", 1000.0) == 0.0
    standing.said(10, 100.0)
    standing.said(20, 200.0)
    standing.said(30, 300.0)
    assert standing.behind_seconds("f", 1000.0) == 900.0
    standing.status = status(9)
    assert standing.behind_seconds("f", 1000.0) == 900.0
    standing.status = status(10)
    assert standing.behind_seconds("f", 1000.0) == 800.0
    standing.status = status(25)
    assert standing.behind_seconds("f", 1000.0) == 700.0
    standing.status = status(30)
    assert standing.behind_seconds("f", 1000.0) == 0.0
    standing.said(31, 900.0)
    assert standing.behind_seconds("f", 1000.0) == 100.0


def test_what_is_said_of_another_feed_is_no_word_on_this_one() -> None:
    standing = FeedStanding()
    standing.said(10, 100.0)
    standing.status = status(10, "another", whole=True)
    assert standing.applied("f") == 0
    assert standing.is_whole("f") is False


def test_a_store_that_is_beyond_its_feed_does_not_have_what_it_says() -> None:
    standing = FeedStanding()
    standing.said(10, 100.0)
    standing.status = status(11, whole=True)
    assert standing.is_whole("f") is False
    standing.status = status(10, whole=True)
    assert standing.is_whole("f") is True
    standing.status = status(4)
    assert standing.is_whole("f") is None


def test_a_store_that_is_dark_for_a_year_costs_no_memory() -> None:
    standing = FeedStanding()
    for n in range(5 * MARKS_MAX):
        standing.said(n + 1, 100.0 + 10 * n)
    assert len(standing._marks) <= MARKS_MAX + 1  # noqa: SLF001 - what the bound is about
    assert standing.behind_seconds("f", 100_000.0) == 99_900.0
