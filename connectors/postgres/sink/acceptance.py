"""Which input messages count: the same verdicts as the workers', from the same contracts.

A message that cannot be decoded or lies in another partition than its location's is in the dead
letters, so it leaves no rows. A sequence that was seen before is a duplicate. What is left
counts once, however often and in whatever order the inputs arrive. What a worker refuses over its
own state is told by its dead letters: see `connectors.postgres.sink.refusals`.
"""

from collections.abc import Iterable, Mapping

from following.records import FollowedRecord
from topics.envelope import Numbered, numbered
from topics.partitioning import partition_of
from topics.scalars import NUMBER_MAX, SAFE_INTEGER_MAX
from topics.sequences import Verdict, Window
from topics.till_headers import is_fork
from topics.wire import (
    AnyWireEvent,
    Refused,
    WireCartCompleted,
    WireGoodsReturned,
    WireMovement,
    WireUnreadable,
    decode_movement,
    decode_till_event,
)

TillEpoch = tuple[str, str, int]
"""(location_id, till_id, epoch): what numbers its events from 1."""

Origin = tuple[str, int, int]
"""(topic, partition, offset)."""

Heard = tuple[FollowedRecord, AnyWireEvent | Numbered]
"""An event that a till numbered; of one that cannot be read, its number alone."""

Receipt = WireCartCompleted | WireGoodsReturned
Booked = tuple[FollowedRecord, WireMovement]

WITHOUT_NUMBER = frozenset(
    {"wrong_partition", "fork", "too_many_gaps", "day_closed", "epoch_closed"}
)
"""Reasons for which a refused event does not take its number: it stays missing, or another's."""

BYTES_SAFE = SAFE_INTEGER_MAX // NUMBER_MAX * 20
"""Bytes of a message whose own sums need no look: an entry is longer than 20, and so many of the
largest add up to no more than may be said."""


def heard_events(records: Iterable[FollowedRecord], partitions: int) -> list[Heard]:
    """The till events among ``records`` whose number can be read and that lie where they belong;
    what a gateway calls a fork has no number of its own."""
    heard: list[Heard] = []
    for record in records:
        if record.headers and is_fork(record.headers):
            continue
        try:
            event = decode_till_event(record.value)
        except Refused:
            event = numbered(record.value)
            if event is None:
                continue
        if partition_of(event.location_id, partitions) == record.partition:
            heard.append((record, event))
    return heard


def booked_movements(records: Iterable[FollowedRecord], partitions: int) -> list[Booked]:
    """The movements among ``records`` that the workers do not put into the dead letters."""
    booked: list[Booked] = []
    for record in records:
        try:
            movement = decode_movement(record.value)
        except Refused:
            continue
        if partition_of(movement.location_id, partitions) == record.partition:
            booked.append((record, movement))
    return booked


def till_epoch(event: AnyWireEvent | Numbered) -> TillEpoch:
    """Whose sequence the event's number belongs to."""
    return event.location_id, event.till_id, event.epoch


def origin_of(record: FollowedRecord) -> Origin:
    """Where the record lies."""
    return record.topic, record.partition, record.offset


def receipts_that_count(
    heard: Iterable[Heard], windows: Mapping[TillEpoch, Window], refused: Mapping[Origin, str]
) -> list[tuple[FollowedRecord, Receipt]]:
    """The sales and returns whose number is new; notes every number in ``windows``.

    ``refused`` are messages that workers have put into the dead letters, with the reason.
    """
    receipts: list[tuple[FollowedRecord, Receipt]] = []
    for record, event in heard:
        window = windows[event.location_id, event.till_id, event.epoch]
        if refused and (reason := refused.get(origin_of(record))):
            take_number(window, event.sequence, reason)
        elif isinstance(event, (WireCartCompleted, WireGoodsReturned)):
            if len(record.value or b"") > BYTES_SAFE and _is_beyond_bounds(event):
                window.quarantine(event.sequence)
            elif _is_new(window.admit(event.sequence)) and not event.training:
                receipts.append((record, event))
        elif isinstance(event, (Numbered, WireUnreadable)):
            window.quarantine(event.sequence)
        else:
            window.admit(event.sequence)
    return receipts


def take_number(window: Window, sequence: int, reason: str) -> None:
    """Note the number of a refused event, where its reason lets it have one."""
    if reason not in WITHOUT_NUMBER:
        window.quarantine(sequence)


def _is_new(verdict: Verdict) -> bool:
    return verdict is not Verdict.DUPLICATE and verdict is not Verdict.TOO_MANY_GAPS


def _is_beyond_bounds(event: Receipt) -> bool:
    """Whether an own sum leaves what may be said. A message that came compressed can do that."""
    if isinstance(event, WireGoodsReturned):
        return False
    sums = [
        sum([entry.amount_minor for entry in part])
        for part in (event.lines, event.discounts, event.taxes)
    ]
    return max(map(abs, sums)) > SAFE_INTEGER_MAX
