"""The memory of what has been sent back holds exactly that."""

from hypothesis import given
from hypothesis import strategies as st

from operations.dead_letters.retried import NOTHING, RetriedTally
from topics.dead_letters import RetriedLetters

LETTERS = list(range(0, 60, 2))
"""Offsets of letters; those between belong to transaction markers."""


def after(before: RetriedLetters, chosen: set[int], stop: int = len(LETTERS)) -> RetriedLetters:
    tally = RetriedTally(before)
    for offset in LETTERS[:stop]:
        tally.note(offset, sent=before.holds(offset) or offset in chosen)
    return tally.so_far()


def held(memory: RetriedLetters) -> set[int]:
    return {offset for offset in LETTERS if memory.holds(offset)}


@given(st.lists(st.tuples(st.sets(st.sampled_from(LETTERS)), st.integers(0, len(LETTERS)))))
def test_any_rounds_of_retries_are_remembered_even_when_broken_off(
    rounds: list[tuple[set[int], int]],
) -> None:
    memory, sent = NOTHING, set[int]()
    for chosen, stop in rounds:
        memory = after(memory, chosen, stop)
        sent |= chosen & set(LETTERS[:stop])
        assert held(memory) == sent, "a letter would be sent twice, or never"


def test_all_sent_is_one_number() -> None:
    memory = after(after(NOTHING, {4, 8}), set(LETTERS))
    assert memory == RetriedLetters(below=LETTERS[-1] + 1)


def test_neighbours_across_a_marker_are_one_range() -> None:
    assert after(NOTHING, {4, 6, 8}) == RetriedLetters(also=((4, 8),))
