"""Rows of derived topics that only an earlier state knew: the state of now is asked for its word.

A rebuilt state says all that it knows, so what it does not know keeps the row of before: a total
of a date that a wrong rule had taken, an alert that should not stand. Such a row is said again as
the state has it, or taken back. What has left the state for its age stays as it was said.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

import msgspec

from clients.kafka import KafkaAccess
from operations.kafka.posting import append_all
from operations.kafka.reader import TopicReader
from operations.tills import end_of_events
from operations.who import who
from topics.partitioning import partition_of
from topics.registry import RESTOCK_ALERTS, TILL_STATUS, TILL_UPKEEP
from topics.scalars import Identifier
from topics.upkeep import GENERATION_BITS, RowRestated

Topic = Literal["stock.levels", "checkout.totals", "restock.alerts", "till.status"]

IN_ORDER: tuple[Topic, ...] = (
    "till.status",
    "checkout.totals",
    "stock.levels",
    "restock.alerts",
)
"""Tills first: they tell the clock of each location, by which the age of the others is judged."""

AGED = timedelta(days=399)
"""Dates and delisted items leave the state after 400 days. A row near that age stays, whether or
not the state has it: to take back what was right is worse than to leave what was wrong."""


class _Row(msgspec.Struct, gc=False):
    """What is looked at of a row of any of the topics."""

    location_id: Identifier
    version: int
    as_of: datetime | None = None
    last_seen: datetime | None = None
    state: str = ""


_decode = msgspec.json.Decoder(_Row).decode


@dataclass(slots=True)
class NewestTimes:
    """The newest time that is known of each location."""

    at: dict[str, datetime] = field(default_factory=dict[str, datetime])

    def note(self, row: _Row) -> None:
        """Take in what a row tells of its location's time."""
        seen = row.last_seen or row.as_of
        before = self.at.get(row.location_id)
        if seen is not None and (before is None or seen > before):
            self.at[row.location_id] = seen

    def is_aged(self, row: _Row) -> bool:
        """Whether the row's subject may have left the state for its age."""
        clock = self.at.get(row.location_id)
        return clock is None or row.as_of is None or row.as_of < clock - AGED


def stale_rows(
    topic: Topic, records: Iterable[Any], floor: int, clocks: NewestTimes
) -> Iterator[str]:
    """Keys of ``topic`` whose newest version is below ``floor`` and that are to be said again.

    ``records`` are the messages of the topic, in the order of their log.
    """
    newest: dict[str, _Row | None] = {}
    for record in records:
        row = _read(record.value)
        key = record.key.decode(errors="replace")
        before = newest.get(key)
        if row is None or before is None or row.version > before.version:
            newest[key] = row
    old = {key: row for key, row in newest.items() if row is not None and row.version < floor}
    for row in newest.values():
        if row is not None:
            clocks.note(row)
    for key, row in old.items():
        if key.startswith(f"{row.location_id}/") and _is_to_be_said(topic, row, clocks):
            yield key


def _read(value: bytes | None) -> _Row | None:
    """None for a row that is gone, and for what is none: the sink has set that apart."""
    try:
        return None if value is None else _decode(value)
    except msgspec.MsgspecError:
        return None


def _is_to_be_said(topic: Topic, row: _Row, clocks: NewestTimes) -> bool:
    if topic == RESTOCK_ALERTS.name:
        return row.state == "raised"
    return topic == TILL_STATUS.name or not clocks.is_aged(row)


def restate_stale(kafka: KafkaAccess, generation: int) -> int:
    """Have every such row said again or taken back by the live workers; how many there were.

    Raises `KafkaAway`.
    """
    floor, clocks, found = generation << GENERATION_BITS, NewestTimes(), 0
    for topic in IN_ORDER:
        with TopicReader(kafka, [topic]) as records:
            keys = list(stale_rows(topic, records, floor, clocks))
        places = {key: key.partition("/")[0] for key in keys}
        ends = {each: end_of_events(kafka, each) for each in set(places.values())}
        decisions = [(at, _restated(topic, key, at, ends[at])) for key, at in places.items()]
        append_all(kafka, TILL_UPKEEP.name, decisions, partition_of)
        found += len(keys)
    return found


def _restated(topic: Topic, key: str, location_id: str, after_offset: int) -> RowRestated:
    return RowRestated(
        type="row_restated",
        location_id=location_id,
        topic=topic,
        key=key,
        after_offset=after_offset,
        decided_by=who(),
        decided_at=datetime.now(UTC),
    )
