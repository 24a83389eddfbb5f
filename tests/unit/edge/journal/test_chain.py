"""The chain's bytes are those of the contract, and what has none is refused."""

import json
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any
from uuid import uuid4

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edge.journal.chain import (
    DEPTH_MAX,
    EPOCH_BEGINS,
    BrokenChain,
    NotCanonical,
    canonical,
    follow,
    hash_of,
    link_of,
)
from tests.unit.topics import examples
from topics.scalars import NUMBER_MAX

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
SCALARS = st.none() | st.booleans() | st.integers(-NUMBER_MAX, NUMBER_MAX) | TEXT
VALUES = st.recursive(
    SCALARS,
    lambda below: st.lists(below, max_size=3) | st.dictionaries(TEXT, below, max_size=3),
    max_leaves=8,
)
EVENTS = st.dictionaries(TEXT, VALUES, max_size=5).filter(lambda event: _depth(event) <= DEPTH_MAX)


def _depth(value: Any) -> int:
    if isinstance(value, dict):
        value = list(value.values())
    return 1 + max(map(_depth, value), default=0) if isinstance(value, list) else 0


def by_the_contract(event: dict[str, Any]) -> bytes:
    """The canonical bytes as the standard library writes them."""
    content = {name: value for name, value in event.items() if name != "chain"}
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return text.encode()


@given(EVENTS)
def test_the_bytes_are_those_of_the_standard_library(event: dict[str, Any]) -> None:
    assert canonical(event) == by_the_contract(event)


@pytest.mark.parametrize("event", examples.TILL_EVENTS, ids=lambda event: event["type"])
def test_every_event_of_the_contract_has_its_bytes(event: dict[str, Any]) -> None:
    assert canonical(event | {"chain": examples.CHAIN}) == by_the_contract(event)


@pytest.mark.parametrize("text", ['"', "\\", "/", "\x00\x1f\x7f\x80", "\u2028\ufeff", "é𝄞", "<&>"])
def test_no_character_is_written_otherwise(text: str) -> None:
    assert canonical({text: text}) == by_the_contract({text: text})


def test_keys_stand_in_the_order_of_their_code_points() -> None:
    event = {name: 1 for name in ("\U00010000", "\uffff", "a", "Z", "é", "aa", "")}
    assert canonical(event) == by_the_contract(event), "another order than the contract's"


@pytest.mark.parametrize(
    "value",
    [
        1.0,
        1e300,
        float("nan"),
        NUMBER_MAX + 1,
        -NUMBER_MAX - 1,
        2**70,
        "\ud800",
        {"\udc00": 1},
        {1: "a"},
        b"bytes",
        {"a", "set"},
        datetime(2026, 1, 1, tzinfo=UTC),
        uuid4(),
        object(),
    ],
    ids=repr,
)
def test_what_has_no_canonical_form_is_refused_however_deep(value: Any) -> None:
    for event in ({"a": value}, {"a": [{"b": value}]}):
        with pytest.raises(NotCanonical):
            canonical(event)


def test_what_nests_without_an_end_is_refused() -> None:
    deep: Any = "text"
    for _ in range(DEPTH_MAX - 1):
        deep = [deep]
    assert canonical({"a": deep}) == by_the_contract({"a": deep})
    for _ in range(5_000):
        deep = [deep]
    with pytest.raises(NotCanonical):
        canonical({"a": deep})


def test_the_hash_is_that_of_the_bytes_behind_the_one_before() -> None:
    event = {"type": "till_heartbeat", "sequence": 1}
    first = follow(EPOCH_BEGINS, event)
    assert first.hash == sha256(bytes(32) + by_the_contract(event)).hexdigest()
    second = follow(first.hash, event)
    assert second.hash == sha256(bytes.fromhex(first.hash) + by_the_contract(event)).hexdigest()
    assert second.hash == hash_of(first.hash, second.body)


@given(EVENTS)
def test_an_event_that_was_sent_proves_its_place(event: dict[str, Any]) -> None:
    link = follow("ab" * 32, event)
    assert link_of(json.loads(link.wire())) == link
    assert orjson.loads(link.wire())["chain"] == {"prev": link.prev, "hash": link.hash}


def test_hashes_in_capitals_mean_the_same() -> None:
    link = follow("ab" * 32, {"type": "till_heartbeat"})
    told = {"prev": link.prev.upper(), "hash": link.hash.upper()}
    assert link_of({"type": "till_heartbeat", "chain": told}) == link


def test_a_changed_event_no_longer_proves_its_place() -> None:
    event = orjson.loads(follow(EPOCH_BEGINS, {"type": "till_heartbeat", "sequence": 1}).wire())
    for changed in (
        event | {"sequence": 2},
        event | {"more": None},
        event | {"chain": event["chain"] | {"prev": "1" * 64}},
        event | {"chain": event["chain"] | {"hash": "1" * 64}},
    ):
        with pytest.raises(BrokenChain):
            link_of(changed)


@pytest.mark.parametrize("told", [None, {}, [], "text", {"prev": "0" * 64, "hash": "0" * 63}])
def test_a_chain_that_cannot_be_read_is_broken(told: Any) -> None:
    with pytest.raises(BrokenChain):
        link_of({"type": "till_heartbeat", "chain": told})
