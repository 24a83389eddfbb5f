"""Kafka: its brokers, the workers' consumer group, how far each partition has come."""

# pyright: reportMissingTypeStubs=false

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from kafka.errors import KafkaError, UnknownTopicOrPartitionError
from kafka.structs import TopicPartition

from clients.kafka import KafkaAccess
from engine.settings import changelog_topic
from operations.generations.log import known
from operations.generations.standing import state_id
from operations.kafka.admin import Reached, admin, group_reached
from operations.kafka.reader import KafkaAway
from topics.registry import INPUTS, TopicSpec

_LATEST, _MAX_TIMESTAMP = -1, -3
"""Kafka's words for the end of a partition and for its newest record (KIP-734)."""


@dataclass(frozen=True, slots=True)
class GroupMember:
    """One member of the group: its name (a stranger's client id), host, and its partitions."""

    name: str
    host: str
    partitions: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class PartitionStatus:
    """One partition number over all inputs.

    ``lag_records`` counts what is not folded and committed yet; ``checkpoint_at`` is when its
    state last reached the changelog, None before that.
    """

    number: int
    holder: str
    lag_records: int
    checkpoint_at: datetime | None


@dataclass(frozen=True, slots=True)
class BrokerSeen:
    """Kafka at one moment; ``fault`` is why there is no answer, or only part of one.

    ``generation`` is the one that workers take when they start, ``building`` the one that a
    rebuild makes beside it; None where it is not known, or there is none.
    """

    brokers: tuple[str, ...] = ()
    group_state: str = ""
    members: tuple[GroupMember, ...] = ()
    partitions: tuple[PartitionStatus, ...] = ()
    ends: Mapping[tuple[str, int], int] = field(default_factory=dict[tuple[str, int], int])
    fault: str = ""
    generation: int | None = None
    building: int | None = None


def look_live(kafka: KafkaAccess, application_id: str, topics: Iterable[str]) -> BrokerSeen:
    """`look` at the generation of ``application_id`` that is live."""
    try:
        standing = known(kafka)
    except KafkaAway as fault:
        return BrokerSeen(fault=str(fault))
    generation = standing.live.get(application_id, 0)
    seen = look(kafka, state_id(application_id, generation), topics)
    return replace(seen, generation=generation, building=standing.building.get(application_id))


def look(
    kafka: KafkaAccess,
    state: str,
    topics: Iterable[str],
    inputs: Iterable[TopicSpec] = INPUTS,
) -> BrokerSeen:
    """The cluster, the workers of the group ``state`` that read ``inputs``, and the ends of the
    committed records of ``topics``."""
    try:
        with admin(kafka) as client:
            return _look(client, state, tuple(topics), tuple(spec.name for spec in inputs))
    except KafkaError as fault:
        return BrokerSeen(fault=f"{kafka} does not answer: {fault!r}")


def _look(client: Any, state: str, topics: tuple[str, ...], inputs: tuple[str, ...]) -> BrokerSeen:
    brokers = tuple(
        f"{each['host']}:{each['port']}" for each in client.describe_cluster()["brokers"]
    )
    counts = partition_counts(client)
    missing = sorted({*inputs, *topics} - counts.keys())
    if missing:
        return BrokerSeen(
            brokers, fault=f"no topic {', '.join(missing)}: run 'tillstream topics sync'"
        )
    ends = ends_of(client, {name: counts[name] for name in topics}, "read_committed")
    group = client.describe_groups([state])[state]
    members = tuple(member_of(each) for each in group["members"])
    changelog = changelog_topic(state)
    checkpoints = _checkpoints(client, changelog, counts.get(changelog, 0))
    # What an open transaction holds back is lag too, so the very ends count.
    heads = ends_of(client, {name: counts[name] for name in inputs}, "read_uncommitted")
    lag = lag_of(heads, group_reached(client, state, inputs))
    partitions = _partitions(counts[inputs[0]], members, lag, checkpoints)
    return BrokerSeen(brokers, group["group_state"], members, partitions, ends)


def partition_counts(client: Any) -> dict[str, int]:
    """How many partitions each topic has."""
    return {each["name"]: len(each["partitions"]) for each in client.describe_topics()}


def ends_of(client: Any, counts: Mapping[str, int], level: str) -> dict[tuple[str, int], int]:
    """The ends of so many partitions of topics, as a reader of that isolation level sees them."""
    places = {
        TopicPartition(topic, number): _LATEST
        for topic, count in counts.items()
        for number in range(count)
    }
    found = client.list_partition_offsets(places, isolation_level=level)
    return {(place.topic, place.partition): told.offset for place, told in found.items()}


def member_of(told: dict[str, Any]) -> GroupMember:
    """A member as kafka-python describes it."""
    assigned: Any = told["member_assignment"] or {"assigned_partitions": []}
    numbers: set[int] = {
        n for topic in assigned["assigned_partitions"] for n in topic["partitions"]
    }
    name = told["group_instance_id"] or told["client_id"]
    return GroupMember(name, told["client_host"].lstrip("/"), tuple(sorted(numbers)))


def _checkpoints(client: Any, changelog: str, count: int) -> dict[int, datetime]:
    places = {TopicPartition(changelog, n): _MAX_TIMESTAMP for n in range(count)}
    try:
        found: Any = client.list_partition_offsets(places) if places else {}
    except UnknownTopicOrPartitionError:
        return {}
    return {
        place.partition: datetime.fromtimestamp(told.timestamp / 1000, UTC)
        for place, told in found.items()
        if told.timestamp >= 0
    }


def lag_of(ends: Mapping[tuple[str, int], int], at: Reached) -> Counter[int]:
    """Records that are not read and committed, by partition."""
    lag: Counter[int] = Counter()
    for (topic, number), end in ends.items():
        lag[number] += max(0, end - at.get((topic, number), 0))
    return lag


def _partitions(
    count: int,
    members: Iterable[GroupMember],
    lag: Mapping[int, int],
    checkpoints: Mapping[int, datetime],
) -> tuple[PartitionStatus, ...]:
    holders = {number: member.name for member in members for number in member.partitions}
    return tuple(
        PartitionStatus(
            number, holders.get(number, ""), lag.get(number, 0), checkpoints.get(number)
        )
        for number in range(count)
    )
