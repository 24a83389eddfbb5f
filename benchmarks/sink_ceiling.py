"""What the server takes from memory: the sink's rows by COPY and merge over one connection.

Neither Kafka nor decoding nor waiting for an event loop: what a sink that costs nothing would
reach on this machine.
"""

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

import msgspec
from psycopg.types.json import set_json_dumps

from benchmarks.job import PARTITIONS
from benchmarks.postgres import Connection, Database
from benchmarks.sales import Shape
from benchmarks.sink_input import Message, SinkInput, place_of
from clients.postgres import PostgresAccess
from connectors.postgres.sink.batch import Decoded, Rows
from connectors.postgres.sink.tables import SINK_TABLES, query
from topics.sequences import Window

RECORDS = 10_000
"""Messages in one transaction."""


@dataclass(slots=True)
class _Record:
    topic: str
    partition: int
    offset: int
    key: bytes
    value: bytes | None
    timestamp: int = 0
    headers: tuple[tuple[str, bytes], ...] = ()


def ceiling(database: Database, topics: tuple[str, ...], sales: int) -> float:
    """Rows a second that one connection takes, of the rows of these topics."""
    batches = list(_batches(topics, sales))
    dsn = database.fresh()
    try:
        with PostgresAccess(dsn).connect(autocommit=True) as connection:
            connection.execute("SET synchronous_commit TO off")
            set_json_dumps(msgspec.json.encode, connection)
            seconds = _write(connection, batches)
    finally:
        database.drop(dsn)
    return sum(len(rows) for batch in batches for rows in batch.values()) / seconds


def _batches(topics: tuple[str, ...], sales: int) -> Iterator[Rows]:
    windows: dict[tuple[str, str, int], Window] = {}
    messages = (each for each in SinkInput(Shape()).take(sales) if each[0] in topics)
    while some := list(islice(messages, RECORDS)):
        decoded = Decoded()
        for topic, records in _fetched(some).items():
            decoded.add(topic, records, PARTITIONS)
        for till in decoded.tills:
            windows.setdefault(till, Window())
        rows = decoded.count(windows).rows
        rows.pop("sink_tills", None)
        yield rows


def _fetched(messages: Iterable[Message]) -> dict[str, list[_Record]]:
    fetched: dict[str, list[_Record]] = {}
    for number, (topic, key, value) in enumerate(messages):
        record = _Record(topic, place_of(key), number, key.encode(), value)
        fetched.setdefault(topic, []).append(record)
    return fetched


def _write(connection: Connection, batches: list[Rows]) -> float:
    tables = {table.name: table for table in SINK_TABLES}
    types: dict[str, list[int]] = {}
    for table in SINK_TABLES:
        connection.execute(table.statement("stage"))
        found = dict(connection.execute(query("read_types"), {"table": table.name}).fetchall())
        types[table.name] = [found[column] for column in table.columns]
    started = time.monotonic()
    for batch in batches:
        with connection.transaction(), connection.cursor() as cursor:
            for name, rows in batch.items():
                table = tables[name]
                way = "append" if table.merge == "once" else "copy"
                with cursor.copy(table.statement(way)) as copy:
                    copy.set_types(types[name])
                    for row in rows:
                        copy.write_row(row)
                if way == "copy":
                    cursor.execute(table.statement(f"merge_{table.merge}"))
    return time.monotonic() - started
