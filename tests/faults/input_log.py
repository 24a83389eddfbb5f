"""The input topic as it is at the end, held against what the tills were told."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from tests.acceptance.outside.feed import Place
from tests.acceptance.outside.findings import Findings
from tests.acceptance.outside.message import Message

from .feed import Acknowledged


def attribute(
    records: Mapping[Place, Any],
    acknowledged: Iterable[Acknowledged],
    unanswered: Sequence[Message],
    findings: Findings,
) -> list[tuple[Any, Message]]:
    """Which message each record is; what was acknowledged and is not there is lost."""
    known: dict[Place, Message] = {}
    for one in acknowledged:
        place = (one.partition, one.offset)
        record = records.get(place)
        if record is None or (record.key, record.value) != (one.message.key, one.message.value):
            findings.add("input acknowledged and lost", f"{place}: {one.message.event}")
        elif place in known:
            findings.add("input place given twice", f"{place}: {one.message.event}")
        known[place] = one.message
    by_value = {message.value: message for message in unanswered}
    found: list[tuple[Any, Message]] = []
    for place, record in records.items():
        message = known.get(place) or by_value.get(record.value)
        if message is None:
            findings.add("input from nowhere", f"{place}: {record.value!r:.300}")
        else:
            found.append((record, message))
    return found
