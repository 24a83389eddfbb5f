"""One run of the sink: topics to read, the process, the clock, and the check of the tables."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field

import psutil
from confluent_kafka import Producer

from benchmarks.kafka import Broker, client
from benchmarks.postgres import Connection, Database, cpu_seconds
from benchmarks.sink_check import is_right
from benchmarks.sink_input import SinkInput, place_of
from clients.postgres import PostgresAccess
from topics.registry import (
    OUTPUTS,
    STOCK_LEVELS,
    STOCK_MOVEMENTS,
    TILL_EVENTS,
    dead_letter_of,
    kafka_configs,
)

JOBS = {
    "levels": (STOCK_LEVELS.name,),
    "movements": (STOCK_MOVEMENTS.name,),
    "levels+moves": (STOCK_LEVELS.name, STOCK_MOVEMENTS.name),
    "receipts": (TILL_EVENTS.name,),
    "everything": (STOCK_LEVELS.name, STOCK_MOVEMENTS.name, TILL_EVENTS.name),
}
"""The topics that each job reads. A movement is one row of the ledger; a sale of two lines is two
of them, one receipt and its two lines."""

TOPICS = (
    *(TILL_EVENTS, dead_letter_of(TILL_EVENTS)),
    *(STOCK_MOVEMENTS, dead_letter_of(STOCK_MOVEMENTS)),
    *OUTPUTS,
)

LEVELS_AND_LEDGER = ("stock_levels", "stock_ledger")

LOOK_SECONDS = 0.02
"""Between two looks at how far the sink is: the clock's grain, and little work for the server."""

PATIENCE_SECONDS = 600.0

Ends = dict[tuple[str, int], int]


@dataclass(slots=True)
class Result:
    """What one run showed. Rows are those that were inserted or updated."""

    job: str
    rows: dict[str, int]
    seconds: float
    sink_cpu_seconds: float
    postgres_cpu_seconds: float
    correct: bool
    ceiling_rows_per_second: float = 0.0
    rows_per_second: float = field(init=False)
    levels_and_ledger_per_second: float = field(init=False)
    sink_cpu_seconds_per_million: float = field(init=False)
    postgres_cpu_seconds_per_million: float = field(init=False)

    def __post_init__(self) -> None:
        millions = sum(self.rows.values()) / 1e6
        self.rows_per_second = millions * 1e6 / self.seconds
        asked = sum(self.rows.get(table, 0) for table in LEVELS_AND_LEDGER)
        self.levels_and_ledger_per_second = asked / self.seconds
        self.sink_cpu_seconds_per_million = self.sink_cpu_seconds / millions
        self.postgres_cpu_seconds_per_million = self.postgres_cpu_seconds / millions

    @property
    def ratio_to_ceiling(self) -> float:
        """Of all that this server takes from memory over one connection."""
        return self.rows_per_second / self.ceiling_rows_per_second


def fill(broker: Broker, given: SinkInput, sales: int) -> Ends:
    """Make the topics and send the input; where each partition ends."""
    for spec in TOPICS:
        broker.create([spec.name], kafka_configs(spec, 1))
    producer = Producer(
        {
            **client(broker.bootstrap),
            "linger.ms": 20,
            "batch.size": 256 * 1024,
            "queue.buffering.max.messages": 500_000,
        }
    )
    for topic, key, value in given.take(sales):
        place = place_of(key)
        while True:
            try:
                producer.produce(topic, value, key, place)
                break
            except BufferError:
                producer.poll(0.1)
    if producer.flush(PATIENCE_SECONDS):
        raise RuntimeError("the broker did not take the whole input")
    return {
        (spec.name, partition): end
        for spec in TOPICS
        for partition, end in enumerate(broker.ends(spec.name))
    }


def run(job: str, broker: Broker, database: Database, given: SinkInput, ends: Ends) -> Result:
    """Fill a fresh database from the job's topics."""
    dsn = database.fresh()
    try:
        with PostgresAccess(dsn).connect(autocommit=True) as connection:
            _pass_over(connection, ends, JOBS[job])
            with _sink(broker.bootstrap, dsn) as sink:
                spent = _measure(connection, sink, database, ends)
            right = is_right(connection, JOBS[job], given)
            return Result(job, _rows(connection), *spent, right)
    finally:
        database.drop(dsn)


def _pass_over(connection: Connection, ends: Ends, read: tuple[str, ...]) -> None:
    """Let the sink begin at the end of the topics that are not part of the job."""
    for (topic, partition), end in ends.items():
        if topic not in read:
            connection.execute(
                "INSERT INTO sink_offsets VALUES ('sink', %s, %s, %s)", (topic, partition, end)
            )


@contextmanager
def _sink(kafka: str, dsn: str) -> Generator[psutil.Process]:
    environment = {
        "TILLSTREAM_KAFKA": kafka,
        "TILLSTREAM_KAFKA_PLAINTEXT": "true",
        "TILLSTREAM_POSTGRES": dsn,
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "tillstream", "worker", "sink", "--metrics-port", "0"],
        env={**os.environ, **environment},
        stdout=subprocess.DEVNULL,
    )
    try:
        yield psutil.Process(process.pid)
    finally:
        process.terminate()
        process.wait(PATIENCE_SECONDS)


def _measure(
    connection: Connection, sink: psutil.Process, database: Database, ends: Ends
) -> tuple[float, float, float]:
    """Seconds, and CPU seconds of the sink and of the server, from first offsets to last."""
    _wait(connection, sink, lambda held: len(held) == len(ends))
    before = time.monotonic(), cpu_seconds(sink), database.cpu_seconds()
    _wait(connection, sink, lambda held: held == ends)
    after = time.monotonic(), cpu_seconds(sink), database.cpu_seconds()
    return after[0] - before[0], after[1] - before[1], after[2] - before[2]


def _wait(connection: Connection, sink: psutil.Process, holds: Callable[[Ends], bool]) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not holds(_offsets(connection)):
        if not sink.is_running() or sink.status() == psutil.STATUS_ZOMBIE:
            raise RuntimeError("the sink ended in the middle of the run")
        if time.monotonic() > deadline:
            raise RuntimeError(f"the sink was not done after {PATIENCE_SECONDS:g} s")
        time.sleep(LOOK_SECONDS)


def _offsets(connection: Connection) -> Ends:
    query = "SELECT topic, partition, next_offset FROM sink_offsets"
    return {(topic, partition): at for topic, partition, at in connection.execute(query)}


def _rows(connection: Connection) -> dict[str, int]:
    """Rows inserted and updated, as the server counts them once the sink has gone."""
    query = """
        SELECT relname, n_tup_ins + n_tup_upd FROM pg_stat_user_tables
        WHERE relname NOT LIKE 'sink!_%' ESCAPE '!' AND n_tup_ins + n_tup_upd > 0
            AND relname <> 'cdc_heartbeat' AND relname NOT LIKE '%migration%'
    """
    return dict(connection.execute(query).fetchall())
