"""Where an application of the engine works."""

from dataclasses import dataclass
from pathlib import Path

from engine.log import KafkaLog, PartitionLog
from engine.place import FolderPlace, MemoryPlace, Place


@dataclass(frozen=True, slots=True)
class EngineSettings:
    """Where the engine works. ``state_folder`` None keeps the state in memory."""

    bootstrap: str
    application_id: str
    state_folder: Path | None

    @property
    def changelog(self) -> str:
        """The compacted topic that holds all state of the application."""
        return f"{self.application_id}-state-changelog"

    def log(self, partition: int) -> PartitionLog:
        """The log of one partition."""
        return KafkaLog(self.bootstrap, self.application_id, self.changelog, partition)

    def place(self, partition: int) -> Place:
        """Where that partition's store lies."""
        if self.state_folder is None:
            return MemoryPlace()
        return FolderPlace(self.state_folder / f"{partition:05d}")
