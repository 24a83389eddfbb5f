"""Rows of refused inputs go again, and their numbers with them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from clients.statements import by_column
from connectors.postgres.sink.acceptance import Origin, TillEpoch, take_number, till_epoch
from connectors.postgres.sink.batch import window_row
from connectors.postgres.sink.derived import Row
from connectors.postgres.sink.refusals import RefusedInput
from connectors.postgres.sink.store import SinkStore
from following.records import Place, Positions
from topics.sequences import Window
from topics.wire import WireCartCompleted, WireGoodsReturned, WireMovement

_ORIGIN = ("topics", "partitions", "offsets")


@dataclass(frozen=True, slots=True)
class SinkStanding:
    """Where the sink stands: ``written`` by place, and the ``windows`` of all tills in question.

    ``first`` is where each partition begins: there is nothing to read before.
    """

    first: Positions
    written: Positions
    windows: Mapping[TillEpoch, Window]


async def retract(
    store: SinkStore, refusals: Sequence[RefusedInput], read: Positions, standing: SinkStanding
) -> dict[Place, int]:
    """Take back what was made of ``refusals``; where the inputs go on if not where they stood.

    In one transaction with the offsets of the letters, moved to ``read``: 1. delete rows, 2. free
    numbers, 3. note what is still to come, so that it is passed over. Where rows were deleted, the
    inputs behind them are read again: one of the same number may have been taken for a duplicate
    meanwhile. What is read twice changes nothing. Raises `Overtaken`.
    """
    by_origin = {refusal.origin: refusal for refusal in refusals}
    async with store.transaction():
        await store.offsets.move(standing.written, read)
        deleted = await _delete_rows(store, refusals)
        rewinds = _rewinds(deleted, standing.first)
        await store.offsets.move(standing.written, rewinds)
        tills = _free_numbers([by_origin[origin] for origin in deleted], standing.windows)
        await store.merge("sink_tills", [window_row(t, standing.windows[t]) for t in tills])
        await store.fetch("note_refused", _notes(by_origin, {**standing.written, **rewinds}))
        await store.fetch("forget_refused")
    return rewinds


async def _delete_rows(store: SinkStore, refusals: Sequence[RefusedInput]) -> list[Origin]:
    receipts = [
        (*till_epoch(each.made), each.made.sequence, *each.origin)
        for each in refusals
        if isinstance(each.made, WireCartCompleted | WireGoodsReturned)
    ]
    movements = [
        (each.made.movement_id, each.made.location_id, each.made.sku, *each.origin)
        for each in refusals
        if isinstance(each.made, WireMovement)
    ]
    found: list[Row] = []
    if receipts:
        names = ("locations", "tills", "epochs", "sequences", *_ORIGIN)
        found += await store.fetch("retract_receipts", by_column(names, receipts))
    if movements:
        names = ("movements", "locations", "skus", *_ORIGIN)
        found += await store.fetch("retract_movements", by_column(names, movements))
    return sorted({(topic, partition, offset) for topic, partition, offset in found})


def _rewinds(deleted: Sequence[Origin], first: Positions) -> dict[Place, int]:
    """Behind the first deleted input of each partition; ``deleted`` ascends."""
    rewinds: dict[Place, int] = {}
    for topic, partition, offset in deleted:
        at = (topic, partition)
        rewinds.setdefault(at, max(offset + 1, first[at]))
    return rewinds


def _free_numbers(
    refusals: Iterable[RefusedInput], windows: Mapping[TillEpoch, Window]
) -> set[TillEpoch]:
    """Take back that the numbers were seen; the tills that it concerns."""
    tills: set[TillEpoch] = set()
    for refusal in refusals:
        made = refusal.made
        if isinstance(made, WireCartCompleted | WireGoodsReturned):
            window = windows[till_epoch(made)]
            window.forget(made.sequence)
            take_number(window, made.sequence, refusal.reason)
            tills.add(till_epoch(made))
    return tills


def _notes(by_origin: Mapping[Origin, RefusedInput], positions: Positions) -> dict[str, list[Any]]:
    """The refusals of inputs that are still to be read."""
    coming = [
        (*origin, refusal.reason)
        for origin, refusal in by_origin.items()
        if origin[2] >= positions.get(origin[:2], origin[2] + 1)
    ]
    return by_column((*_ORIGIN, "reasons"), coming)
