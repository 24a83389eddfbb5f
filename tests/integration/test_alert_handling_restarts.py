"""Restarts of board, database, Connect and worker: no handling is lost, none begins twice."""

import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import psycopg
import pytest
from kafka import KafkaConsumer
from kafka.structs import TopicPartition

from clients.connect import ConnectAccess
from clients.kafka import KafkaAccess
from clients.postgres import PostgresAccess
from connectors.debezium import keeper
from connectors.debezium.definition import NAME, ROLE, SourceDatabase
from local.ports import choose
from operations.topic_sync.sync import sync
from tests import open_postgres
from tests.boards import open_board
from tests.conftest import migrated_database, running
from tests.integration.access_world import Visitor, visitor
from tests.integration.board_world import (
    PARTITIONS,
    alert,
    catalogue,
    listening,
    pieces,
    read,
    register,
    say,
    store,
    until,
)
from topics.handling import AlertHandling, RestockProposal
from topics.partitioning import partition_of
from topics.registry import ALERT_HANDLING, RESTOCK_PROPOSALS

SHOP, SKU = "shop-of-restarts", "milk"
RAISED = "2026-11-21T10:00:00.123456Z"
PATIENCE_SECONDS = 120


class Server:
    """A PostgreSQL that can be restarted."""

    def __init__(self, folder: Path) -> None:
        (self._port,) = choose(1)
        self._service = open_postgres.service(
            folder / "postgres", self._port, folder / "postgres.log"
        )
        self._running = ExitStack()

    def start(self) -> str:
        """The server's DSN."""
        self._running.enter_context(running(self._service))
        return open_postgres.address(self._port)

    def stop(self) -> None:
        """End it, with all its connections."""
        self._running.close()


@pytest.fixture
def server(services_folder: Path) -> Iterator[Server]:
    """One of the test's own."""
    one = Server(services_folder / "restarts")
    try:
        yield one
    finally:
        one.stop()


async def test_restarts_lose_nothing_and_begin_nothing_twice(
    kafka: str, connect: ConnectAccess, server: Server
) -> None:
    dsn = migrated_database(server.start())
    source = SourceDatabase(PostgresAccess(dsn).as_role(ROLE), PARTITIONS, replication=1)
    sync(KafkaAccess(kafka), PARTITIONS, 1, change=True)
    catalogue(dsn, SKU, "Whole milk 1 l")
    register(dsn, SHOP, "Ulm")
    _policy(dsn)
    raised = alert(SHOP, SKU, 1, raised_at=RAISED)
    store(dsn, [raised])
    keeper.apply(connect, source)
    try:
        async with open_board(kafka, dsn) as board, visitor(board.address) as one:
            await listening(board)
            await _do(one, 0, "assign", owner="Anna")
            server.stop()
            server.start()
            await until(lambda: _answers(board.address), "the database was back")
            await _do(one, 1, "note", note="after the database")
            await until(lambda: _shows(board.address, "after the database"), "the note was seen")
            _restart_connector(connect)
            await _do(one, 2, "order")
        # A worker that starts again says what it has said before.
        await say(kafka, [raised])
        async with open_board(kafka, dsn) as board, visitor(board.address) as one:
            await listening(board)
            await say(kafka, [raised])
            await until(lambda: _shows(board.address, "Order of 17"), "the new board knew it all")
            await _do(one, 3, "accept", proposal=_proposal_id(dsn))
        with psycopg.connect(dsn) as connection:
            kept = connection.execute("SELECT owner, note, version FROM alert_handling").fetchall()
        assert kept == [("Anna", "after the database", 4)], "a handling was lost, or began twice"
        told = _told(kafka, ALERT_HANDLING.name, AlertHandling, 4)
        assert [each.version for each in told] == [1, 2, 3, 4], "the topic has not every step"
        assert {each.raised_at for each in told} == {told[0].raised_at}
        states = [each.state for each in _told(kafka, RESTOCK_PROPOSALS.name, RestockProposal, 2)]
        assert states == ["proposed", "accepted"]
    finally:
        keeper.remove(connect, source)


async def _do(who: Visitor, version: int, action: str, **form: str) -> None:
    await who.get(f"/alerts/{SHOP}/{SKU}")
    form = {"do": action, "version": str(version), "raising": RAISED, **form}
    answer = await who.send(f"/alerts/{SHOP}/{SKU}", form)
    assert answer.status == 200, f"{action}: {answer.text}"


def _policy(dsn: str) -> None:
    with psycopg.connect(dsn, autocommit=True) as connection:
        connection.execute("INSERT INTO assortment VALUES (%s, %s, true, 5, 17)", (SHOP, SKU))


def _proposal_id(dsn: str) -> str:
    with psycopg.connect(dsn) as connection:
        ((identity,),) = connection.execute("SELECT proposal_id FROM restock_proposals").fetchall()
        return identity


async def _answers(address: str) -> bool:
    return "PostgreSQL does not answer" not in await read(address, f"/alerts/{SHOP}/{SKU}")


async def _shows(address: str, text: str) -> bool:
    row = pieces(await read(address, "/alerts")).get(f"alert/{SHOP}/{SKU}")
    return row is not None and text in str(row.cells)


def _restart_connector(connect: ConnectAccess) -> None:
    path = f"/connectors/{NAME}/restart?includeTasks=true"
    status, _ = connect.request("POST", path, patience_seconds=30)
    assert status < 300


def _told(kafka: str, topic: str, model: Any, count: int) -> list[Any]:
    """What the topic says of the shop, each version once, by version."""
    consumer = KafkaConsumer(bootstrap_servers=kafka, enable_auto_commit=False)
    place = TopicPartition(topic, partition_of(SHOP, PARTITIONS))
    consumer.assign([place])
    consumer.seek_to_beginning(place)
    found: dict[int, Any] = {}
    deadline = time.monotonic() + PATIENCE_SECONDS
    try:
        while len(found) < count and time.monotonic() < deadline:
            for record in consumer.poll(timeout_ms=500).get(place, []):
                if record.key.decode() == SHOP:
                    said = model.model_validate_json(record.value)
                    found[said.version] = said
    finally:
        consumer.close()
    return [found[version] for version in sorted(found)]
