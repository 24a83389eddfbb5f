"""A number belongs to one application, its first word holds, and none is ever given out twice."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from operations.generations.standing import (
    GenerationError,
    Generations,
    check_application_id,
    state_id,
)
from topics.upkeep import GENERATION_MAX, Generation, GenerationState

AT = datetime(2026, 7, 1, tzinfo=UTC)

Word = tuple[str, int, GenerationState]


def after(*words: Word) -> Generations:
    standing = Generations()
    for application_id, generation, state in words:
        standing.take(application_id, Generation(generation=generation, state=state, decided_at=AT))
    return standing


def test_a_first_application_takes_nought_and_the_next_one_more() -> None:
    assert after().next_free() == 0
    assert after(("a", 0, "live")).next_free() == 1


def test_of_two_workers_that_start_at_once_the_first_word_holds() -> None:
    assert after(("a", 0, "live"), ("a", 0, "live")).live == {"a": 0}
    assert after(("z", 0, "live"), ("a", 1, "live"), ("a", 2, "live")).live["a"] == 1


def test_of_two_applications_that_take_one_number_the_later_has_none_yet() -> None:
    standing = after(("a", 0, "live"), ("b", 1, "live"), ("c", 1, "live"))
    assert standing.live == {"a": 0, "b": 1}
    assert standing.next_free() == 2


def test_a_generation_is_built_beside_the_live_one_and_then_takes_its_place() -> None:
    standing = after(("a", 0, "live"), ("a", 1, "building"))
    assert (standing.live["a"], standing.building) == (0, {"a": 1})
    standing = after(("a", 0, "live"), ("a", 1, "building"), ("a", 1, "live"))
    assert (standing.live["a"], standing.building) == (1, {})
    assert standing.left_over("a") == [0]


def test_a_second_rebuild_while_one_is_under_way_is_the_same_one() -> None:
    standing = after(("a", 0, "live"), ("a", 1, "building"), ("a", 2, "building"))
    assert standing.building == {"a": 1}
    assert standing.next_free() == 2


def test_an_abandoned_generation_does_not_come_alive_and_its_number_is_spent() -> None:
    standing = after(
        ("a", 0, "live"), ("a", 1, "building"), ("a", 1, "abandoned"), ("a", 1, "live")
    )
    assert (standing.live["a"], standing.building) == (0, {})
    assert standing.next_free() == 2
    assert standing.left_over("a") == [1]


def test_a_live_generation_cannot_be_abandoned() -> None:
    assert after(("a", 0, "live"), ("a", 0, "abandoned")).live == {"a": 0}


def test_an_id_that_nobody_registered_has_lived_on_nought_until_it_is_rebuilt() -> None:
    standing = after(("a", 0, "live"), ("a-products", 1, "building"))
    assert (standing.live.get("a-products"), standing.building) == (None, {"a-products": 1})
    assert standing.left_over("a-products") == [], "somebody works on it"
    standing.take("a-products", Generation(generation=1, state="live", decided_at=AT))
    assert standing.live == {"a": 0, "a-products": 1}
    assert (standing.left_over("a"), standing.left_over("a-products")) == ([], [0])


def test_what_was_never_registered_and_is_given_up_goes_on_as_before() -> None:
    standing = after(("a", 1, "building"), ("a", 1, "abandoned"))
    assert (standing.live, standing.building, standing.left_over("a")) == ({}, {}, [1])
    building = after(("a", 1, "building"), ("a", 2, "live"))
    assert (building.live, building.building) == ({}, {"a": 1}), "versions would go back"
    assert after(("a", 0, "building")).building == {}, "it is the state that there is"


def test_when_all_numbers_are_spent_it_is_said() -> None:
    with pytest.raises(GenerationError, match="used up"):
        after(("a", GENERATION_MAX, "live")).next_free()


def test_generation_nought_keeps_the_names_of_before() -> None:
    assert state_id("tillstream", 0) == "tillstream"
    assert state_id("tillstream", 12) == "tillstream-g12"


def test_an_application_id_cannot_pass_for_the_state_of_another() -> None:
    check_application_id("tillstream-green")
    with pytest.raises(GenerationError, match="tillstream-g1"):
        check_application_id("tillstream-g1")


WORDS = st.lists(
    st.tuples(
        st.sampled_from("abc"),
        st.integers(0, 6),
        st.sampled_from(["building", "live", "abandoned"]),
    )
)


@given(WORDS)
def test_whatever_was_said_no_number_has_two_owners_and_none_goes_back(words: list[Word]) -> None:
    standing, lived = Generations(), dict[str, int]()
    for application_id, generation, state in words:
        standing.take(application_id, Generation(generation=generation, state=state, decided_at=AT))
        held = [*standing.live.values(), *standing.building.values()]
        assert len(held) == len(set(held)), "one version would be said by two states"
        assert standing.next_free() > max(held, default=-1)
        now = standing.live.get(application_id, -1)
        assert now >= lived.get(application_id, -1), "versions would go back"
        lived[application_id] = now
