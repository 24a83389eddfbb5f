"""A journal beside what the centre has of its till: the topic's events, or the receipts."""

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from edge.journal.entries import TillPlace
from edge.journal.findings import Fault, Findings
from edge.journal.statements import statement
from topics.sequences import Range, holds, put_in

RECEIPTS = frozenset({"cart_completed", "goods_returned"})
"""Types of events of which the centre keeps a receipt."""


class ToldEvent(NamedTuple):
    """An event as somebody else has it; ``hash`` is None where no chain came with it."""

    epoch: int
    sequence: int
    event_id: str
    hash: str | None


class CentreRecords(NamedTuple):
    """All that the centre has of a till, or of its sales and returns alone."""

    told_of: Callable[[TillPlace], Iterable[ToldEvent]]
    only_receipts: bool


def compare(
    database: Any, now: Any, till: TillPlace, centre: CentreRecords, findings: Findings
) -> None:
    """Add what journal and centre disagree about. A record that comes twice is none of it, and
    what the centre has not confirmed yet may be missing.

    ``database`` shows one moment of the journal, ``now`` as it grows: the till may write on, and
    the centre have what it wrote since.
    """
    seen: dict[int, list[Range]] = {}
    epochs = {row[0]: _Kept(*row) for row in database.execute(statement("epoch_ends")).fetchall()}
    for told in centre.told_of(till):
        kept = epochs.get(told.epoch, _Kept(told.epoch, 1, 0, False))
        if told.sequence > kept.last:
            _compare_newer(now, told, findings)
        elif told.sequence >= kept.first:
            _compare(database, told, findings)
        ranges = seen.setdefault(told.epoch, [])
        if not holds(ranges, told.sequence):
            put_in(ranges, told.sequence)
    for kept in epochs.values():
        ranges = seen.get(kept.epoch, [])
        _find_lost(database, kept.epoch, ranges, findings, centre.only_receipts)
        if not centre.only_receipts and not kept.rewritten:
            _find_gone(kept, ranges, findings)


class _Kept(NamedTuple):
    epoch: int
    first: int
    last: int
    rewritten: bool


def _find_gone(kept: _Kept, seen: list[Range], findings: Findings) -> None:
    """What has left the journal must be at the centre."""
    behind = 0
    for first, last in [*seen, [kept.first, kept.first]]:
        if behind + 1 < min(first, kept.first):
            words = "it has left the journal, and the centre has it not"
            until = min(first, kept.first) - 1
            findings.add(Fault.ELSEWHERE, kept.epoch, behind + 1, until, words)
        behind = last


def _compare_newer(now: Any, told: ToldEvent, findings: Findings) -> None:
    """Of what the centre has the till has written it before: by now it is in the journal."""
    if now.execute(statement("told_event"), (told.epoch, told.sequence)).fetchone():
        _compare(now, told, findings)
        return
    words = "the centre has events that the journal has not"
    findings.add(Fault.CUT, told.epoch, told.sequence, told.sequence, words)


def _compare(database: Any, told: ToldEvent, findings: Findings) -> None:
    row = database.execute(statement("told_event"), (told.epoch, told.sequence)).fetchone()
    if row is None:
        return  # the journal's own proof names it
    digest, event_id = row
    if event_id != told.event_id or (told.hash or digest.hex()).lower() != digest.hex():
        words = "the centre has another event under this number"
        findings.add(Fault.ELSEWHERE, told.epoch, told.sequence, told.sequence, words)


def _find_lost(
    database: Any, epoch: int, seen: list[Range], findings: Findings, only_receipts: bool
) -> None:
    for sequence, kind, training in database.execute(statement("accepted_events"), (epoch,)):
        if only_receipts and (kind not in RECEIPTS or training):
            continue
        if not holds(seen, sequence):
            words = "the centre said that it has this, and has it not"
            findings.add(Fault.ELSEWHERE, epoch, sequence, sequence, words)
