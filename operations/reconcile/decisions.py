"""What operators have decided about tills: the workers obey it, and the sink does not know it."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError

from clients.kafka import KafkaAccess
from operations.kafka.reader import TopicReader
from topics.registry import TILL_UPKEEP
from topics.upkeep import GapClosed, TillForgotten, TillUpkeep, till_upkeep_adapter

Epoch = dict[str, Any]
"""One epoch as a till's status tells it: ``epoch``, ``last_sequence``, ``missing``."""

RANGES_TOLD_MAX = 1_000
"""Ranges that a till's status lists, as in the contract; of what is cut only the count is told."""


@dataclass(slots=True)
class Decisions:
    """``closed_to`` by location, till and epoch; ``gone``: forgotten tills' newest epochs."""

    closed_to: dict[tuple[str, str, int], int] = field(
        default_factory=dict[tuple[str, str, int], int]
    )
    gone: dict[tuple[str, str], int] = field(default_factory=dict[tuple[str, str], int])

    def take(self, decision: TillUpkeep) -> None:
        """The next decision of its location."""
        if isinstance(decision, GapClosed):
            place = decision.location_id, decision.till_id, decision.epoch
            self.closed_to[place] = max(self.closed_to.get(place, 0), decision.up_to_sequence)
        elif isinstance(decision, TillForgotten):
            till = decision.location_id, decision.till_id
            self.gone[till] = max(self.gone.get(till, 0), decision.up_to_epoch)

    def is_forgotten(self, location_id: str, till_id: str, epoch: int) -> bool:
        """Whether what was counted up to ``epoch`` is of a till that workers know no more, or know
        anew: either way their windows and the sink's have begun at different numbers."""
        return epoch <= self.gone.get((location_id, till_id), 0)

    def applied(self, location_id: str, till_id: str, expected: Epoch) -> Epoch:
        """What the sink has counted, as the workers tell it: without what was closed, and cut."""
        newest = self._waited_for(location_id, till_id, expected)
        count = sum(last - first + 1 for first, last in newest)
        older, room = list[Epoch](), RANGES_TOLD_MAX
        for each in reversed(expected["older"]):
            missing = self._waited_for(location_id, till_id, each)[:room]
            room -= len(missing)
            older.append({**each, "missing": missing})
        return {
            **expected,
            "missing": newest[:RANGES_TOLD_MAX],
            "missing_count": count,
            "older": older[::-1],
        }

    def _waited_for(self, location_id: str, till_id: str, of: Epoch) -> list[list[int]]:
        closed_to = self.closed_to.get((location_id, till_id, of["epoch"]), 0)
        return [
            [max(first, closed_to + 1), last] for first, last in of["missing"] if last > closed_to
        ]


def load(kafka: KafkaAccess) -> Decisions:
    """All decisions; raises `KafkaAway`. What is none is a dead letter of the workers'."""
    decisions = Decisions()
    with TopicReader(kafka, [TILL_UPKEEP.name]) as messages:
        for decision in _read(message.value for message in messages):
            decisions.take(decision)
    return decisions


def _read(values: Iterable[bytes | None]) -> Iterable[TillUpkeep]:
    for value in values:
        try:
            yield till_upkeep_adapter.validate_json(value or b"")
        except ValidationError:
            continue
