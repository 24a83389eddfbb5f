"""Rules of a stocktake. Pure.

A count has a moment, and for each till the number that it had reached then. What a till sold up to
that number had left the shelf when it was counted, whenever it is told of; what it sold later had
not. So what was expected is the sum of all effects up to the marks, and the count corrects by
counted - expected. A sale below a mark that is told later changes what was expected, and the
correction with it: the level is right again, and the sale is subtracted once.

All corrections of a count are booked as of its moment, so that a later count takes them for what
was before it.
"""

from collections.abc import Iterable, Mapping, Sequence

from dashboards.backoffice.documents import (
    Booking,
    BookingOutcome,
    Difference,
    Document,
    HeardTill,
    Movement,
    Quantities,
    TillMark,
)
from dashboards.backoffice.refusals import BookingRefused, WhyNotBooked

SKUS_TOLD = 20
"""Of a refusal: whoever has counted the wrong shelf has all of them wrong."""


def agreed(count: Document, bookings: Sequence[Booking]) -> dict[str, int]:
    """What was counted; raises `BookingRefused` where something was not, or two counts differ.

    Each product takes its last two counts, or its only one where one is enough.
    """
    rounds: dict[str, list[int]] = {sku: [] for sku in count.wanted}
    for each in bookings:
        if each.act == "count":
            for sku, quantity in each.quantities.items():
                rounds.setdefault(sku, []).append(quantity)
    missing = [sku for sku, found in rounds.items() if len(found) < count.rounds]
    if missing or not rounds:
        again = "a second time " if count.rounds > 1 else ""
        words = (
            f"Not counted {again}yet: {_told(missing) or 'anything'}. Count it, also if it is 0."
        )
        raise BookingRefused(WhyNotBooked.NOT_COUNTED, words)
    differing = [sku for sku, found in rounds.items() if len(set(found[-2:])) > 1]
    if differing:
        words = f"Two counts differ, so count once more: {_told(differing)}."
        raise BookingRefused(WhyNotBooked.COUNTS_DIFFER, words)
    return {sku: found[-1] for sku, found in sorted(rounds.items())}


def committed(counted: Quantities, expected: Quantities) -> BookingOutcome:
    """Each counted product has its movement, of 0 too: that it was counted is in the ledger."""
    moved = [
        Movement(sku, each - expected.get(sku, 0), "stocktake") for sku, each in counted.items()
    ]
    return BookingOutcome(moved, "booked", shown(counted, expected))


def shown(counted: Quantities, expected: Quantities) -> list[Difference]:
    """What differs, to be told once the count is committed."""
    pairs = [Difference(sku, expected.get(sku, 0), each) for sku, each in counted.items()]
    return [each for each in pairs if each.wanted != each.found]


def settled(counted: Quantities, expected: Quantities, corrected: Quantities) -> list[Movement]:
    """What is still to be corrected: ``expected`` is another by now, ``corrected`` is booked."""
    wanted = {sku: each - expected.get(sku, 0) for sku, each in counted.items()}
    return [
        Movement(sku, each - corrected.get(sku, 0), "stocktake")
        for sku, each in wanted.items()
        if each != corrected.get(sku, 0)
    ]


def waits_for(count: Document, heard: Iterable[HeardTill]) -> list[str]:
    """The tills of which something is still to be told that was sold before the count."""
    known: dict[str, list[HeardTill]] = {}
    for each in heard:
        known.setdefault(each.till_id, []).append(each)
    marks = sorted((count.marks or {}).items())
    return [till for till, mark in marks if not _is_whole(mark, known.get(till, ()), count)]


def _is_whole(mark: TillMark, epochs: Sequence[HeardTill], count: Document) -> bool:
    if any(each.missing for each in epochs if each.epoch < mark.epoch):
        return False
    own = next((each for each in epochs if each.epoch == mark.epoch), None)
    if own is None:
        return mark.sequence == 0
    if not mark.exact:
        spoke = own.last_seen is not None and own.last_seen > (count.counted_at or own.last_seen)
        return spoke and not own.missing
    is_told = own.last_sequence >= mark.sequence
    return is_told and not any(first <= mark.sequence for first, *_ in own.missing)


def marked(known: Mapping[str, TillMark], told: Mapping[str, TillMark]) -> dict[str, TillMark]:
    """The marks of a count: as far as each till was heard, or as its screen said, which counts."""
    return {**known, **told}


def _told(skus: Sequence[str]) -> str:
    more = len(skus) - SKUS_TOLD
    return ", ".join(skus[:SKUS_TOLD]) + (f" and {more} more" if more > 0 else "")
