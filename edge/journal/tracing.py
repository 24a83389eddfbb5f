"""What a till's journal says of one number, for `tillstream trace`."""

from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from edge.journal.entries import TillPlace
from edge.journal.errors import JournalUnusable
from edge.journal.files import open_to_read
from edge.journal.statements import statement


class TracedEntry(NamedTuple):
    """``written_at`` and ``hash`` are None where the event is not kept (any more); ``is_signed``
    says that a head ends there. ``is_accepted``: the gateway has told the till that it has the
    event; ``is_confirmed``: the centre, that it has all up to there."""

    written_at: datetime | None
    hash: str | None
    is_signed: bool
    has_left: bool
    is_accepted: bool
    is_confirmed: bool


def traced(path: Path, till: TillPlace, epoch: int, sequence: int) -> TracedEntry | None:
    """The entry; None where the till never had that epoch.

    Raises `JournalUnusable`, also where the journal is another till's.
    """
    database = open_to_read(path)
    try:
        owner = TillPlace(
            *database.execute("SELECT location_id, till_id FROM till").fetchone() or ("", "")
        )
        if owner != till:
            raise JournalUnusable(
                f"{path} is the journal of {owner.location_id}/{owner.till_id}, and not of "
                f"{till.location_id}/{till.till_id}"
            )
        row = database.execute(statement("traced_event"), (epoch, sequence)).fetchone()
    finally:
        database.close()
    return row and _entry(sequence, *row)


def _entry(
    sequence: int,
    occurred_at: str | None,
    digest: str | None,
    is_signed: int,
    kept_from: int,
    *told: int,
) -> TracedEntry:
    moment = datetime.fromisoformat(occurred_at) if occurred_at else None
    is_accepted, is_confirmed = map(bool, told)
    has_left = sequence < kept_from
    return TracedEntry(moment, digest or None, bool(is_signed), has_left, is_accepted, is_confirmed)
