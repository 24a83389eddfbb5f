"""The generation that is built: its crew, and how far each partition has come."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from clients.kafka import KafkaAccess
from clients.tls import Tls
from local.child import Service
from local.ports import LOOPBACK, choose
from operations.applications import KeptState
from operations.generations.standing import state_id
from operations.installation import Installation
from operations.status import broker, processes
from operations.status.processes import ProcessStatus

LEVEL_RECORDS_MAX = 1_000
"""A live partition with no more unread is level: under load something is always on its way, and
the mark of a transaction counts as unread. Far more, and the hand-over would show as a delay."""

Stage = Literal["waiting", "rebuilding", "live"]
"""``waiting``: no worker of the crew holds it yet."""


Hire = Callable[[KeptState, int, int, int], Service]
"""The worker that makes a generation of an application, by its number, with `/metrics` on a
port."""


@dataclass(frozen=True, slots=True)
class RebuildPartition:
    """One partition of the generation that is built."""

    number: int
    stage: Stage
    unread: int

    @property
    def is_level(self) -> bool:
        """Whether it says what there is to say."""
        return self.stage == "live" and self.unread <= LEVEL_RECORDS_MAX


@dataclass(frozen=True, slots=True)
class Building:
    """One generation of one application, and the workers that make it.

    ``state`` is its consumer group, and the prefix of its changelog. ``tls`` is who we are where
    we read the workers' metrics; None where they go in cleartext.
    """

    kept: KeptState
    state: str
    services: Sequence[Service]
    metrics: Sequence[str]
    tls: Tls | None


def building(
    installation: Installation, kept: KeptState, generation: int, workers: int, hire: Hire
) -> Building:
    """``workers`` processes that make ``generation``, not yet started."""
    tls, ports = installation.metrics_tls, choose(workers)
    services = [hire(kept, generation, number, port) for number, port in enumerate(ports, start=1)]
    metrics = [f"{'https' if tls else 'http'}://{LOOPBACK}:{port}/metrics" for port in ports]
    state = state_id(kept.id(installation.application_id), generation)
    return Building(kept, state, services, metrics, tls)


def look(kafka: KafkaAccess, built: Building) -> list[RebuildPartition]:
    """How far each partition has come; empty while Kafka does not answer."""
    seen = broker.look(kafka, built.state, (), built.kept.inputs)
    crew = processes.look(built.metrics, built.tls)
    return list(_partitions(seen.partitions, crew))


def _partitions(
    seen: Iterable[broker.PartitionStatus], crew: Sequence[ProcessStatus]
) -> Iterable[RebuildPartition]:
    live = {number for each in crew for number in each.live}
    rebuilding = {number for each in crew for number in each.rebuilding} - live
    for each in seen:
        stage: Stage = "live" if each.number in live else "waiting"
        stage = "rebuilding" if each.number in rebuilding else stage
        yield RebuildPartition(each.number, stage, each.lag_records)


def is_done(partitions: Sequence[RebuildPartition]) -> bool:
    """Whether all of them are level."""
    return bool(partitions) and all(each.is_level for each in partitions)
