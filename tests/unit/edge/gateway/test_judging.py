"""What batches mean, by chance: any slices of two histories of one epoch, in any order."""

from collections.abc import Sequence
from hashlib import sha256
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edge.gateway.events import ReadEvent
from edge.gateway.judging import BatchVerdict, Conflict, judge, linked
from edge.gateway.standing import FORKS_MAX, Held, Standing
from edge.journal.chain import EPOCH_BEGINS

LENGTH = 12

History = Sequence[ReadEvent]


def history(parted_at: int, poison: frozenset[int]) -> list[ReadEvent]:
    """Events of an epoch; those from ``parted_at`` on are another device's. Of those in ``poison``
    nobody can read anything."""
    events: list[ReadEvent] = []
    prev = EPOCH_BEGINS
    for sequence in range(1, LENGTH + 1):
        side = "other" if sequence >= parted_at else "own"
        own = sha256(f"{prev}{side}{sequence}".encode()).hexdigest()
        fault = "poison" if sequence in poison else None
        told = (None, None) if fault else (prev, own)
        events.append(ReadEvent(sequence, own.encode(), *told, fault, {}))
        prev = own
    return events


def prev_of(events: History, sequence: int) -> str:
    return events[sequence - 2].raw.decode() if sequence > 1 else EPOCH_BEGINS


class Memory:
    """What a gateway keeps, in its simplest form."""

    def __init__(self) -> None:
        self.standing = Standing(0, EPOCH_BEGINS, None)
        self.taken: list[ReadEvent] = []
        self.went_on: list[ReadEvent] = []
        self.forks: set[tuple[int, str]] = set()
        self.quarantined: dict[int, str] = {}
        self.forgotten: set[int] = set()

    def take(self, events: History, first: int, last: int) -> BatchVerdict:
        sent = events[first - 1 : last]
        prev = prev_of(events, first)
        batch = linked(prev, sent, sent[-1].raw.decode(), self.standing)
        hashes = {e.sequence: e.hash for e in self.taken if e.hash}
        hashes = {each: hashes[each] for each in hashes if each not in self.forgotten}
        held = Held(hashes, self.quarantined, self.forks, FORKS_MAX)
        verdict = judge(prev, batch, self.standing, held, lambda _: False)
        self._keep(verdict)
        return verdict

    def _keep(self, verdict: BatchVerdict) -> None:
        self.standing = Standing(verdict.accepted_to, verdict.last_hash, None)
        self.taken += verdict.new
        self.went_on += [*verdict.again, *verdict.forked, *verdict.new]
        self.forks |= {(e.sequence, e.hash) for e in verdict.forked if e.hash}
        self.quarantined |= {e.sequence: e.fault for e in verdict.new if e.fault}


class Slice(NamedTuple):
    side: int
    first: int
    last: int


@st.composite
def slices(draw: st.DrawFn) -> Slice:
    first = draw(st.integers(1, LENGTH))
    return Slice(draw(st.integers(0, 1)), first, draw(st.integers(first, LENGTH)))


