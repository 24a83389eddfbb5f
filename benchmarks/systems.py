"""Every contender: how it is started, on which job, and when its clock starts."""

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from benchmarks.job import FIRST, PARTITIONS, Job
from benchmarks.quix import venv as quix
from benchmarks.streams import build as streams

Begins = Callable[[], Callable[[str], bool]]
"""Makes what is shown each line of a run's output, and knows the one that starts its clock."""


def _first() -> Callable[[str], bool]:
    return lambda line: line.strip() == FIRST


def _all_partitions_open() -> Callable[[str], bool]:
    """The product says no word at its first event: its clock starts just before its first fetch."""
    opened = 0

    def has_begun(line: str) -> bool:
        nonlocal opened
        opened += "partition open" in line
        return opened == PARTITIONS

    return has_begun


def _worker_settings(job: Job) -> Mapping[str, str]:
    return {
        "TILLSTREAM_HOME": job.state_folder,
        "TILLSTREAM_KAFKA": job.bootstrap,
        "TILLSTREAM_KAFKA_PLAINTEXT": "true",
        "TILLSTREAM_APPLICATION_ID": job.name,
        "TILLSTREAM_PARTITIONS": str(PARTITIONS),
    }


def _python(module: str) -> Callable[[Job], Sequence[str]]:
    return lambda _: [sys.executable, "-P", "-m", f"benchmarks.contenders.{module}"]


@dataclass(frozen=True, slots=True)
class System:
    """A contender on a job of `benchmarks.jobs`. ``events_max`` keeps a slow one's run short."""

    name: str
    title: str
    command: Callable[[Job], Sequence[str]]
    job: str = "reference"
    events_max: int = 1_000_000_000
    environment: Callable[[Job], Mapping[str, str]] = Job.environment
    begins: Begins = _first


SYSTEMS = (
    System("tillstream", "Tillstream", _python("tillstream_reference")),
    System(
        "tillstream-full",
        "Tillstream, full job",
        lambda _: [sys.executable, "-P", "-m", "tillstream", "worker"],
        job="full",
        environment=_worker_settings,
        begins=_all_partitions_open,
    ),
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
    System("quix", "Quix Streams", quix.command, events_max=100_000),
    System(
        "faust",
        "Faust as documented",
        lambda job: [*_python("faust_documented")(job), "worker", "-l", "info"],
        events_max=20_000,
    ),
    System("bare", "bare confluent-kafka, dict", _python("bare")),
)


def system(name: str) -> System:
    """The contender called ``name``; `KeyError` if there is none."""
    return {each.name: each for each in SYSTEMS}[name]
