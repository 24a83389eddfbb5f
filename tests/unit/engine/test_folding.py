"""Each record is folded once and in order; where one cannot be, the error says which, and what
helps."""

import re
from collections.abc import Sequence

import pytest

from engine.contract import Outbox, PartitionAgents, Record
from engine.errors import FoldFailed, InputRecreated
from engine.folding import Folding
from engine.state import PartitionState
from engine.store import MemoryStore
from tests.unit.engine.doubles import TABLES, TOPIC, Sale, SeeingAgent

PARTITION = 3


class Folded:
    """An agent behind `Folding`, and what it has seen."""

    def __init__(
        self, aside: frozenset[int] = frozenset(), agent: PartitionAgents | None = None
    ) -> None:
        self.state = PartitionState(MemoryStore(), TABLES)
        self.agent = SeeingAgent(self.state)
        self.positions = {TOPIC: 0, "other": 0}
        given = {TOPIC: aside} if aside else {}
        self.folding = Folding(agent or self.agent, PARTITION, self.positions, given)

    def fold(self, *records: Sale) -> int:
        return self.folding.fold(TOPIC, list(records))

    def seen(self) -> list[int]:
        return sorted(int(key) for key in self.state.table("seen").changed)


class Unsaying(PartitionAgents):
    """An agent that does not say which record it is at, and whose announcement may fail."""

    def __init__(self, *, announces: bool) -> None:
        self._announces = announces

    def fold(self, topic: str, records: Sequence[Record]) -> None:
        if not self._announces:
            raise OverflowError("too large")

    def announce(self, outbox: Outbox) -> None:
        raise OverflowError("too large")

    def committed(self) -> None: ...


def test_the_message_that_no_rule_can_take_is_named_with_the_way_out() -> None:
    folded = Folded()
    with pytest.raises(FoldFailed, match=r"sales-3-11: ValueError\('no rule for this'\)") as failed:
        folded.fold(Sale(10), Sale(11, b"poison"), Sale(12))
    assert "'tillstream dead-letters quarantine sales-3-11'" in str(failed.value)


def test_where_the_agent_does_not_say_the_batch_is_named() -> None:
    folded = Folded(agent=Unsaying(announces=False))
    with pytest.raises(FoldFailed, match=r"sales-3 offsets 10 to 12: OverflowError"):
        folded.fold(Sale(10), Sale(12))


def test_a_record_alone_is_named_whoever_says_so() -> None:
    folded = Folded(agent=Unsaying(announces=False))
    with pytest.raises(FoldFailed, match="quarantine sales-3-10"):
        folded.fold(Sale(10))


def test_what_was_set_aside_is_handed_over_in_its_place_and_not_folded() -> None:
    folded = Folded(aside=frozenset({11, 13}))
    assert folded.fold(Sale(10), Sale(11, b"poison"), Sale(12), Sale(13, b"poison")) == 4
    assert (folded.seen(), folded.agent.put_aside) == ([10, 12], [11, 13])
    assert folded.positions[TOPIC] == 14, "it would be met again"


def test_what_was_set_aside_and_fails_even_so_is_named() -> None:
    class Clumsy(SeeingAgent):
        def set_aside(self, topic: str, record: Record) -> None:
            raise RuntimeError("no hands")

    folded = Folded(aside=frozenset({11}), agent=Clumsy(PartitionState(MemoryStore(), TABLES)))
    with pytest.raises(FoldFailed, match="sales-3-11 was set aside, and even that failed"):
        folded.fold(Sale(11))


def test_an_announcement_that_fails_names_all_that_it_may_be_about() -> None:
    folded = Folded(agent=Unsaying(announces=True))
    folded.fold(Sale(10), Sale(11))
    folded.folding.fold("other", [Sale(5)])
    expected = re.escape("sales-3 offsets 10 to 11, other-3 offsets 5 to 5: OverflowError")
    with pytest.raises(FoldFailed, match=expected), folded.folding.naming_batch():
        folded.folding.agents.announce(Outbox())


def test_an_announcement_of_one_message_that_fails_names_it() -> None:
    folded = Folded(agent=Unsaying(announces=True))
    folded.fold(Sale(10), Sale(11))
    assert folded.folding.end_batch() == "sales-3 offsets 10 to 11"
    folded.fold(Sale(12))
    with pytest.raises(FoldFailed, match="quarantine sales-3-12"), folded.folding.naming_batch():
        folded.folding.agents.announce(Outbox())


def test_the_same_messages_again_are_passed_over() -> None:
    folded = Folded()
    folded.fold(Sale(10, b"a"), Sale(11, b"b"))
    assert folded.fold(Sale(10, b"a"), Sale(11, b"b")) == 0
    assert folded.fold(Sale(11, b"b"), Sale(12, b"c")) == 1
    assert folded.seen() == [10, 11, 12]


def test_other_messages_under_offsets_that_were_read_stop_the_worker() -> None:
    """The topic lost its tail: tills wrote on, and not one of the new sales counted."""
    folded = Folded()
    folded.fold(*(Sale(offset, b"old") for offset in range(10)))
    with pytest.raises(
        InputRecreated, match=r"sales-3 holds another message at offset 5 .* up to 10"
    ):
        folded.fold(*(Sale(offset, b"new") for offset in range(5, 9)))
