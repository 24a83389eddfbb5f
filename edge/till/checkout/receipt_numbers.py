"""Finds what the journal has under a receipt's number, without reading all that it has."""

from typing import Any, NamedTuple

from edge.journal.journal import Journal
from edge.journal.writing import last_of, mark_at
from edge.till.books import event_at


class _Place(NamedTuple):
    epoch: int
    sold: int | None
    """Of the epoch's sales, where the number is a sale's."""

    sequence: int | None
    """Where it is a return's, or one of training, which are named by their place."""


def told_of_receipt(journal: Journal, receipt_no: str) -> dict[str, Any] | None:
    """The sale or return of that number as `event_at` tells it; None where this till has none, or
    no longer. In the journal's thread."""
    place = _place(receipt_no)
    if place is None:
        return None
    sequence = place.sequence
    if place.sold is not None:
        sequence = _sequence_of(journal, place.epoch, place.sold)
    told = None if sequence is None else event_at(journal, place.epoch, sequence)
    if told is None:
        return None
    event = told["event"]
    number = event.get("return_id", event.get("receipt_no"))
    return told if number == receipt_no else None


def _place(receipt_no: str) -> _Place | None:
    till_id, epoch, tail = [*receipt_no.rsplit("-", 2), "", ""][:3]
    kind, digits = (tail[:1], tail[1:]) if tail[:1] in ("T", "R") else ("", tail)
    if not till_id or not all(_is_number(each) for each in (epoch, digits)):
        return None
    if kind:
        return _Place(int(epoch), None, int(digits))
    return _Place(int(epoch), int(digits), None)


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 13


def _sequence_of(journal: Journal, epoch: int, count: int) -> int | None:
    """The event after which the epoch had so many sales: the sums only rise, so that it is found
    by halving."""
    database = journal.file.database
    low = database.execute("SELECT kept_from FROM epochs WHERE epoch = ?", (epoch,)).get
    high = last_of(database, epoch)
    if low is None or not high:
        return None
    while low < high:
        middle = (low + high) // 2
        mark = mark_at(database, epoch, middle)
        if mark is not None and mark.sums.receipt_count >= count:
            high = middle
        else:
            low = middle + 1
    return low
