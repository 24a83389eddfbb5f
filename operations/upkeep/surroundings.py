"""What the sink tells of Connect, the replication slot and the brokers' disks.

The sink does, because there is one of it and it needs the database and Kafka anyway.
"""

from collections.abc import Iterator, Mapping

from prometheus_client.core import Metric
from prometheus_client.registry import Collector

from metrics.upkeep import CONNECT_UP, CONNECTOR_UP, DISK_FREE, DISK_SIZE, SLOT_HELD, SLOT_UP
from operations.installation import Installation
from operations.status import connect, disks, slots
from operations.upkeep.families import gauges
from operations.upkeep.watched import WatchedFact

LOOK_EVERY_SECONDS = 5.0
"""Below the usual scrape interval of 15 s; each look is one request or one short query."""

DISKS_EVERY_SECONDS = 30.0
"""A broker walks through its log folders to answer."""


class Surroundings(Collector):
    """Looks at the three in the background, from now until the process ends."""

    def __init__(self, installation: Installation) -> None:
        kafka, postgres = installation.kafka, installation.postgres
        self._slots = WatchedFact(lambda: slots.look(postgres), LOOK_EVERY_SECONDS)
        self._disks = WatchedFact(lambda: disks.look(kafka), DISKS_EVERY_SECONDS)
        access = installation.connect_access
        self._connect = access and WatchedFact(lambda: connect.look(access), LOOK_EVERY_SECONDS)

    def collect(self) -> Iterator[Metric]:
        """What was seen last; a server that did not answer has no samples."""
        yield from connect_gauges(self._connect and self._connect.value())
        yield from slot_gauges(self._slots.value())
        yield from disk_gauges(self._disks.value())


def connect_gauges(seen: connect.ConnectSeen | None) -> Iterator[Metric]:
    """Whether Connect answers, and each of its connectors with ours."""
    up = {} if seen is None else {(): float(seen.answers)}
    connectors = {} if seen is None or not seen.answers else _expected(seen.connectors)
    yield gauges(CONNECT_UP, up)
    yield gauges(CONNECTOR_UP, connectors)


def _expected(found: Mapping[str, connect.Connector]) -> dict[tuple[str, ...], float]:
    return {(name,): float(name in found and found[name].is_up) for name in {connect.OURS, *found}}


def slot_gauges(seen: Mapping[str, slots.Slot] | None) -> Iterator[Metric]:
    """Each slot; ours is shown as unread where there is none."""
    found = seen or {}
    missing = {} if seen is None else {(slots.OURS,): 0.0}
    yield gauges(SLOT_UP, missing | {(name,): slot.is_read for name, slot in found.items()})
    yield gauges(SLOT_HELD, {(name,): slot.held_bytes for name, slot in found.items()})


def disk_gauges(seen: Mapping[str, disks.Disk] | None) -> Iterator[Metric]:
    """The brokers' log folders."""
    found = seen or {}
    yield gauges(DISK_FREE, {(name,): disk.free_bytes for name, disk in found.items()})
    yield gauges(DISK_SIZE, {(name,): disk.size_bytes for name, disk in found.items()})
