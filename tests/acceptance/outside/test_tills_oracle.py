"""The outsider's oracle: numbers of a till, gaps, repeats, forks and what could not be read."""

from __future__ import annotations

from datetime import timedelta

import pytest

from .limits import (
    EPOCH_CLOSED,
    EPOCH_MAX,
    FORK,
    FORK_NUMBERS,
    NUMBER_MAX,
    RANGES_MAX,
    RANGES_TOLD,
    TOO_MANY_GAPS,
)
from .oracle import Oracle
from .told import BEAT, TEN, event, sold, spoilt, tell, told

TILL = ("l", "t")


def test_a_repeat_is_counted_and_a_gap_is_named() -> None:
    till = told({"number": 2}, {"number": 2}, {"number": 6}).tills[TILL]
    assert (till.repeats, till.missing(1), till.last_sequence) == (1, [[1, 1], [3, 5]], 6)


def test_two_shops_have_a_till_of_the_same_id() -> None:
    oracle = told({"number": 3}, {"number": 1, "location_id": "m"})
    assert oracle.tills["l", "t"].missing(1) == [[1, 2]]
    assert oracle.tills["m", "t"].missing(1) == []


def test_another_event_id_under_the_same_number_is_a_fork() -> None:
    oracle = Oracle()
    assert tell(oracle, BEAT, {"number": 1, "event_id": "other"}, {"number": 1}) == [
        None,
        FORK,
        None,
    ]
    till = oracle.tills[TILL]
    assert (till.forks, till.repeats, till.last_sequence) == (1, 1, 1)


def test_another_hash_under_the_same_number_is_a_fork() -> None:
    first, other = ({"chain": {"prev": "0", "hash": hash_}} for hash_ in ("a", "b"))
    oracle = Oracle()
    assert tell(oracle, first, {**other, "number": 1}, {**first, "number": 1}) == [None, FORK, None]
    assert oracle.tills[TILL].last_hash == "a"


def test_other_words_under_the_same_id_are_a_duplicate() -> None:
    oracle = told(BEAT, sold(number=1))
    assert oracle.tills[TILL].repeats == 1 and not oracle.receipts


@pytest.mark.parametrize(("behind", "forks"), ((FORK_NUMBERS - 1, 1), (FORK_NUMBERS, 0)))
def test_a_fork_is_told_for_the_last_256_numbers(behind: int, forks: int) -> None:
    oracle = told(*[BEAT] * 300)
    tell(oracle, {"number": 300 - behind, "event_id": "other"})
    till = oracle.tills[TILL]
    assert (till.forks, till.repeats) == (forks, 1 - forks)


def test_what_cannot_be_read_takes_its_number_and_counts_when_it_comes_readable() -> None:
    oracle = told(BEAT)
    oracle.malformed(spoilt(2))
    till = oracle.tills[TILL]
    assert (till.quarantined, till.last_sequence, till.missing(1)) == (1, 2, [])
    tell(oracle, sold(number=2))
    assert till.quarantined == 0 and oracle.sales["sales"] == 1
    oracle.malformed(spoilt(2))
    assert (till.quarantined, till.repeats) == (0, 0)


def test_what_a_gateway_could_not_read_is_quarantined_too() -> None:
    oracle = told({"type": "unreadable", "body": "AA==", "reason": "cut", "event_id": "g"})
    assert oracle.tills[TILL].quarantined == 1
    assert tell(oracle, sold()) == [None]
    assert oracle.tills[TILL].quarantined == 0 and oracle.sales["sales"] == 1


@pytest.mark.parametrize(
    "body",
    (
        {"sequence": 0},
        {"sequence": NUMBER_MAX + 1},
        {"sequence": 1.5},
        {"sequence": True},
        {"epoch": 0},
        {"epoch": EPOCH_MAX + 1},
        {"till_id": ""},
        {"till_id": "t\n"},
        {"location_id": None},
    ),
)
def test_what_has_no_number_takes_none(body: dict[str, object]) -> None:
    oracle = Oracle()
    oracle.malformed(spoilt(1, **body))
    assert not oracle.tills


@pytest.mark.parametrize("value", (None, b"", b"{", b"[]", b"7", b"null", b"[" * 100_000))
def test_what_is_no_event_takes_no_number(value: bytes | None) -> None:
    oracle = Oracle()
    oracle.malformed(value)
    assert not oracle.tills


def test_text_that_is_not_utf8_does_not_hide_the_number() -> None:
    oracle = Oracle()
    oracle.malformed(spoilt(1)[:-1] + b',"note":"\xff"}')
    assert oracle.tills[TILL].quarantined == 1


def test_in_a_wrong_partition_nothing_takes_a_number() -> None:
    oracle = Oracle()
    oracle.malformed(spoilt(1), is_here=lambda location: location != "l")
    assert not oracle.tills


def test_the_lowest_thousand_gaps_are_listed() -> None:
    till = told(*[{"number": 2 * at} for at in range(1, RANGES_TOLD + 6)]).tills[TILL]
    assert len(till.missing(1)) == RANGES_TOLD + 5
    tell(oracle := Oracle(), *[{"number": 2 * at} for at in range(1, RANGES_TOLD + 6)])
    tell(oracle, {"number": 1, "epoch": 2})
    (older,) = oracle.tills[TILL].older()
    assert older["epoch"] == 1 and older["last_sequence"] == 2 * (RANGES_TOLD + 5)
    assert older["missing"] == [[at, at] for at in range(1, 2 * RANGES_TOLD, 2)]


def test_one_gap_more_than_a_window_holds_is_refused_and_takes_no_number() -> None:
    oracle = told(*[{"number": 2 * at} for at in range(1, RANGES_MAX + 1)])
    top = 2 * RANGES_MAX
    assert tell(oracle, {"number": top + 2}) == [TOO_MANY_GAPS]
    assert tell(oracle, {"number": top + 1}) == [None]  # no new range
    assert tell(oracle, {"number": 1}) == [None]  # one range less
    assert tell(oracle, {"number": top + 3}) == [None]
    assert tell(oracle, {"number": top + 9}) == [TOO_MANY_GAPS]
    assert oracle.tills[TILL].last_sequence == top + 3


def test_to_split_a_gap_is_to_add_one() -> None:
    oracle = told({"number": 4}, *[{"number": 4 + 2 * at} for at in range(1, RANGES_MAX)])
    assert tell(oracle, {"number": 2}) == [TOO_MANY_GAPS]
    assert tell(oracle, {"number": 1}) == [None]


def test_an_older_epoch_takes_late_events_until_400_days_after_its_last() -> None:
    oracle = Oracle()
    long_ago = {"occurred_at": (TEN - timedelta(days=401)).isoformat()}
    tell(oracle, long_ago, {**long_ago, "number": 1, "epoch": 2}, {**long_ago, "number": 3})
    assert oracle.tills[TILL].older() == [{"epoch": 1, "last_sequence": 3, "missing": [[2, 2]]}]
    tell(oracle, {"number": 2, "epoch": 2})
    assert tell(oracle, {"number": 2}) == [EPOCH_CLOSED]
    assert oracle.tills[TILL].older() == []
    assert oracle.tills[TILL].epoch == 2


def test_only_the_newest_event_is_the_last_seen() -> None:
    oracle = told({"number": 9}, {"number": 3})
    assert oracle.tills[TILL].last_seen == TEN + timedelta(seconds=9)
    assert oracle.tills[TILL].last_hash is None
    assert event(3)["sequence"] == 3
