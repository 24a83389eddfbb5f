"""Where messages go: to the sender's own partition, or where their keys say."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.contract import Message
from engine.sends import Destination, KeyMissing, Routes, partition_of_key
from topics import partitioning


@given(st.binary(max_size=80), st.integers(1, 64))
def test_a_key_lies_where_tills_and_the_java_client_would_put_it(key: bytes, count: int) -> None:
    assert partition_of_key(key, count) == partitioning.partition_of_key(key, count)


def _messages(*keys: str) -> list[Message]:
    return [Message(key.encode(), b"") for key in keys]


def test_what_goes_by_key_is_spread_in_order_and_the_rest_stays() -> None:
    routes = Routes(5, {"by-sku": 4}, str)
    by_sku = _messages("tea", "milk", "rice", "tea", "eggs", "milk")
    found = routes.sorted({"levels": _messages("a", "b"), "by-sku": by_sku})
    assert found.pop(Destination("levels", 5)) == _messages("a", "b")
    assert {place.topic for place in found} == {"by-sku"} and len(found) > 1
    for place, messages in found.items():
        here = [m for m in by_sku if partition_of_key(m.key or b"", 4) == place.partition]
        assert messages == here


def test_a_message_lies_where_its_place_says_under_a_finer_key() -> None:
    routes = Routes(5, {"by-sku": 4}, str)
    sent = [Message(f"tea/{shop}".encode(), b"", place=b"tea") for shop in "abcdef"]
    assert routes.sorted({"by-sku": sent}) == {
        Destination("by-sku", partition_of_key(b"tea", 4)): sent
    }


def test_topics_that_stand_for_others_are_written_in_their_place() -> None:
    routes = Routes(2, {"shadow.by-sku": 1}, "shadow.{}".format)
    found = routes.sorted({"levels": _messages("a"), "by-sku": _messages("tea")})
    assert set(found) == {Destination("shadow.levels", 2), Destination("shadow.by-sku", 0)}


def test_a_message_by_key_without_a_key_is_refused() -> None:
    with pytest.raises(KeyMissing, match="a message to by-sku has no key"):
        Routes(0, {"by-sku": 4}, str).sorted({"by-sku": [Message(None, b"1")]})
