"""A store hears what the centre has of its tills: the newest, soon, and not too often."""

import pytest

from connectors.feeds.acks import AGAIN_SECONDS, Acks, Word

SHOP = {"shop-1"}


def test_the_first_word_goes_at_once_and_the_next_after_a_while() -> None:
    acks = Acks()
    acks.hear(b"shop-1/1", b"a")
    assert list(acks.due(SHOP, 100.0)) == [Word("shop-1", "1", b"a")]
    acks.hear(b"shop-1/1", b"b")
    acks.hear(b"shop-1/1", b"c")
    assert list(acks.due(SHOP, 100.0 + AGAIN_SECONDS - 0.1)) == []
    assert list(acks.due(SHOP, 100.0 + AGAIN_SECONDS)) == [Word("shop-1", "1", b"c")]
    assert list(acks.due(SHOP, 200.0)) == []


def test_what_was_said_before_a_start_is_not_said_again() -> None:
    acks = Acks()
    acks.recover("shop-1", b"1", b"a")
    acks.hear(b"shop-1/1", b"a")
    acks.hear(b"shop-1/2", b"a")
    assert list(acks.due(SHOP, 0.0)) == [Word("shop-1", "2", b"a")]


def test_a_till_that_was_removed_is_told_gone() -> None:
    acks = Acks()
    acks.hear(b"shop-1/1", None)
    assert list(acks.due(SHOP, 0.0)) == [], "of which nothing was ever said"
    acks.hear(b"shop-1/1", b"a")
    list(acks.due(SHOP, 0.0))
    acks.hear(b"shop-1/1", None)
    assert list(acks.due(SHOP, 10.0)) == [Word("shop-1", "1", None)]


def test_no_store_hears_of_anothers_tills() -> None:
    acks = Acks()
    acks.hear(b"shop-2/1", b"a")
    assert list(acks.due(SHOP, 0.0)) == []
    assert list(acks.due({"shop-2"}, 0.0)) == [Word("shop-2", "1", b"a")], "one that is made later"


@pytest.mark.parametrize("key", [b"shop-1", b"\xff/1"])
def test_a_key_that_names_no_till_is_refused(key: bytes) -> None:
    with pytest.raises(ValueError):
        Acks().hear(key, b"a")
