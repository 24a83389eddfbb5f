"""How far a partition has read its inputs: part of its state, so atomic with it."""

from collections.abc import Mapping, Sequence

from engine.inputs import Input, KnownInput, checked_start
from engine.state import PartitionState

POSITIONS = "\x01positions"
"""Table of the next offset to read, by input topic."""

INPUTS = "\x01inputs"
"""Table of the ids of the input topics whose offsets those are."""

KEPT: Mapping[str, type] = {POSITIONS: int, INPUTS: str}
"""Both, with the types of their values."""


class Positions:
    """The next offsets of one partition; ``now`` has them by topic, 0 where nothing was read."""

    def __init__(self, state: PartitionState, topics: Sequence[str], partition: int) -> None:
        self._offsets = state.table(POSITIONS)
        self._ids = state.table(INPUTS)
        self._partition = partition
        self.now: dict[str, int] = {topic: self._offsets.peek(topic) or 0 for topic in topics}

    @property
    def has_read_nothing(self) -> bool:
        """Whether the state is as empty as on its first day."""
        return all(self._offsets.peek(topic) is None for topic in self.now)

    def keep(self, topic: str) -> None:
        """Let the position of ``topic`` go with the next transaction."""
        self._offsets.put(topic, self.now[topic])

    def begin_at(self, inputs: Mapping[str, Input]) -> dict[str, int]:
        """The offsets to read on from, if ``inputs`` are those that the state was made of.

        Raises `engine.errors.InputRecreated`.
        """
        for topic, found in inputs.items():
            self.now[topic] = self.check(topic, self._offsets.peek(topic), found)
            if self._ids.peek(topic) is None:
                self._ids.put(topic, found.topic_id)
        return dict(self.now)

    def check(self, topic: str, offset: int | None, found: Input) -> int:
        """``offset``, or the first where it is None, if ``found`` has it as it was.

        Raises `engine.errors.InputRecreated`.
        """
        known = KnownInput(self._ids.peek(topic), offset)
        return checked_start(f"{topic}-{self._partition}", known, found)
