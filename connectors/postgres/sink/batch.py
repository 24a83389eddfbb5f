"""One batch: what was fetched, as rows for each table, with the offsets that it moves.

`Decoded.add` is everything that needs no database; `Decoded.count` then needs the windows of the
tills that it names, and to know which of its inputs are dead letters.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from connectors.postgres.sink.acceptance import (
    Booked,
    Heard,
    Origin,
    TillEpoch,
    booked_movements,
    heard_events,
    origin_of,
    receipts_that_count,
    till_epoch,
)
from connectors.postgres.sink.derived import DERIVED_BY_TOPIC, Misfit, Newest, Row
from connectors.postgres.sink.receipts import InputRows
from connectors.postgres.sink.refusals import LETTERS, RefusedInput, refusals_in
from following.records import FollowedRecord
from topics.registry import STOCK_MOVEMENTS, TILL_EVENTS
from topics.sequences import Window

FLOWS = ((TILL_EVENTS.name, STOCK_MOVEMENTS.name, *LETTERS), tuple(DERIVED_BY_TOPIC))
"""The topics that the sink reads: inputs with their dead letters, and derived ones, each copied
over a connection of its own. An input becomes several rows, and under load the levels would wait
behind the ledger."""

VALUE_BYTES_KEPT = 8_192
"""How much is kept of the key and of the value of a malformed record: any honest one is shorter."""

Rows = dict[str, Sequence[Row]]
"""Rows to merge by table."""

Span = tuple[str, int, int, int]
"""(topic, partition, first offset, last offset) of some inputs."""


@dataclass(frozen=True, slots=True)
class BatchRows:
    """What a batch changes: first the keys that are ``gone``, then ``rows``, both by table."""

    rows: Rows
    gone: Mapping[str, Collection[Row]] = field(default_factory=dict[str, Collection[Row]])


@dataclass(slots=True)
class Decoded:
    """A fetch, decoded: derived rows are final, inputs wait for their windows.

    ``inputs`` are topics that take the place of inputs here, by the usual name.
    """

    inputs: Mapping[str, str] = field(default_factory=dict[str, str])
    newest: dict[str, Newest] = field(default_factory=dict[str, Newest])
    heard: list[Heard] = field(default_factory=list[Heard])
    booked: list[Booked] = field(default_factory=list[Booked])
    refusals: list[RefusedInput] = field(default_factory=list[RefusedInput])
    spans: dict[tuple[str, int], Span] = field(default_factory=dict[tuple[str, int], Span])
    """Which inputs there are."""
    tills: set[TillEpoch] = field(default_factory=set[TillEpoch])
    """Who said something."""

    def add(self, topic: str, records: Sequence[FollowedRecord], partitions: int) -> None:
        """Decode records of one partition of a topic that has so many."""
        if topic == self.inputs.get(TILL_EVENTS.name, TILL_EVENTS.name):
            heard = heard_events(records, partitions)
            self.heard.extend(heard)
            self.tills.update([till_epoch(event) for _, event in heard])
            self._note_span(records)
        elif topic == self.inputs.get(STOCK_MOVEMENTS.name, STOCK_MOVEMENTS.name):
            self.booked.extend(booked_movements(records, partitions))
            self._note_span(records)
        elif topic in LETTERS:
            self.refusals.extend(refusals_in(records, self.inputs))
        else:
            newest = self.newest.setdefault(topic, Newest(DERIVED_BY_TOPIC[topic]))
            newest.add(records)

    @property
    def concerned(self) -> set[TillEpoch]:
        """Whose windows must be at hand."""
        return self.tills.union([each.till for each in self.refusals if each.till])

    @property
    def misfits(self) -> list[Misfit]:
        """Malformed derived records."""
        return [misfit for newest in self.newest.values() for misfit in newest.misfits]

    def count(
        self, windows: Mapping[TillEpoch, Window], refused: Mapping[Origin, str] | None = None
    ) -> BatchRows:
        """Rows of every table; notes the tills' numbers in ``windows``.

        ``refused`` are the inputs that are dead letters, with the reason.
        """
        refused = refused or {}
        inputs = InputRows()
        inputs.add_receipts(receipts_that_count(self.heard, windows, refused))
        inputs.add_movements(
            [each for each in self.booked if not (refused and origin_of(each[0]) in refused)]
        )
        rows: Rows = {
            "stock_ledger": inputs.ledger,
            "sales": inputs.sales,
            "sale_lines": inputs.sale_lines,
            "sink_tills": [window_row(till, windows[till]) for till in self.tills],
            "sink_malformed": [_malformed_row(misfit) for misfit in self.misfits],
        }
        gone: dict[str, Collection[Row]] = {}
        for newest in self.newest.values():
            rows[newest.table.table] = list(newest.rows.values())
            gone[newest.table.table] = newest.gone
        return BatchRows(
            {table: some for table, some in rows.items() if some},
            {table: keys for table, keys in gone.items() if keys},
        )

    def _note_span(self, records: Sequence[FollowedRecord]) -> None:
        topic, partition, first = origin_of(records[0])
        known = self.spans.get((topic, partition))
        first = known[2] if known else first
        self.spans[topic, partition] = (topic, partition, first, records[-1].offset)


def window_row(till: TillEpoch, window: Window) -> Row:
    """A row of ``sink_tills``."""
    return (*till, window.last, window.missing, window.quarantined)


def _malformed_row(misfit: Misfit) -> Row:
    record = misfit.record
    key, value = (part and part[:VALUE_BYTES_KEPT] for part in (record.key, record.value))
    return (*origin_of(record), key, value, misfit.error[:VALUE_BYTES_KEPT])
