"""What a feed holds is read as its keys say, and hashed by a rule that anybody can follow."""

import json
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from topics.down import (
    HASH_MODULUS,
    FeedGone,
    FeedHead,
    FeedKey,
    FeedRow,
    FeedSums,
    canonical,
    key_of,
    read_feed,
    read_key,
    row_digest,
)


def test_a_key_is_split_at_its_first_slash() -> None:
    key = key_of("rule_table", {"table_name": "off5", "version": 3})
    assert (str(key), read_key(b"rule_table/off5/3")) == ("rule_table/off5/3", key)
    assert read_key(b"head") is None


@pytest.mark.parametrize("key", [b"", b"product", b"product/", b"/milk", b"\xff/a"])
def test_what_is_no_key_of_a_feed_is_refused(key: bytes) -> None:
    with pytest.raises(ValueError):
        read_key(key)


def test_a_value_is_a_row_a_gone_one_or_the_head() -> None:
    row = b'{"kind":"product","id":"a","version":3,"row":{"new":1},"more":2}'
    assert isinstance(read_feed(b"product/a", row), FeedRow)
    gone = b'{"kind":"product","id":"a","version":3,"gone":true}'
    assert isinstance(read_feed(b"product/a", gone), FeedGone)
    head = b'{"version":0,"rows":{},"hash":{},"feed":"f"}'
    assert isinstance(read_feed(b"head", head), FeedHead)


def test_a_kind_of_the_next_release_is_read_too() -> None:
    told = read_feed(b"voucher/a", b'{"kind":"voucher","id":"a","version":1,"row":{}}')
    assert told.version == 1


@pytest.mark.parametrize(
    ("key", "value"),
    [
        (b"product/b", b'{"kind":"product","id":"a","version":1,"row":{}}'),
        (b"product/a", b'{"kind":"product","id":"a","version":0,"row":{}}'),
        (b"product/a", b'{"kind":"product","id":"a","version":1,"gone":false}'),
        (b"product/<b>", b'{"kind":"product","id":"<b>","version":1,"row":{}}'),
        (b"head", b'{"version":1,"rows":{"product":0},"hash":{},"feed":"f"}'),
        (b"head", b'{"version":1,"rows":{},"hash":{"product":"12"},"feed":"f"}'),
    ],
)
def test_what_is_not_what_its_key_says_is_refused(key: bytes, value: bytes) -> None:
    with pytest.raises(ValueError):
        read_feed(key, value)


def test_the_rule_of_the_hash_is_as_it_is_written() -> None:
    rows = {"milk": {"name": "Käse", "a": 1}, "tea": {"sku": "tea"}}
    total = 0
    for sku, row in rows.items():
        text = json.dumps(row, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        digest = sha256(f"product/{sku}\n{text}".encode()).hexdigest()
        total = (total + int(digest, 16)) % 2**256
    sums = FeedSums()
    for sku, row in rows.items():
        sums.add("product", row_digest(FeedKey("product", sku), canonical(row)))
    assert sums.hash() == {"product": f"{total:064x}"}
    assert sums.rows() == {"product": 2}


@given(st.lists(st.integers(0, HASH_MODULUS - 1), unique=True), st.data())
def test_order_means_nothing_and_what_came_and_went_neither(
    digests: list[int], data: st.DataObject
) -> None:
    left = data.draw(st.sets(st.sampled_from(digests))) if digests else set[int]()
    one, other = FeedSums(), FeedSums()
    for each in data.draw(st.permutations(digests)):
        one.add("price", each)
    for each in set(digests) - left:
        one.remove("price", each)
    for each in data.draw(st.permutations(sorted(left))):
        other.add("price", each)
    assert (one.rows(), one.hash()) == (other.rows(), other.hash())
    assert left or not one.rows(), "a kind without rows is in neither"
