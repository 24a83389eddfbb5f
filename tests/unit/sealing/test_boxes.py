"""What is sealed opens with its key, in its place, unchanged, and otherwise never."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sealing import boxes
from sealing.errors import SealError
from sealing.fields import seal, unseal

KEY = boxes.new_key()
PLACE = ("customer", "c-1", "name")


@given(st.binary(max_size=300))
def test_a_box_gives_back_what_was_put_in(content: bytes) -> None:
    box = boxes.close(KEY, content, PLACE)
    assert boxes.open_box(KEY, box, PLACE) == content
    assert len(content) < 4 or content not in box


def test_the_same_content_looks_different_each_time() -> None:
    assert boxes.close(KEY, b"x", PLACE) != boxes.close(KEY, b"x", PLACE), (
        "who reads the disk could tell who has the same name"
    )


@pytest.mark.parametrize(
    "place",
    [
        ("customer", "c-1", "contact"),
        ("customer", "c-2", "name"),
        ("employee", "c-1", "name"),
        ("customer", "c-1name"),
    ],
)
def test_a_box_opens_in_its_place_alone(place: tuple[str, ...]) -> None:
    box = boxes.close(KEY, b"x", PLACE)
    with pytest.raises(SealError):
        boxes.open_box(KEY, box, place)


def test_another_key_opens_nothing() -> None:
    with pytest.raises(SealError):
        boxes.open_box(boxes.new_key(), boxes.close(KEY, b"x", PLACE), PLACE)


def test_a_box_that_is_cut_or_changed_anywhere_does_not_open() -> None:
    box = boxes.close(KEY, b"content", PLACE)
    for place in range(len(box)):
        changed = bytearray(box)
        changed[place] ^= 1
        for wrong in (box[:place], bytes(changed)):
            with pytest.raises(SealError):
                boxes.open_box(KEY, wrong, PLACE)


def test_fields_of_a_person_come_back() -> None:
    fields = {"name": "Zoë Ångström", "contact": "zoe@example.org", "empty": ""}
    assert unseal(KEY, "c-1", seal(KEY, "c-1", fields)) == fields


def test_fields_that_changed_places_do_not_open() -> None:
    sealed = seal(KEY, "c-1", {"name": "a", "contact": "b"})
    swapped = {"name": sealed["contact"], "contact": sealed["name"]}
    for person, boxed in (("c-1", swapped), ("c-2", sealed), ("c-1", {"name": "no base64!"})):
        with pytest.raises(SealError):
            unseal(KEY, person, boxed)
