"""A letter that tells of the same message once more is known, and nothing else is taken for one."""

from operations.dead_letters.repeats import Repeats


def test_the_same_source_and_reason_again_is_a_repeat() -> None:
    repeats = Repeats()
    assert not repeats.note("till.cart-events-3-7", "fork")
    assert repeats.note("till.cart-events-3-7", "fork")


def test_another_reason_offset_partition_or_topic_is_none() -> None:
    repeats = Repeats()
    repeats.note("till.cart-events-3-7", "fork")
    for source, reason in (
        ("till.cart-events-3-7", "quarantined"),
        ("till.cart-events-3-8", "fork"),
        ("till.cart-events-4-7", "fork"),
        ("cdc.products-3-7", "fork"),
    ):
        assert not repeats.note(source, reason), (source, reason)


def test_letters_without_a_source_are_never_taken_for_one_another() -> None:
    repeats = Repeats()
    assert not any(repeats.note("", "malformed") for _ in range(2))
