"""What operators have moved out of the way is read from its topic's keys."""

from engine.aside import offsets_in


def test_the_offsets_of_one_partition_are_told_by_topic() -> None:
    decisions = {
        b"till.cart-events-3-41": b"{}",
        b"till.cart-events-3-7": b"{}",
        b"a-3-b-3-9": b"{}",
    }
    assert offsets_in(decisions, 3) == {
        "till.cart-events": frozenset({7, 41}),
        "a-3-b": frozenset({9}),
    }


def test_what_was_taken_back_is_folded() -> None:
    assert offsets_in({b"till.cart-events-3-41": None}, 3) == {}


def test_a_key_that_names_no_message_of_the_partition_is_passed() -> None:
    others = {b"till.cart-events-4-41": b"{}", b"": b"{}", b"\xff-3-x": b"{}", b"x-3--1": b"{}"}
    assert offsets_in(others, 3) == {}
