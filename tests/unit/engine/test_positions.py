"""An input is read on only where it is what the state was made of."""

import pytest

from engine.errors import InputRecreated
from engine.inputs import Input, KnownInput, checked_start
from engine.positions import KEPT, Positions
from engine.state import PartitionState
from engine.store import MemoryStore


def test_a_state_that_has_read_nothing_begins_at_the_first_offset_that_is_there() -> None:
    assert checked_start("sales-0", KnownInput(None, None), Input("a", 7, 20)) == 7


def test_a_state_reads_on_where_it_was() -> None:
    assert checked_start("sales-0", KnownInput("a", 12), Input("a", 7, 20)) == 12
    assert checked_start("sales-0", KnownInput("a", 20), Input("a", 7, 20)) == 20
    assert checked_start("sales-0", KnownInput("a", 7), Input("a", 7, 20)) == 7


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (Input("a", 0, 11), r"ends at offset 11, .* has read up to 12"),
        (Input("a", 13, 20), r"begins at offset 13, .* has read up to 12 only"),
        (Input("b", 0, 20), r"was deleted and made anew .* was a, now it is b"),
    ],
)
def test_an_input_that_is_not_what_was_read_stops_the_worker(found: Input, words: str) -> None:
    with pytest.raises(InputRecreated, match=rf"sales-0 {words}.*Start a new application id"):
        checked_start("sales-0", KnownInput("a", 12), found)


def test_the_id_of_a_topic_is_kept_from_the_first_time_on() -> None:
    store = MemoryStore()
    state = PartitionState(store, KEPT)
    before = Positions(state, ("sales",), 0)
    assert before.begin_at({"sales": Input("a", 5, 9)}) == {"sales": 5}
    before.now["sales"] = 9
    before.keep("sales")
    state.take()
    state.settle()
    state.write(1)

    again = Positions(PartitionState(store, KEPT), ("sales",), 0)
    with pytest.raises(InputRecreated, match="made anew"):
        again.begin_at({"sales": Input("b", 0, 100)})
    assert again.begin_at({"sales": Input("a", 5, 100)}) == {"sales": 9}
