"""The applications beside the first one: whether each has workers, and how far they are."""

# pyright: reportMissingTypeStubs=false

from dataclasses import dataclass
from typing import Any

from kafka.errors import KafkaError

from clients.kafka import KafkaAccess
from operations.applications import BESIDE, id_beside
from operations.kafka.admin import admin, group_reached
from operations.status.broker import ends_of, lag_of, member_of, partition_counts

_NEVER_RUN = "Dead"
"""Kafka's word for a group that nobody has founded, or that was deleted."""


@dataclass(frozen=True, slots=True)
class Beside:
    """One of them. ``unheld`` are the partitions that no worker has; none where it is not run."""

    role: str
    is_run: bool
    workers: tuple[str, ...] = ()
    unheld: tuple[int, ...] = ()
    lag_records: int = 0


def look(kafka: KafkaAccess, application_id: str) -> tuple[Beside, ...]:
    """All of them; none where Kafka does not answer, which others tell."""
    try:
        with admin(kafka) as client:
            counts = partition_counts(client)
            return tuple(_look(client, application_id, role, counts) for role in BESIDE)
    except KafkaError:
        return ()


def _look(client: Any, application_id: str, role: str, counts: dict[str, int]) -> Beside:
    group = id_beside(application_id, role)
    told = client.describe_groups([group])[group]
    topics = [spec.name for spec in BESIDE[role] if spec.name in counts]
    if told["group_state"] == _NEVER_RUN or not topics:
        return Beside(role, is_run=False)
    members = [member_of(each) for each in told["members"]]
    held = {number for each in members for number in each.partitions}
    heads = ends_of(client, {name: counts[name] for name in topics}, "read_uncommitted")
    lag = lag_of(heads, group_reached(client, group, topics))
    unheld = tuple(number for number in range(counts[topics[0]]) if number not in held)
    return Beside(role, True, tuple(each.name for each in members), unheld, lag.total())
