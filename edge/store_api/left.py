"""What of a receipt has come back, in whichever stores, or is kept for somebody. Pure.

A number is a receipt's within one location only. A return is of the receipt that its till named;
one that named none is of its own location's, or of the only one that there is.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from edge.gateway.receipts.refunds import returned_of
from edge.gateway.receipts.stored import StoredLine, StoredReceipt
from edge.gateway.receipts.wanted import lines_of
from edge.store_api.sold import CameBack, KeptFor

Place = tuple[str, str, int, int]
"""Where an event lies: location, till, epoch, sequence."""


class Counted(NamedTuple):
    """All that counts against receipts of one number, or of several."""

    came: Sequence[CameBack]
    kept: Sequence[KeptFor]


def back_of(sale: StoredReceipt, counted: Counted, is_only: bool) -> dict[int, int]:
    """How much of each line is no longer there to come back. ``is_only`` says that no other
    location has a receipt with the number."""
    came = [each for each in counted.came if _is_of(sale, each, is_only)]
    here = {(each.location_id, each.return_id) for each in came}
    kept = [
        each
        for each in counted.kept
        if (each.receipt_no, each.place) == (sale.receipt_no, sale.location_id)
        # Once it has come it is no longer kept.
        and (each.location_id, each.return_id) not in here
    ]
    lines: list[Sequence[StoredLine]] = [each.lines for each in came]
    return returned_of(sale, [*lines, *(lines_of(sale, each.wanted.lines) for each in kept)])


def with_news(came: Iterable[CameBack], news: Iterable[CameBack]) -> list[CameBack]:
    """Returns that are known here, and those that their own store knows of alone, each once."""
    by_place = {_place(each): each for each in news}
    by_place |= {_place(each): each for each in came}
    return list(by_place.values())


def _is_of(sale: StoredReceipt, each: CameBack, is_only: bool) -> bool:
    if each.receipt_no != sale.receipt_no:
        return False
    if each.place:
        return each.place == sale.location_id
    return is_only or each.location_id == sale.location_id


def _place(each: CameBack) -> Place:
    return each.location_id, each.till_id, each.epoch, each.sequence
