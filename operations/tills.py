"""What operators see of tills, and decide about them: one is gone for good, or events never come.

A decision is checked against what the workers say of the till, then written to `till.upkeep`,
which the workers read beside the till's own events.
"""

# pyright: reportMissingTypeStubs=false

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from kafka.structs import TopicPartition
from pydantic import ValidationError

from clients.kafka import KafkaAccess
from operations.errors import OperationError
from operations.kafka.admin import admin
from operations.kafka.posting import append
from operations.kafka.reader import TopicMissing, TopicReader, telling_where
from operations.who import who
from topics.derived import OlderEpoch, TillStatus
from topics.partitioning import partition_of
from topics.registry import TILL_EVENTS, TILL_STATUS, TILL_UPKEEP
from topics.scalars import NUMBER_MAX
from topics.upkeep import GapClosed, TillForgotten, TillUpkeep

_END = -1
"""Kafka's word for the end of a partition."""

Tills = Mapping[tuple[str, str], TillStatus]
"""By (location_id, till_id), in order."""


class NothingToDo(OperationError):
    """A decision that would change nothing, or that has no till; the text says which."""


@dataclass(frozen=True, slots=True)
class Gap:
    """The missing numbers that a decision would close, as [first, last] ranges.

    ``is_older``: the epoch is not the till's newest, so it closes as a whole. ``is_cut``: there
    are more ranges than a till's status lists.
    """

    epoch: int
    up_to_sequence: int
    missing: tuple[tuple[int, int], ...]
    is_older: bool
    is_cut: bool


def tills(kafka: KafkaAccess) -> Tills:
    """Every till as the workers say it stands; raises `KafkaAway`.

    What is malformed is no worker's: sink and board count it, and somebody is told.
    """
    newest: dict[str, TillStatus | None] = {}
    with TopicReader(kafka, [TILL_STATUS.name]) as messages:
        for message in messages:
            try:
                said = None if message.value is None else _status(message.value)
            except ValidationError:
                continue
            before = newest.get(message.key)
            if said is None or before is None or said.version > before.version:
                newest[message.key] = said
    known = {(each.location_id, each.till_id): each for each in newest.values() if each}
    return dict(sorted(known.items()))


def _status(value: bytes) -> TillStatus:
    return TillStatus.model_validate_json(value)


def till(known: Tills, location_id: str, till_id: str) -> TillStatus:
    """One of them; raises `NothingToDo`, which names those that could be meant."""
    if found := known.get((location_id, till_id)):
        return found
    beside = [till for location, till in known if location == location_id]
    elsewhere = [location for location, till in known if till == till_id]
    hint = f"; the location has {', '.join(beside)}" if beside else ""
    hint = f"; {', '.join(elsewhere)} has a till of that name" if elsewhere and not hint else hint
    raise NothingToDo(f"no till {till_id} of {location_id} has been heard{hint}")


def gap(status: TillStatus, epoch: int | None, up_to_sequence: int | None) -> Gap:
    """What closing would close; raises `NothingToDo`."""
    if epoch is None or epoch == status.epoch:
        return _newest_gap(status, up_to_sequence)
    older = {each.epoch: each for each in status.older}.get(epoch)
    if older is None:
        named = ", ".join(str(each.epoch) for each in status.older) or "none"
        raise NothingToDo(
            f"epoch {epoch} of {status.till_id} is not open: its newest is {status.epoch}, open "
            f"before it: {named}"
        )
    if up_to_sequence is not None:
        raise NothingToDo("an epoch before the newest closes as a whole: leave out --up-to")
    return _older_gap(older)


def _newest_gap(status: TillStatus, up_to_sequence: int | None) -> Gap:
    up_to = status.last_sequence if up_to_sequence is None else up_to_sequence
    if up_to > status.last_sequence:
        raise NothingToDo(
            f"{status.till_id} has come to {status.last_sequence} in epoch {status.epoch}: what "
            "is after that is not missing"
        )
    missing = tuple((first, min(last, up_to)) for first, last in status.missing if first <= up_to)
    if not missing:
        raise NothingToDo(
            f"nothing is missing of {status.till_id} in epoch {status.epoch} up to {up_to}"
        )
    listed = sum(last - first + 1 for first, last in status.missing)
    is_cut = listed < status.missing_count and up_to > status.missing[-1][1]
    return Gap(status.epoch, up_to, missing, is_older=False, is_cut=is_cut)


def _older_gap(older: OlderEpoch) -> Gap:
    up_to = min(older.last_sequence, NUMBER_MAX)
    return Gap(older.epoch, up_to, older.missing, is_older=True, is_cut=False)


def closing(status: TillStatus, closed: Gap, after_offset: int) -> GapClosed:
    """The decision that nobody waits for ``closed`` any more; see `topics.upkeep`."""
    return GapClosed(
        type="gap_closed",
        location_id=status.location_id,
        till_id=status.till_id,
        epoch=closed.epoch,
        up_to_sequence=closed.up_to_sequence,
        after_offset=after_offset,
        decided_by=who(),
        decided_at=datetime.now(UTC),
    )


def forgetting(status: TillStatus, after_offset: int) -> TillForgotten:
    """The decision that the till is gone for good; see `topics.upkeep`."""
    return TillForgotten(
        type="till_forgotten",
        location_id=status.location_id,
        till_id=status.till_id,
        up_to_epoch=status.epoch,
        after_offset=after_offset,
        decided_by=who(),
        decided_at=datetime.now(UTC),
    )


def end_of_events(kafka: KafkaAccess, location_id: str) -> int:
    """Where the till events of the location's partition end now; raises `KafkaAway`."""
    with telling_where(kafka), admin(kafka) as client:
        described = {each["name"]: len(each["partitions"]) for each in client.describe_topics()}
        if TILL_EVENTS.name not in described:
            raise TopicMissing(f"there is no topic {TILL_EVENTS.name}")
        place = TopicPartition(
            TILL_EVENTS.name, partition_of(location_id, described[TILL_EVENTS.name])
        )
        return int(client.list_partition_offsets({place: _END})[place].offset)


def decide(kafka: KafkaAccess, decision: TillUpkeep) -> int:
    """Write the decision to where its location's workers read it; its offset there.

    Raises `KafkaAway`.
    """
    location = decision.location_id
    return append(
        kafka, TILL_UPKEEP.name, location, decision, lambda count: partition_of(location, count)
    )