plans = st.lists(slices(), min_size=1, max_size=12)
partings = st.integers(1, LENGTH + 1)
poisons = st.frozensets(st.integers(1, LENGTH // 2), max_size=4).map(
    lambda drawn: frozenset(2 * each for each in drawn)
)
"""No two in a row: of the first of them nothing tells the hash, so nothing proves it another's."""


def take(memory: Memory, events: History, each: Slice) -> BatchVerdict | None:
    try:
        return memory.take(events, each.first, each.last)
    except Conflict as conflict:
        assert conflict.expected == memory.standing.accepted_to + 1
        assert conflict.last_hash == memory.standing.last_hash
        return None


@given(plans, partings, poisons)
def test_what_is_taken_is_one_history_without_gaps(
    plan: list[Slice], parted_at: int, poison: frozenset[int]
) -> None:
    sides = history(LENGTH + 1, poison), history(parted_at, poison)
    memory = Memory()
    for each in plan:
        take(memory, sides[each.side], each)
    assert [event.sequence for event in memory.taken] == list(range(1, len(memory.taken) + 1))
    chain = [event.raw for event in memory.taken]
    assert chain in [[event.raw for event in side[: len(chain)]] for side in sides]


@given(plans, partings)
def test_forks_are_the_numbers_that_differ(plan: list[Slice], parted_at: int) -> None:
    sides = history(LENGTH + 1, frozenset()), history(parted_at, frozenset())
    memory = Memory()
    for each in plan:
        held = {event.sequence: event.raw for event in memory.taken}
        sent = sides[each.side][each.first - 1 : each.last]
        verdict = take(memory, sides[each.side], each)
        if verdict:
            differ = [e.sequence for e in sent if held.get(e.sequence, e.raw) != e.raw]
            assert verdict.forks == differ


@given(plans, partings, poisons)
def test_the_same_batch_gets_the_same_answer_and_goes_on_once(
    plan: list[Slice], parted_at: int, poison: frozenset[int]
) -> None:
    sides = history(LENGTH + 1, poison), history(parted_at, poison)
    memory = Memory()
    for each in plan:
        verdict = take(memory, sides[each.side], each)
        count = len(memory.went_on)
        again = take(memory, sides[each.side], each)
        assert (verdict is None) == (again is None)
        if verdict and again:
            assert again.accepted_to == verdict.accepted_to
            assert (again.quarantined, again.forks) == (verdict.quarantined, verdict.forks)
        assert len(memory.went_on) == count, "it went on once more"


@settings(max_examples=500)
@given(plans, st.integers(1, 6), st.frozensets(st.integers(1, LENGTH), min_size=3))
def test_where_hashes_are_forgotten_no_event_of_another_history_passes_for_ours(
    plan: list[Slice], parted_at: int, forgotten: frozenset[int]
) -> None:
    sides = history(LENGTH + 1, frozenset()), history(parted_at, frozenset())
    memory = Memory()
    for each in plan:
        memory.forgotten = set(forgotten) - {memory.standing.accepted_to}
        held = {event.sequence: event.raw for event in memory.taken}
        sent = sides[each.side][each.first - 1 : each.last]
        verdict = take(memory, sides[each.side], each)
        if verdict and verdict.forks:
            differ = [e.sequence for e in sent if held.get(e.sequence, e.raw) != e.raw]
            assert min(verdict.forks) <= min(differ), "a till would believe that we have its event"


@given(st.integers(2, LENGTH), st.integers(2, LENGTH))
def test_a_batch_that_is_two_histories_is_refused(spliced_at: int, parted_at: int) -> None:
    own, other = history(LENGTH + 1, frozenset()), history(parted_at, frozenset())
    spliced = [*own[: spliced_at - 1], *other[spliced_at - 1 :]]
    memory = Memory()
    verdict = take(memory, spliced, Slice(0, 1, LENGTH))
    assert (verdict is None) == (spliced_at > parted_at), "what is not one history was taken"


def test_a_gap_is_told_before_anything_is_taken() -> None:
    memory = Memory()
    events = history(LENGTH + 1, frozenset())
    memory.take(events, 1, 3)
    with pytest.raises(Conflict) as conflict:
        memory.take(events, 5, 6)
    assert (conflict.value.kind, conflict.value.expected) == ("gap", 4)
    assert conflict.value.last_hash == events[2].hash


def test_an_event_that_tells_no_hash_takes_it_from_its_neighbour_or_the_head() -> None:
    events = history(LENGTH + 1, frozenset({2, 4}))
    standing = Standing(0, EPOCH_BEGINS, None)
    found = linked(EPOCH_BEGINS, events[:4], None, standing)
    assert [event.hash for event in found[:3]] == [e.raw.decode() for e in events[:3]]
    assert found[3].hash is None
    (last,) = linked(prev_of(events, 4), events[3:4], events[3].raw.decode(), standing)
    assert last.hash == events[3].raw.decode()
