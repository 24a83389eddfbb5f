"""An event on its way into the journal: numbered, checked, and chained to the one before. Pure."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from edge.journal.chain import Link, NotCanonical, follow
from edge.journal.errors import EventRefused
from edge.journal.heads import Head, OutOfRange, Sums
from topics.decoder import Refused
from topics.scalars import NUMBER_MAX
from topics.wire import decode_till_event

EVENT_BYTES_MAX = 480 * 1024
"""Of one event as it is sent, some 3,000 lines. It must fit a batch of 512 KiB by itself, with the
batch's own members around it."""

NUMBERED_BY_THE_JOURNAL = ("location_id", "till_id", "epoch", "sequence", "chain")

NEW_CARTS = frozenset({"cart_opened", "cart_resumed"})
"""Types of events that begin something which will need room and numbers until it ends."""


class TillPlace(NamedTuple):
    """Whose journal it is."""

    location_id: str
    till_id: str


class EpochMark(NamedTuple):
    """Where an epoch stands after one of its events."""

    epoch: int
    sequence: int
    hash: str
    sums: Sums

    def head(self) -> Head:
        """What is signed of it."""
        return Head(self.epoch, self.sequence, self.hash, *self.sums)


class JournalEntry(NamedTuple):
    """An event in its place, and where the epoch stands after it."""

    event: Mapping[str, Any]
    link: Link
    mark: EpochMark


def entry_after(mark: EpochMark, till: TillPlace, event: Mapping[str, Any]) -> JournalEntry:
    """The event as the next one; raises `EventRefused` where it is none that anybody reads.

    A sale gets its ``receipt_no`` and a return its ``return_id`` here, unless it brings one from
    an epoch before.
    """
    numbered = _numbered(mark, till, event)
    try:
        link = follow(mark.hash, numbered)
        sent = link.wire()
        if len(sent) > EVENT_BYTES_MAX:
            raise EventRefused(f"an event of {len(sent)} bytes, {EVENT_BYTES_MAX} are the most")
        decode_till_event.decode(sent)
        sums = mark.sums.after(numbered)
    except (NotCanonical, Refused, OutOfRange) as error:
        raise EventRefused(f"the journal does not take this event: {error}") from error
    return JournalEntry(numbered, link, EpochMark(mark.epoch, mark.sequence + 1, link.hash, sums))


def _numbered(mark: EpochMark, till: TillPlace, event: Mapping[str, Any]) -> dict[str, Any]:
    given = [name for name in NUMBERED_BY_THE_JOURNAL if name in event]
    if given:
        raise EventRefused(f"{', '.join(given)} of an event are set by the journal")
    if mark.sequence >= NUMBER_MAX:
        raise EventRefused("the epoch's numbers are used up: the till needs a new epoch")
    named = _named(mark, till, event)
    brought = event.get("receipt_no", "")
    if "receipt_no" in named and brought and not is_of_an_epoch_before(mark, till, brought):
        raise EventRefused(f"the number of a receipt is set by the journal, not {brought!r}")
    return {
        **named,
        **event,
        **till._asdict(),
        "epoch": mark.epoch,
        "sequence": mark.sequence + 1,
    }


def _named(mark: EpochMark, till: TillPlace, event: Mapping[str, Any]) -> dict[str, str]:
    """The number for people, unique within the location: no two tills share an id, no two lives
    of a till an epoch, and within one each form has a counter of its own."""
    life = f"{till.till_id}-{mark.epoch}"
    match event.get("type"), bool(event.get("training")):
        case "cart_completed", False:
            return {"receipt_no": f"{life}-{mark.sums.receipt_count + 1}"}
        case "cart_completed", True:
            return {"receipt_no": f"{life}-T{mark.sequence + 1}"}
        case "goods_returned", _:
            return {"return_id": f"{life}-R{mark.sequence + 1}"}
        case _:
            return {}


def is_of_an_epoch_before(mark: EpochMark, till: TillPlace, receipt_no: Any) -> bool:
    """Whether a receipt was numbered in an epoch before that of ``mark``, as one that is written
    again."""
    till_id, epoch, _ = [*str(receipt_no).rsplit("-", 2), "", ""][:3]
    return till_id == till.till_id and epoch.isdecimal() and int(epoch) < mark.epoch
