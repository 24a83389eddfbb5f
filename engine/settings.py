"""Where an application of the engine works."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from clients.kafka import KafkaAccess
from engine.inputs import KafkaInputs
from engine.log import KafkaLog, PartitionLog
from engine.place import FolderPlace, MemoryPlace, StorePlace
from engine.sends import Destination


@dataclass(frozen=True, slots=True)
class EngineSettings:
    """Where the engine works. ``state_folder`` None keeps the state in memory.

    ``set_aside_topic`` names the inputs' messages that operators have moved out of the way.
    """

    kafka: KafkaAccess
    application_id: str
    state_folder: Path | None
    set_aside_topic: str | None = None

    @property
    def changelog(self) -> str:
        """The compacted topic that holds all state of the application."""
        return changelog_topic(self.application_id)

    def log(self, partition: int, outputs: Sequence[Destination]) -> PartitionLog:
        """The log of one partition, whose agents send to ``outputs``."""
        return KafkaLog(
            self.kafka,
            self.application_id,
            self.changelog,
            partition,
            self.set_aside_topic,
            outputs,
        )

    def inputs(self, topics: Iterable[str], partition: int) -> KafkaInputs:
        """The inputs of one partition."""
        return KafkaInputs(self.kafka, topics, partition)

    def place(self, partition: int) -> StorePlace:
        """Where that partition's store lies."""
        if self.state_folder is None:
            return MemoryPlace()
        return FolderPlace(self.state_folder / f"{partition:05d}")


def changelog_topic(application_id: str) -> str:
    """The compacted topic that holds all state of an application."""
    return f"{application_id}-state-changelog"
