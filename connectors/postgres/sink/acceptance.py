"""Which input messages count: the same verdicts as the workers', from the same contracts.

A message that cannot be decoded or lies in another partition than its location's is in the dead
letters, so it is passed over here. A sequence that was seen before is a duplicate. What is left
counts once, however often and in whatever order the inputs arrive.
"""

from collections.abc import Iterable

from connectors.postgres.sink.derived import Record
from topics.partitioning import partition_of
from topics.sequences import Window
from topics.wire import (
    AnyWireEvent,
    Refused,
    WireMovement,
    decode_movement,
    decode_till_event,
)

TillEpoch = tuple[str, str, int]
"""(location_id, till_id, epoch): what numbers its events from 1."""

Heard = tuple[Record, AnyWireEvent]
Booked = tuple[Record, WireMovement]


def heard_events(records: Iterable[Record], partitions: int) -> list[Heard]:
    """The till events among ``records`` that the workers do not put into the dead letters."""
    heard: list[Heard] = []
    for record in records:
        try:
            event = decode_till_event(record.value)
        except Refused:
            continue
        if partition_of(event.location_id, partitions) == record.partition:
            heard.append((record, event))
    return heard


def booked_movements(records: Iterable[Record], partitions: int) -> list[Booked]:
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


def till_epoch(event: AnyWireEvent) -> TillEpoch:
    """Whose sequence the event's number belongs to."""
    return event.location_id, event.till_id, event.epoch


def first_seen(heard: Iterable[Heard], windows: dict[TillEpoch, Window]) -> list[Heard]:
    """The events whose number is new; notes every number in ``windows``, which holds them all."""
    return [
        (record, event)
        for record, event in heard
        if windows[till_epoch(event)].admit(event.sequence)
    ]
