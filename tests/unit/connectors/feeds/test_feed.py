"""A feed says each change once, under a version of its own, and is known again from its topic."""

import json

from hypothesis import given
from hypothesis import strategies as st

from connectors.feeds.feed import Feed, SaidRecord
from connectors.feeds.rows import DownRow
from tests.feed_company import StoreCopy
from topics.down import FeedGone, FeedHead, read_feed

KEYS = ("product/milk", "product/tea", "price/p-1", "rule_table/off5/3")

ROWS = [None, DownRow(b'{"a":1}'), DownRow(b'{"a":2}', "2027-01-01T00:00:00Z")]

wanted = st.dictionaries(st.sampled_from(KEYS), st.sampled_from(ROWS))


def lot(feed: Feed, rows: dict[str, DownRow | None]) -> list[SaidRecord]:
    said = list(feed.say(rows))
    return [*said, *feed.heading()] if said else []


def recovered(written: list[SaidRecord], feed_id: str = "another") -> Feed:
    feed = Feed("shop-1", feed_id)
    for key, value, _ in written:
        feed.recover(key, value)
    return feed


def compacted(written: list[SaidRecord]) -> list[SaidRecord]:
    newest = {each.key: each for each in written}
    return [each for each in written if newest[each.key] is each]


@given(st.lists(wanted), st.integers(0, 40), st.booleans())
def test_who_is_killed_at_any_moment_goes_on_as_if_nothing_had_been(
    lots: list[dict[str, DownRow | None]], killed_after: int, is_compacted: bool
) -> None:
    feed, written, want = Feed("shop-1", "first"), list[SaidRecord](), dict[str, DownRow | None]()
    store = StoreCopy()
    for n, rows in enumerate(lots):
        want |= rows
        new = lot(feed, rows)
        if n == killed_after:  # the lot was made and never written
            feed = recovered(compacted(written) if is_compacted else written)
            new = lot(feed, want)
        written += new
        store.apply(new)
    versions = [
        read_feed(key, value).version for key, value, what in written if value and what != "head"
    ]
    assert versions == sorted(set(versions)), "a version that goes back, or says two things"
    assert store.rows == {key: json.loads(row.body) for key, row in want.items() if row}
    heads = [
        FeedHead.model_validate_json(each.value or b"") for each in written if each.what == "head"
    ]
    assert len({each.feed for each in heads}) <= 1, "one topic is one feed"
    if written:
        assert store.head is not None
        assert store.head.hash == store.sums().hash()
        assert store.head.version == store.version


def test_what_is_as_it_was_is_not_said_again() -> None:
    feed = Feed("shop-1", "f")
    assert len(list(feed.say({"product/milk": ROWS[1], "price/p-1": None}))) == 1
    assert list(feed.say({"product/milk": ROWS[1], "price/p-1": None})) == []


def test_what_others_refer_to_goes_first_and_leaves_last() -> None:
    feed = Feed("shop-1", "f")
    rows: dict[str, DownRow | None] = dict.fromkeys(
        ("price/p-1", "assortment/milk", "product/milk", "location/shop-1"), ROWS[1]
    )
    said = [each.key.decode() for each in feed.say(rows)]
    assert said[:2] == ["location/shop-1", "product/milk"]
    left = [each.key.decode() for each in feed.say(dict.fromkeys(rows))]
    assert left[-2:] == ["product/milk", "location/shop-1"]


def test_what_is_gone_is_kept_until_the_store_has_reported_a_later_version() -> None:
    feed = Feed("shop-1", "f")
    written = lot(feed, {"product/milk": ROWS[1]}) + lot(feed, {"product/milk": None})
    gone = read_feed(b"product/milk", written[-2].value or b"")
    assert isinstance(gone, FeedGone)
    assert list(feed.forget(gone.version)) == [], "it has reported that version, and no later one"
    assert list(feed.forget(gone.version + 1)) == [SaidRecord(b"product/milk", None, "forgotten")]
    assert feed.gone == 0
    assert list(feed.forget(gone.version + 2)) == []


def test_a_row_that_comes_back_is_not_forgotten() -> None:
    feed = Feed("shop-1", "f")
    for row in (ROWS[1], None, ROWS[2]):
        lot(feed, {"product/milk": row})
    assert list(feed.forget(99)) == [], "what stands would leave with compaction"


def test_a_head_says_what_stands_and_whose_it_is() -> None:
    feed = Feed("shop-1", "drawn")
    lot(feed, {"product/milk": ROWS[1], "price/p-1": ROWS[2]})
    newest = lot(feed, {"price/p-1": None})[-1]
    head = read_feed(b"head", newest.value or b"")
    assert list(feed.heading()) == [], "it is not said again"
    assert isinstance(head, FeedHead)
    assert (head.version, head.rows, head.feed) == (3, {"product": 1}, "drawn")
