"""What the viewers look at: a database full of levels, a broker, and a board process over both."""

import json
import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psutil

from benchmarks.kafka import own_broker
from benchmarks.postgres import cpu_seconds, own_postgres
from benchmarks.viewers_changes import Chain
from clients.kafka import KafkaAccess
from clients.postgres import PostgresAccess
from clients.statements import statement
from metrics.board import BOARD_KAFKA_UP, BOARD_VIEWERS
from operations.topic_sync.sync import sync
from topics.registry import PARTITIONS_DEFAULT

PATIENCE_SECONDS = 60.0

LOOK_SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class World:
    """A running board and the Kafka that it hears."""

    kafka: str
    board: str
    metrics: str
    process: psutil.Process

    def memory_mib(self) -> float:
        """What the board holds of the machine's memory now."""
        return self.process.memory_info().rss / 2**20

    def cpu_seconds(self) -> float:
        """What the board has used so far."""
        return cpu_seconds(self.process)

    def viewers(self) -> int:
        """Pages that the board tells of changes, by its own count."""
        return int(self._metric(BOARD_VIEWERS.name))

    def await_kafka(self) -> None:
        """Return once the board hears Kafka; RuntimeError where it does not in time."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not self._metric(BOARD_KAFKA_UP.name):
            if time.monotonic() > deadline:
                raise RuntimeError("the board does not hear Kafka: read what it says above")
            time.sleep(LOOK_SECONDS)

    def _metric(self, name: str) -> float:
        with urllib.request.urlopen(self.metrics) as answer:  # noqa: S310 - our own
            lines = answer.read().decode().splitlines()
        return next(float(line.split()[1]) for line in lines if line.startswith(f"{name} "))


@contextmanager
def own_world(
    folder: Path, chain: Chain, fill: Callable[[str, Chain], None] | None = None
) -> Generator[World]:
    """A board that serves and hears Kafka, with the chain's levels in its database.

    ``fill`` puts more into the database, whose DSN it is given, before the board reads it.
    """
    with own_broker(folder) as broker, own_postgres(folder) as database:
        sync(KafkaAccess(broker.bootstrap), PARTITIONS_DEFAULT, 1)
        dsn = database.fresh()
        _stock(dsn, chain)
        if fill is not None:
            fill(dsn, chain)
        with _board(folder, broker.bootstrap, dsn) as (told, pid):
            world = World(broker.bootstrap, told["address"], told["metrics"], psutil.Process(pid))
            world.await_kafka()
            yield world


def _stock(dsn: str, chain: Chain) -> None:
    wanted = {"locations": chain.locations, "skus": chain.skus}
    with PostgresAccess(dsn).connect(autocommit=True) as connection:
        connection.execute(statement(__file__, "viewers_stock"), wanted)
        connection.execute("ANALYZE")


@contextmanager
def _board(folder: Path, kafka: str, dsn: str) -> Generator[tuple[dict[str, str], int]]:
    given = {"HOME": str(folder), "KAFKA": kafka, "POSTGRES": dsn, "BOARD_SIGN_IN": "none"}
    board = subprocess.Popen(
        [sys.executable, "-m", "tillstream", "board", "--json"],
        env={**os.environ, **{f"TILLSTREAM_{name}": value for name, value in given.items()}},
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        said = board.stdout.readline() if board.stdout else ""
        if not said:
            raise RuntimeError("the board did not start: read what it says above")
        yield json.loads(said), board.pid
    finally:
        board.terminate()
        try:
            board.wait(PATIENCE_SECONDS)
        finally:
            board.kill()
