"""A batch as the gateway takes it: some events of one epoch, and the head they end in."""

from typing import Any, NamedTuple

import orjson

from edge.journal.chain import Link
from edge.journal.entries import EpochMark
from edge.journal.heads import Sums
from edge.journal.statements import statement
from edge.journal.writing import Writer

BATCH_EVENTS_MAX = 500
BATCH_BYTES_MAX = 512 * 1024
"""The gateway refuses more of either."""

_ENVELOPE_BYTES = 1024
"""Of a batch's members beside its events; they come to some 400."""


class EventBatch(NamedTuple):
    """Events ``first`` to ``last`` of an epoch; ``body`` is the request."""

    epoch: int
    first: int
    last: int
    body: bytes


def read_batch(
    database: Any, writer: Writer, epoch: int, behind: int, to: int
) -> EventBatch | None:
    """As many events behind a number as fit, up to ``to``; None where there are none."""
    rows: list[tuple[Any, ...]] = []
    sent: list[bytes] = []
    room = BATCH_BYTES_MAX - _ENVELOPE_BYTES
    limit = min(BATCH_EVENTS_MAX, to - behind)
    for row in database.execute(statement("events_behind"), (epoch, behind, limit)):
        wire = Link(row[-1], row[1].hex(), row[2].hex()).wire()
        room -= len(wire) + 1
        if room < 0 and sent:
            break
        rows.append(row)
        sent.append(wire)
    return _batch(writer, epoch, rows, sent) if rows else None


def _batch(
    writer: Writer, epoch: int, rows: list[tuple[Any, ...]], sent: list[bytes]
) -> EventBatch:
    first, prev, *_ = rows[0]
    last, _, digest, receipt_count, grand_total_minor, _ = rows[-1]
    signed = writer.sign(
        EpochMark(epoch, last, digest.hex(), Sums(receipt_count, grand_total_minor))
    )
    body = orjson.dumps(
        {
            "epoch": epoch,
            "first": first,
            "prev": prev.hex(),
            "events": [orjson.Fragment(each) for each in sent],
            "head": signed.head.as_json(),
            "signature": signed.signature,
        }
    )
    return EventBatch(epoch, first, last, body)
