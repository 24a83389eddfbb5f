"""One batch: what was fetched, as rows for each table, with the offsets that it moves.

`Decoded.add` is everything that needs no database; `Decoded.count` then needs the windows of the
tills that it names.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from connectors.postgres.sink.acceptance import (
    Booked,
    Heard,
    TillEpoch,
    booked_movements,
    first_seen,
    heard_events,
    till_epoch,
)
from connectors.postgres.sink.derived import DERIVED_BY_TOPIC, Newest, Record, Row
from connectors.postgres.sink.receipts import InputRows
from topics.registry import STOCK_MOVEMENTS, TILL_EVENTS
from topics.sequences import Window

FLOWS = ((TILL_EVENTS.name, STOCK_MOVEMENTS.name), tuple(DERIVED_BY_TOPIC))
"""The topics that the sink reads: inputs and derived ones, each copied over a connection of its
own. An input becomes several rows, and under load the levels would wait behind the ledger."""

Rows = dict[str, Sequence[Row]]
"""Rows to merge by table."""


@dataclass(slots=True)
class Decoded:
    """A fetch, decoded: derived rows are final, till events wait for their windows."""

    newest: dict[str, Newest] = field(default_factory=dict[str, Newest])
    heard: list[Heard] = field(default_factory=list[Heard])
    booked: list[Booked] = field(default_factory=list[Booked])
    tills: set[TillEpoch] = field(default_factory=set[TillEpoch])
    """Whose windows must be at hand."""

    def add(self, topic: str, records: Sequence[Record], partitions: int) -> None:
        """Decode records of one topic that has so many partitions."""
        if topic == TILL_EVENTS.name:
            heard = heard_events(records, partitions)
            self.heard.extend(heard)
            self.tills.update([till_epoch(event) for _, event in heard])
        elif topic == STOCK_MOVEMENTS.name:
            self.booked.extend(booked_movements(records, partitions))
        else:
            newest = self.newest.setdefault(topic, Newest(DERIVED_BY_TOPIC[topic]))
            newest.add(records)

    def count(self, windows: dict[TillEpoch, Window]) -> Rows:
        """Rows of every table; notes the tills' numbers in ``windows``."""
        inputs = InputRows()
        inputs.add_events(first_seen(self.heard, windows))
        inputs.add_movements(self.booked)
        rows: Rows = {
            "stock_ledger": inputs.ledger,
            "sales": inputs.sales,
            "sale_lines": inputs.sale_lines,
            "sink_tills": [_window_row(till, windows[till]) for till in self.tills],
        }
        rows.update(
            {newest.table.table: list(newest.rows.values()) for newest in self.newest.values()}
        )
        return {table: some for table, some in rows.items() if some}


def _window_row(till: TillEpoch, window: Window) -> Row:
    return (*till, window.last, window.missing)
