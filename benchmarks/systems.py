"""Every contender: how it is started, on which job, and when its clock starts."""

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from benchmarks.job import FIRST, Job
from benchmarks.streams import build as streams


def _first(line: str) -> bool:
    return line.strip() == FIRST


def _python(module: str) -> Callable[[Job], Sequence[str]]:
    return lambda _: [sys.executable, "-P", "-m", f"benchmarks.contenders.{module}"]


@dataclass(frozen=True, slots=True)
class System:
    """A contender. ``events_max`` keeps a slow one's run within a minute.

    ``has_begun`` knows the line of its output at which its first events are in hand.
    """

    name: str
    title: str
    command: Callable[[Job], Sequence[str]]
    job: str = "reference"
    events_max: int = 1_000_000_000
    environment: Callable[[Job], Mapping[str, str]] = Job.environment
    has_begun: Callable[[str], bool] = _first


SYSTEMS = (
    System("tillstream", "Tillstream", _python("tillstream_reference")),
    System(
        "kafka-streams",
        "Kafka Streams, RocksDB and cache",
        streams.command,
        environment=streams.environment("rocksdb", streams.CACHE_BYTES, "at_least_once"),
    ),
    System(
        "kafka-streams-exactly-once",
        "Kafka Streams, the same, exactly_once_v2",
        streams.command,
        environment=streams.environment("rocksdb", streams.CACHE_BYTES, "exactly_once_v2"),
    ),
    System(
        "kafka-streams-memory",
        "Kafka Streams, memory, no cache",
        streams.command,
        environment=streams.environment("memory", 0, "at_least_once"),
    ),
    System("bare", "bare confluent-kafka, dict", _python("bare")),
)


def system(name: str) -> System:
    """The contender called ``name``; `KeyError` if there is none."""
    return {each.name: each for each in SYSTEMS}[name]
