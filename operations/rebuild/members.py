"""Who works on which generation, by the consumer groups."""

# pyright: reportMissingTypeStubs=false

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from clients.kafka import KafkaAccess
from operations.generations.standing import state_id
from operations.kafka.admin import admin
from operations.kafka.reader import telling_where


@dataclass(frozen=True, slots=True)
class RebuildMember:
    """A worker in a group. ``stays`` where it is one of the installation's own, by its name."""

    state: str
    name: str
    host: str
    stays: bool

    def __str__(self) -> str:
        return f"{self.name} on {self.host} ({self.state})"


def members(
    kafka: KafkaAccess, application_id: str, generations: Iterable[int]
) -> list[RebuildMember]:
    """The members of the groups of these generations; raises `KafkaAway`."""
    states = [state_id(application_id, each) for each in generations]
    with telling_where(kafka), admin(kafka) as client:
        there = {each["group_id"] for each in client.list_groups()}
        wanted = [state for state in states if state in there]
        told: dict[str, Any] = client.describe_groups(wanted) if wanted else {}
    return [_member(state, each) for state in wanted for each in told[state]["members"]]


def _member(state: str, told: dict[str, Any]) -> RebuildMember:
    name: str | None = told["group_instance_id"]
    host = told["client_host"].lstrip("/")
    return RebuildMember(state, name or told["client_id"], host, stays=name is not None)
