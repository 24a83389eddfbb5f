"""Dead letters in words, for people and programs that look at them."""

import heapq
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from clients.kafka import KafkaAccess
from operations.dead_letters.letters import Letter, letters
from operations.dead_letters.repeats import Repeats
from operations.dead_letters.retried import NOTHING, load
from operations.kafka.reader import TopicReader

_PREVIEW_CHARACTERS = 120
"""Of the value, in a list: enough to see the type and the till, short enough for a line or two."""


def describe(
    kafka: KafkaAccess, topics: Sequence[str], limit: int | None = None
) -> list[dict[str, Any]]:
    """The newest ``limit`` letters in words, oldest first; raises `KafkaAway`."""
    remembered, repeats = load(kafka), Repeats()
    with TopicReader(kafka, topics) as messages:
        described = (
            _described(
                letter,
                remembered.get(letter.place, NOTHING).holds(letter.offset),
                repeats.note(letter.source, letter.reason),
            )
            for letter in letters(messages)
        )
        if limit is None:
            return sorted(described, key=_age)
        return sorted(heapq.nlargest(limit, described, key=_age), key=_age)


def in_words(described: dict[str, Any]) -> tuple[str, ...]:
    """One of them for people."""
    retried = "  (sent back)" if described["retried"] else ""
    retried = "  (told again by a rebuild)" if described["repeated"] else retried
    key = "no key" if described["key"] is None else f"key {described['key']!r}"
    size = f"{described['written_at']}, {key}, {described['size_bytes']} bytes"
    return (
        f"{described['source']}  {described['reason']}{retried}",
        f"    {described['error']}",
        f"    {size}: {described['preview']!r}",
    )


def _age(described: dict[str, Any]) -> tuple[Any, ...]:
    return described["written_at"], described["topic"], described["partition"], described["offset"]


def _described(letter: Letter, sent: bool, is_repeat: bool) -> dict[str, Any]:
    value = letter.value or b""
    text = value[: 4 * _PREVIEW_CHARACTERS].decode(errors="backslashreplace")
    return {
        "topic": letter.place.topic,
        "partition": letter.place.partition,
        "offset": letter.offset,
        "written_at": _as_time(letter.timestamp_ms),
        "source": letter.source,
        "reason": letter.reason,
        "error": letter.error,
        "key": None if letter.key is None else letter.key.decode(errors="backslashreplace"),
        "size_bytes": len(value),
        "preview": text[:_PREVIEW_CHARACTERS],
        "retried": sent,
        "repeated": is_repeat,
    }


def _as_time(timestamp_ms: int) -> str:
    # A client may have set any number; what no calendar holds is shown as the epoch's start.
    try:
        time = datetime.fromtimestamp(timestamp_ms / 1000, UTC)
    except (OverflowError, ValueError, OSError):
        time = datetime.fromtimestamp(0, UTC)
    return time.isoformat(timespec="milliseconds").replace("+00:00", "Z")
