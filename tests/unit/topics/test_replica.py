"""What a store has of its feed after any records: the same as who wrote it."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from topics.down import FeedGone, FeedHead, FeedKey, FeedRow, FeedSums, canonical, row_digest
from topics.replica import AnotherFeed, Replica, ReplicaStanding

KINDS = ("product", "price", "loyalty_tier")

_changes = st.lists(
    st.tuples(st.sampled_from(KINDS), st.sampled_from("abc"), st.none() | st.integers(0, 3)),
    max_size=40,
)


class Writer:
    """The centre's side: what stands, and the records that say so."""

    def __init__(self, feed: str = "feed", version: int = 0) -> None:
        self.feed = feed
        self.version = version
        self.rows: dict[FeedKey, dict[str, Any]] = {}

    def change(self, kind: str, row_id: str, value: int | None) -> FeedRow | FeedGone:
        """The next record; None as ``value`` says that the row is gone."""
        self.version += 1
        if value is None:
            self.rows.pop(FeedKey(kind, row_id), None)
            return FeedGone(kind=kind, id=row_id, version=self.version, gone=True)
        row = {"sku": row_id, "price_minor": value}
        self.rows[FeedKey(kind, row_id)] = row
        return FeedRow(kind=kind, id=row_id, version=self.version, row=row)

    def head(self) -> FeedHead:
        """How far it is."""
        sums = FeedSums()
        for key, row in self.rows.items():
            sums.add(key.kind, row_digest(key, canonical(row)))
        rows, hashed = sums.rows(), sums.hash()
        return FeedHead(version=self.version, rows=rows, hash=hashed, feed=self.feed)


def _compacted(records: Sequence[Any]) -> list[tuple[int, Any]]:
    """By offset, the newest of each key: what a log may be reduced to at any time."""
    newest: dict[str, int] = {}
    for offset, each in enumerate(records):
        newest["head" if isinstance(each, FeedHead) else f"{each.kind}/{each.id}"] = offset
    return [(offset, records[offset]) for offset in sorted(newest.values())]


def _standing(replica: Replica) -> set[FeedKey]:
    return set(replica.rows)


@given(_changes, st.data())
def test_repeats_kills_and_compaction_end_in_what_the_centre_has(
    changes: list[tuple[str, str, int | None]], data: st.DataObject
) -> None:
    writer = Writer()
    records: list[Any] = [writer.change(*each) for each in changes]
    records.append(writer.head())
    read = list(enumerate(records))
    if data.draw(st.booleans()):
        read = _compacted(records)
    at = data.draw(st.integers(0, len(read)))
    repeated = read[data.draw(st.integers(0, at)) : at]
    replica = Replica(ReplicaStanding(0), {})
    for offset, each in [*read[:at], *repeated, *read[at:]]:
        replica.take(offset, each)
        if data.draw(st.booleans()):  # killed: it begins with what is written
            replica = Replica(replica.standing, replica.rows)
    assert _standing(replica) == set(writer.rows)
    assert replica.standing.is_whole and replica.standing.applied_version == writer.version


@given(_changes, _changes, st.integers(0, 100))
def test_another_feed_takes_the_place_of_the_one_before_whatever_its_versions_are(
    before: list[tuple[str, str, int | None]],
    after: list[tuple[str, str, int | None]],
    begins: int,
) -> None:
    old, new = Writer("old", version=50), Writer("new", version=begins)
    log: list[Any] = [old.change(*each) for each in before] + [old.head()]
    replica = Replica(ReplicaStanding(0), {})
    for offset, each in enumerate(log):
        replica.take(offset, each)
    log += [new.change(*each) for each in after] + [new.head()]
    end = len(log) - 1
    with pytest.raises(AnotherFeed) as fault:
        for offset in range(replica.standing.next_offset, len(log)):
            replica.take(offset, log[offset])
    replica.fill(fault.value.offset, 0)
    for offset, each in enumerate(log):
        replica.take(offset, each)
    assert replica.standing.filling_to is None and fault.value.offset == end
    # What both feeds name in the same words may have gone with the old one's last word on it.
    assert _standing(replica) == set(new.rows)
    assert replica.standing.is_whole and replica.standing.feed == "new"


def test_a_head_that_does_not_agree_is_told_and_takes_nothing_away() -> None:
    writer, replica = Writer(), Replica(ReplicaStanding(0), {})
    replica.take(0, writer.change("product", "a", 1))
    head = writer.head()
    replica.take(1, head.model_copy(update={"rows": {"product": 2}}))
    assert replica.standing.is_whole is False
    assert _standing(replica) == {FeedKey("product", "a")}
    replica.fill(1, 0)
    replica.take(0, FeedRow(kind="product", id="a", version=1, row={"sku": "a"}))
    replica.take(1, head)
    assert replica.standing.is_whole is False, "another row passes for the one of the head"
    assert _standing(replica) == {FeedKey("product", "a")}, "nothing proves that it may go"


def test_each_change_has_a_place_of_its_own_so_that_none_is_taken_for_another() -> None:
    writer, replica = Writer(), Replica(ReplicaStanding(0), {})
    places: list[int] = []
    for offset, value in enumerate((1, None, 2, 2, None)):
        replica.take(offset, writer.change("product", "a", value))
        places.append(replica.standing.place)
    assert sorted(set(places)) == places


def test_a_store_that_is_ahead_of_its_feed_says_by_how_much() -> None:
    writer, replica = Writer(), Replica(ReplicaStanding(0), {})
    for offset in range(9):
        replica.take(offset, writer.change("product", "a", offset))
    replica.take(9, writer.head())
    assert replica.standing.behind_itself == 0
    older = replace(replica.standing)
    replica.take(10, writer.head().model_copy(update={"version": 4}))
    assert replica.standing.behind_itself == 5
    assert replica.standing.is_whole == older.is_whole, "a repeat says nothing of what is here"
