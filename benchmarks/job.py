"""What a contender is told, and the one thing that it says back.

Standard library only: contenders with packages of their own import it too.
"""

import os
from dataclasses import asdict, dataclass
from pathlib import Path

PREFIX = "BENCH_"

FIRST = "FIRST"
"""The line with which a contender says that it holds its first events: the clock starts."""

PARTITIONS = 4


@dataclass(frozen=True)
class Job:
    """One run of one contender. ``name`` is its consumer group and the prefix of its topics."""

    bootstrap: str
    name: str
    input_topic: str
    output_topic: str
    warmup_topic: str
    state_folder: str

    def environment(self) -> dict[str, str]:
        """For the contender's process."""
        return {PREFIX + name.upper(): value for name, value in asdict(self).items()}

    def changelog(self, table: str) -> str:
        """A topic for the state called ``table``."""
        return f"{self.name}-{table}-changelog"

    @property
    def folder(self) -> Path:
        """Where state may be kept."""
        return Path(self.state_folder)


def job_from_environment() -> Job:
    """The job that this process was started for."""
    return Job(**{name: os.environ[PREFIX + name.upper()] for name in Job.__dataclass_fields__})


class FirstEvents:
    """Says once that the first events have come."""

    def __init__(self) -> None:
        self._said = False

    def come(self) -> None:
        """Events are in hand; only the first call is heard."""
        if not self._said:
            self._said = True
            # Not print: a framework may have made a logger of standard output.
            os.write(1, f"{FIRST}\n".encode())
