"""The log that one partition's work is made durable in: recovered from, fenced, committed to."""

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

from clients.kafka import KafkaAccess
from engine import changelog
from engine.aside import read_set_aside
from engine.sends import Destination, Outputs
from engine.store import Store
from engine.writer import PartitionWriter


class PartitionLog(Protocol):
    """What `engine.partition.PartitionWork` asks of Kafka."""

    async def open(self) -> None:
        """Fence whoever held the partition before, and end what it left open."""
        ...

    async def recover(self, store: Store, applied: Callable[[int], None]) -> None:
        """Bring ``store`` to the changelog's end; ``applied`` is told the records of each part.

        Raises `engine.changelog.StoreUnfit`.
        """
        ...

    async def set_aside(self) -> Mapping[str, frozenset[int]]:
        """By input topic, the offsets of what operators have moved out of the way."""
        ...

    async def commit(
        self,
        changes: Mapping[bytes, bytes | None],
        outputs: Outputs,
        positions: Mapping[str, int],
    ) -> int:
        """Make all of it durable, or nothing; the offset after the last changelog record."""
        ...

    async def close(self) -> None:
        """Let go; an open transaction is aborted by the next owner."""
        ...


class KafkaLog:
    """A partition's changelog, outputs and input offsets in Kafka, in one transaction.

    ``outputs`` are all places that may be sent to.
    """

    def __init__(
        self,
        kafka: KafkaAccess,
        application_id: str,
        changelog_topic: str,
        partition: int,
        set_aside_topic: str | None = None,
        outputs: Sequence[Destination] = (),
    ) -> None:
        self._kafka = kafka
        self._changelog = changelog_topic
        self._partition = partition
        self._set_aside = set_aside_topic
        places = (Destination(changelog_topic, partition), *outputs)
        self._writer = PartitionWriter(kafka, application_id, partition, places)

    async def open(self) -> None:
        """See `PartitionLog`."""
        await self._writer.open()

    async def recover(self, store: Store, applied: Callable[[int], None]) -> None:
        """See `PartitionLog`."""
        where = (self._kafka, self._changelog, self._partition)
        await changelog.recover(store, *where, applied)

    async def set_aside(self) -> Mapping[str, frozenset[int]]:
        """See `PartitionLog`."""
        if self._set_aside is None:
            return {}
        return await read_set_aside(self._kafka, self._set_aside, self._partition)

    async def commit(
        self,
        changes: Mapping[bytes, bytes | None],
        outputs: Outputs,
        positions: Mapping[str, int],
    ) -> int:
        """See `PartitionLog`."""
        return await self._writer.commit(self._changelog, changes, outputs, positions)

    async def close(self) -> None:
        """See `PartitionLog`."""
        await self._writer.close()
