"""Cards and PINs: what a stolen list gives away."""

import pytest

from sealing import boxes
from sealing.cards import card_hash, is_pin_of, pin_hash
from sealing.errors import SealError

KEY = boxes.new_key()


def test_a_card_is_found_by_its_hash_under_one_key() -> None:
    assert card_hash(KEY, "employee", "4711") == card_hash(KEY, "employee", " 4711\n")
    assert card_hash(KEY, "employee", "4711") != card_hash(KEY, "employee", "4712")
    assert card_hash(KEY, "employee", "4711") != card_hash(boxes.new_key(), "employee", "4711"), (
        "a key that was renewed changes nothing"
    )


def test_a_customers_card_is_no_employees() -> None:
    assert card_hash(KEY, "employee", "4711") != card_hash(KEY, "customer", "4711")


@pytest.mark.parametrize("card", ["", "  ", "x" * 65, "kärtchen", "a\x00b", "a\nb"])
def test_what_is_no_card_is_refused(card: str) -> None:
    with pytest.raises(SealError):
        card_hash(KEY, "employee", card)


def test_a_pin_works_with_its_card_alone() -> None:
    hashed = pin_hash("4711", "1234")
    assert is_pin_of("4711", "1234", hashed)
    assert not is_pin_of("4711", "1235", hashed)
    assert not is_pin_of("4712", "1234", hashed), "a PIN works with somebody else's card"


def test_the_same_pin_looks_different_each_time() -> None:
    assert pin_hash("4711", "1234") != pin_hash("4711", "1234")


@pytest.mark.parametrize("pin", ["", "123", "1" * 13, "12a4", "١٢٣٤", "1234\n"])
def test_what_is_no_pin_is_refused(pin: str) -> None:
    with pytest.raises(SealError):
        pin_hash("4711", pin)


def test_a_hash_that_asks_for_other_costs_is_refused() -> None:
    hashed = pin_hash("4711", "1234")
    for wrong in (hashed.replace("16384", "1073741824"), "", "x", "scrypt$1$1$1$$", hashed[:-9]):
        with pytest.raises(SealError):
            is_pin_of("4711", "1234", wrong)
