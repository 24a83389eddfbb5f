"""One look at everything, side by side, so that what hangs holds up nothing else."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar, cast

from connectors.postgres.sink.batch import FLOWS
from operations.installation import Installation
from operations.status import beside, broker, connect, letters, postgres, processes

T = TypeVar("T")

SINK_TOPICS = tuple(topic for flow in FLOWS for topic in flow)


@dataclass(frozen=True, slots=True)
class Overview:
    """Everything at one moment. Each part says for itself what did not answer."""

    at: datetime
    processes: Sequence[processes.ProcessStatus]
    kafka: broker.BrokerSeen
    beside: Sequence[beside.Beside]
    letters: letters.LettersSeen
    postgres: postgres.PostgresSeen
    connect: connect.ConnectSeen | None

    @property
    def sink_lag(self) -> Mapping[str, int] | None:
        """Committed records that are not in PostgreSQL yet, by topic; None where unknown."""
        written = self.postgres.written
        if written is None or not self.kafka.ends:
            return None
        behind: Counter[str] = Counter()
        for (topic, number), end in self.kafka.ends.items():
            behind[topic] += max(0, end - written.get((topic, number), 0))
        return behind

    def as_json(self) -> dict[str, Any]:
        """The parts as they are, without what only other parts are made of."""
        told: dict[str, Any] = _plain(asdict(self))
        told["kafka"].pop("ends")
        told["postgres"].pop("written")
        for process in told["processes"]:
            process.pop("figures")
        return {**told, "sink_lag_records": _plain(self.sink_lag), "faults": self.faults}

    @property
    def faults(self) -> list[str]:
        """What is not as it should be, a line each."""
        return [line for part in _PARTS for line in part(self)]


def _plain(value: Any) -> Any:
    """Without maps whose keys are no texts, which JSON has not."""
    if isinstance(value, dict):
        items = cast(dict[Any, Any], value).items()
        return {key: _plain(each) for key, each in items if isinstance(key, str)}
    if isinstance(value, list | tuple):
        return [_plain(each) for each in cast(list[Any], value)]
    return value


def look(installation: Installation, metrics: Sequence[str]) -> Overview:
    """Ask everybody; ``metrics`` are the addresses of the processes."""
    kafka, access = installation.kafka, installation.connect_access
    with ThreadPoolExecutor() as pool:
        cluster = pool.submit(broker.look_live, kafka, installation.application_id, SINK_TOPICS)
        others = pool.submit(beside.look, kafka, installation.application_id)
        waiting = pool.submit(letters.look, kafka)
        database = pool.submit(postgres.look, installation.postgres)
        connectors = pool.submit(connect.look, access) if access else None
        running = processes.look(metrics, installation.metrics_tls)
        return Overview(
            datetime.now(UTC),
            running,
            cluster.result(),
            others.result(),
            waiting.result(),
            database.result(),
            connectors and connectors.result(),
        )


def _of_processes(seen: Overview) -> list[str]:
    return [f"process at {each.address}: {each.fault}" for each in seen.processes if each.fault]


def _of_kafka(seen: Overview) -> list[str]:
    if seen.kafka.fault:
        return [f"Kafka: {seen.kafka.fault}"]
    free = [str(each.number) for each in seen.kafka.partitions if not each.holder]
    return [f"no worker holds partition {', '.join(free)}"] if free else []


def _of_beside(seen: Overview) -> list[str]:
    return [
        f"no worker of {each.role} holds partition {', '.join(map(str, each.unheld))}"
        for each in seen.beside
        if each.unheld
    ]


def _of_generations(seen: Overview) -> list[str]:
    if seen.kafka.generation is None:
        return []
    beside = {each.role: each.generation for each in seen.beside}
    workers = [
        (each, beside.get(each.application, seen.kafka.generation))
        for each in seen.processes
        if each.generation is not None
    ]
    return [
        f"worker {each.name} works on generation {each.generation}, which readers pass over: live "
        f"is {live}"
        for each, live in workers
        if each.generation != live
    ]


def _of_postgres(seen: Overview) -> list[str]:
    if seen.postgres.fault:
        return [f"PostgreSQL: {seen.postgres.fault}"]
    unread = [name for name, slot in seen.postgres.slots.items() if not slot.is_read]
    return [f"nobody reads the replication slot {name}" for name in unread]


def _of_connect(seen: Overview) -> list[str]:
    if seen.connect is None:
        return []
    if not seen.connect.answers:
        return [f"Connect: {seen.connect.fault}"]
    if connect.OURS not in seen.connect.connectors:
        return [f"connector {connect.OURS} is missing"]
    return [
        f"connector {name} is {each.worst}"
        for name, each in seen.connect.connectors.items()
        if not each.is_up
    ]


_PARTS: tuple[Callable[[Overview], list[str]], ...] = (
    _of_processes,
    _of_kafka,
    _of_beside,
    _of_generations,
    _of_postgres,
    _of_connect,
)
