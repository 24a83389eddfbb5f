"""What the supervisor notes about the stack, for `status`, `down` and the next `up`."""

import time
from typing import Literal

import psutil
from psycopg.pq import Conninfo
from pydantic import BaseModel

from local.home import StackHome, write_json
from local.programs import StoreDoors

ProcessState = Literal["starting", "running", "restarting", "stopped", "external"]

StackState = Literal["starting", "running", "stopping", "stopped"]

LEFTOVER_SECONDS = 10
"""Time for children of a supervisor that was killed to follow it, before they are killed too."""


class ProcessRecord(BaseModel):
    """One process; ``born`` is when the kernel started it, so that its pid cannot be mistaken."""

    name: str
    pid: int | None = None
    state: ProcessState
    restarts: int = 0
    born: float | None = None


class StoreTill(BaseModel):
    """A till of a store, and the address of its page."""

    till_id: str
    page: str


class StoreAddresses(BaseModel):
    """A store's addresses; those of the centre where it has none of its own.

    ``link`` says how it stands with what passes between store and centre: ``up`` where nothing is
    between them. ``metrics`` are of a store's own processes, told to identities of the store.
    """

    location_id: str
    gateway: str
    registration: str
    dashboard: str
    kafka: str
    kafka_client: dict[str, str]
    postgres: str
    link: str = "up"
    metrics: list[str] = []
    tills: list[StoreTill] = []


class Addresses(BaseModel):
    """Every address that a client needs.

    ``kafka_client`` is for kafka-python, ``kafka_properties`` for librdkafka, ``kafka_java`` the
    path of a properties file; ``ca_file`` holds the authorities of the stack.
    """

    kafka: str
    kafka_client: dict[str, str] = {}
    kafka_properties: dict[str, str] = {}
    kafka_java: str = ""
    ca_file: str = ""
    postgres: str
    connect: str
    dashboard: str
    registration: str = ""
    metrics: list[str]
    stores: list[StoreAddresses] = []

    def store(self, doors: StoreDoors) -> StoreAddresses:
        """A store that has a gateway and tills of its own, and nothing else."""
        shared = self.model_dump(include={"dashboard", "kafka", "kafka_client", "postgres"})
        return StoreAddresses(
            location_id=doors.location_id,
            gateway=doors.gateway,
            registration=doors.registration,
            tills=[StoreTill(till_id=each.till_id, page=each.page) for each in doors.tills],
            **shared,
        )

    def for_shells(self) -> dict[str, str]:
        """What programs of the user read from their environment."""
        secured = {f"KAFKA_{name.upper()}": value for name, value in self.kafka_client.items()}
        return {
            "KAFKA_BOOTSTRAP_SERVERS": self.kafka,
            **secured,
            "KAFKA_JAVA_PROPERTIES": self.kafka_java,
            **_for_libpq(self.postgres),
        }


def _for_libpq(dsn: str) -> dict[str, str]:
    """The same address as psql and others on libpq read it; a password is not said again."""
    return {
        option.envvar.decode(): option.val.decode()
        for option in Conninfo.parse(dsn.encode())
        if option.envvar and option.val and option.dispchar != b"*"
    }


class StackRecord(BaseModel):
    """The stack as its supervisor last knew it."""

    pid: int
    state: StackState = "starting"
    addresses: Addresses
    processes: list[ProcessRecord] = []

    def save(self, home: StackHome) -> None:
        """Replace what is noted."""
        write_json(home.record, self.model_dump())


def load(home: StackHome) -> StackRecord | None:
    """What is noted, by a supervisor that may be gone; None if there never was one."""
    if not home.record.exists():
        return None
    return StackRecord.model_validate_json(home.record.read_text())


def born(pid: int) -> float | None:
    """When a process was started, in seconds since 1970; None if there is none.

    One that has ended but was never reaped, as in a container without an init, is none.
    """
    try:
        process = psutil.Process(pid)
        return None if process.status() == psutil.STATUS_ZOMBIE else process.create_time()
    except psutil.NoSuchProcess:
        return None


def end_leftovers(record: StackRecord) -> list[str]:
    """Wait for children that outlived their supervisor, kill those that stay; their names."""
    left = [process for process in record.processes if _lives(process)]
    deadline = time.monotonic() + LEFTOVER_SECONDS
    while any(_lives(process) for process in left) and time.monotonic() < deadline:
        time.sleep(0.1)
    stubborn = [process for process in left if _lives(process)]
    for process in stubborn:
        psutil.Process(process.pid).kill()
    return [process.name for process in stubborn]


def _lives(process: ProcessRecord) -> bool:
    return (
        process.pid is not None and process.born is not None and born(process.pid) == process.born
    )
