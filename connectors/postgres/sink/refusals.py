"""What workers have refused over their own state, from the dead letters beside the inputs.

A sum that grew too large, a closed day: only a worker knows. Its letter names the input by topic,
partition and offset and carries its bytes, so the sink finds the rows that it made of it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from connectors.postgres.sink.acceptance import Origin, Receipt, TillEpoch, till_epoch
from following.records import FollowedRecord
from topics.dead_letters import REASON, SOURCE, parse_source, told
from topics.registry import STOCK_MOVEMENTS, TILL_EVENTS
from topics.topic_spec import DEAD_LETTER_SUFFIX
from topics.wire import (
    Refused,
    WireCartCompleted,
    WireGoodsReturned,
    WireMovement,
    decode_movement,
    decode_till_event,
)

LETTERS = {spec.name + DEAD_LETTER_SUFFIX: spec.name for spec in (TILL_EVENTS, STOCK_MOVEMENTS)}
"""The dead-letter topics that the sink reads, and the input of each."""

OFFSET_MAX = 2**63 - 1
"""Largest offset there can be, and that PostgreSQL can hold."""


@dataclass(frozen=True, slots=True)
class RefusedInput:
    """One refused input; ``made`` is what the sink makes rows of, None where there are none."""

    origin: Origin
    reason: str
    made: Receipt | WireMovement | None

    @property
    def till(self) -> TillEpoch | None:
        """Whose number it had; None for a movement, and where no rows were made."""
        if self.made is None or isinstance(self.made, WireMovement):
            return None
        return till_epoch(self.made)


def refusals_in(
    letters: Iterable[FollowedRecord], inputs: Mapping[str, str] | None = None
) -> list[RefusedInput]:
    """What the letters say; one that names an input of another topic or partition says nothing.

    ``inputs`` are topics that take the place of inputs here, by the usual name.
    """
    found, inputs = list[RefusedInput](), inputs or {}
    for letter in letters:
        topic = LETTERS[letter.topic]
        try:
            source = parse_source(told(letter.headers, SOURCE))
        except ValueError:
            continue
        place = inputs.get(topic, topic), letter.partition
        if (source.topic, source.partition) == place and source.offset <= OFFSET_MAX:
            reason = told(letter.headers, REASON)
            found.append(RefusedInput(source, reason, _made_of(topic, letter.value)))
    return found


def _made_of(topic: str, value: bytes | None) -> Receipt | WireMovement | None:
    try:
        if topic == STOCK_MOVEMENTS.name:
            return decode_movement(value)
        event = decode_till_event(value)
    except Refused:
        return None
    return event if isinstance(event, (WireCartCompleted, WireGoodsReturned)) else None
