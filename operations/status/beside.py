"""The applications beside the first one: whether each has workers, and how far they are."""

# pyright: reportMissingTypeStubs=false

from dataclasses import dataclass
from typing import Any

from kafka.errors import KafkaError

from clients.kafka import KafkaAccess
from operations.applications import BESIDE, KeptState
from operations.generations.log import known
from operations.generations.standing import Generations, state_id
from operations.kafka.admin import admin, group_reached
from operations.kafka.reader import KafkaAway
from operations.status.broker import ends_of, lag_of, member_of, partition_counts

_NEVER_RUN = "Dead"
"""Kafka's word for a group that nobody has founded, or that was deleted."""


@dataclass(frozen=True, slots=True)
class Beside:
    """One of them. ``unheld`` are the partitions that no worker has; none where it is not run.

    ``generation`` and ``building`` are as in `operations.status.broker.BrokerSeen`.
    """

    role: str
    is_run: bool
    workers: tuple[str, ...] = ()
    unheld: tuple[int, ...] = ()
    lag_records: int = 0
    generation: int = 0
    building: int | None = None


def look(kafka: KafkaAccess, application_id: str) -> tuple[Beside, ...]:
    """All of them; none where Kafka does not answer, which others tell."""
    try:
        standing = known(kafka)
        with admin(kafka) as client:
            counts = partition_counts(client)
            return tuple(
                _look(client, kept, kept.id(application_id), standing, counts)
                for kept in BESIDE.values()
            )
    except (KafkaError, KafkaAway):
        return ()


def _look(
    client: Any,
    kept: KeptState,
    application_id: str,
    standing: Generations,
    counts: dict[str, int],
) -> Beside:
    generation = standing.live.get(application_id, 0)
    building = standing.building.get(application_id)
    group = state_id(application_id, generation)
    told = client.describe_groups([group])[group]
    topics = [spec.name for spec in kept.inputs if spec.name in counts]
    if told["group_state"] == _NEVER_RUN or not topics:
        return Beside(kept.role, False, generation=generation, building=building)
    members = [member_of(each) for each in told["members"]]
    held = {number for each in members for number in each.partitions}
    heads = ends_of(client, {name: counts[name] for name in topics}, "read_uncommitted")
    lag = lag_of(heads, group_reached(client, group, topics))
    unheld = tuple(number for number in range(counts[topics[0]]) if number not in held)
    names = tuple(each.name for each in members)
    return Beside(kept.role, True, names, unheld, lag.total(), generation, building)
