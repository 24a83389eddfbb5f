"""Dead letters that wait for somebody."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from clients.kafka import KafkaAccess
from operations.dead_letters.letters import letters
from operations.dead_letters.repeats import Repeats
from operations.dead_letters.retried import NOTHING, load
from operations.kafka.reader import KafkaAway, TopicReader
from topics.registry import ALL_DEAD_LETTERS

READ_MAX = 20_000
"""Offsets that are read to count them. The positions alone give no number, for transactions leave
marks among the letters; reading more would make a glance take seconds."""


@dataclass(frozen=True, slots=True)
class LettersSeen:
    """Letters not sent back yet, by their topic and by reason; ``at_most`` instead where there are
    very many."""

    waiting: Mapping[str, int] = field(default_factory=dict[str, int])
    reasons: Mapping[str, int] = field(default_factory=dict[str, int])
    at_most: int | None = None
    fault: str = ""


def look(kafka: KafkaAccess) -> LettersSeen:
    """Count them."""
    try:
        sent, repeats = load(kafka), Repeats()
        with TopicReader(kafka, [spec.name for spec in ALL_DEAD_LETTERS]) as messages:
            if messages.span > READ_MAX:
                return LettersSeen(at_most=messages.span)
            waiting = Counter(
                (letter.place.topic, letter.reason)
                for letter in letters(messages)
                if not repeats.note(letter.source, letter.reason)
                and not sent.get(letter.place, NOTHING).holds(letter.offset)
            )
    except KafkaAway as fault:
        return LettersSeen(fault=str(fault))
    # Plain dicts: of a Counter, `dataclasses.asdict` makes a count of its pairs.
    topics, reasons = Counter[str](), Counter[str]()
    for (topic, reason), number in waiting.items():
        topics[topic] += number
        reasons[reason] += number
    return LettersSeen(dict(topics), dict(reasons))
