"""Dead letters in a store go back to where their messages lay, by whatever name that goes there."""

import pytest

from operations.dead_letters.letters import Letter
from operations.dead_letters.retried import LetterPartition
from topics.dead_letters import dead_letter_headers


def letter(topic: str, lay_in: str) -> Letter:
    headers = dead_letter_headers((), "malformed", "no event", lay_in, 0, 7)
    return Letter(LetterPartition(f"{topic}.dead-letter", 0), 3, b"shop-1", b"{", headers, 0)


@pytest.mark.parametrize(
    ("topic", "lay_in", "goes_to"),
    [
        ("till.cart-events", "till.cart-events", "till.cart-events"),
        ("till.cart-events", "up.shop-1.till-events", "up.shop-1.till-events"),
        ("cdc.stock-movements", "up.shop-1.stock-movements", "up.shop-1.stock-movements"),
        ("up.shop-1.till-events", "up.shop-1.till-events", "up.shop-1.till-events"),
        # Whoever made the headers up leads no letter elsewhere.
        ("cdc.assortment", "up.shop-1.till-events", "cdc.assortment"),
        ("till.cart-events", "up.shop-1.stock-movements", "till.cart-events"),
        ("till.cart-events", "stock.levels", "till.cart-events"),
        ("till.cart-events", "nonsense-x", "till.cart-events"),
    ],
)
def test_a_letter_goes_back_to_where_it_lay(topic: str, lay_in: str, goes_to: str) -> None:
    assert letter(topic, lay_in).input_topic == goes_to


def test_a_letter_without_a_source_goes_back_to_the_usual_topic() -> None:
    spoilt = Letter(LetterPartition("till.cart-events.dead-letter", 0), 0, None, None, (), 0)
    assert spoilt.input_topic == "till.cart-events"
