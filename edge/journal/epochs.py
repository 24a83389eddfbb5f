"""An epoch begins, and what was never accepted of a forked one is written again under it."""

from collections.abc import Iterator
from typing import Any

import orjson

from edge.journal.entries import NUMBERED_BY_THE_JOURNAL, EpochMark
from edge.journal.errors import EpochRefused
from edge.journal.statements import statement
from edge.journal.writing import Writer, beginning, last_mark
from topics.scalars import EPOCH_MAX

READ_AT_ONCE = 500
"""Events in memory while a fork is written again. A till that was dark for a month has 60,000."""


def begin(database: Any, epoch: int) -> EpochMark:
    """Begin an epoch, or go on in it where it is the newest; raises `EpochRefused`."""
    newest = last_mark(database)
    if newest and newest.epoch == epoch:
        return newest
    if not (newest.epoch if newest else 0) < epoch <= EPOCH_MAX:
        raise EpochRefused(
            f"epoch {epoch} is not above {newest.epoch if newest else 0}, the newest in this "
            "journal: ask for a new voucher"
        )
    database.execute("INSERT INTO epochs (epoch) VALUES (?)", (epoch,))
    return beginning(epoch)


def write_again(database: Any, writer: Writer, mark: EpochMark) -> EpochMark:
    """Write behind ``mark`` what the gateway never took of forked epochs before it.

    The events keep ``event_id`` and ``occurred_at``, and the number that is printed on a receipt.
    """
    forked = database.execute(statement("forked_epochs"), (mark.epoch,)).fetchall()
    for epoch, accepted_to in forked:
        for event in _events(database, epoch, accepted_to):
            mark = writer.write(mark, [event])[-1].entry.mark
        database.execute("UPDATE epochs SET rewritten = 1 WHERE epoch = ?", (epoch,))
    return mark


def _events(database: Any, epoch: int, behind: int) -> Iterator[dict[str, Any]]:
    while rows := database.execute(
        statement("events_behind"), (epoch, behind, READ_AT_ONCE)
    ).fetchall():
        for row in rows:
            event = orjson.loads(row[-1])
            yield {name: event[name] for name in event if name not in NUMBERED_BY_THE_JOURNAL}
        behind = rows[-1][0]
