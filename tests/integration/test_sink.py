"""The sink between a real broker and a real database, and what it does when one is away.

The broker is this module's own, because a test stops it. Tests share its topics and keep apart
by locations of their own; each fills a database of its own.
"""

import asyncio
import random
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from local import child, jars
from local import kafka as kafka_service
from local.ports import choose
from tests import open_postgres as postgres_service
from tests.conftest import migrated_database, running
from tests.integration.sink_world import (
    Message,
    SinkProcess,
    Till,
    everything,
    execute,
    level,
    line,
    make_topics,
    message,
    movement,
    rows,
    send,
    send_in_transaction,
    sink_process,
    until,
    written,
)
from topics.registry import STOCK_MOVEMENTS, TILL_EVENTS

LEDGER_OF = "SELECT quantity, reason FROM stock_ledger WHERE location_id = %s ORDER BY 1, 2"


class Stoppable:
    """A service that a test may stop and start again."""

    def __init__(self, service: child.Service) -> None:
        self._service = service
        self._running = ExitStack()
        self.start()

    def start(self) -> None:
        """Start it and wait until it answers."""
        self._running.enter_context(running(self._service))

    def stop(self) -> None:
        """Stop it by its own pid."""
        self._running.close()


@pytest.fixture(scope="module")
def broker(services_folder: Path) -> Iterator[tuple[str, Stoppable]]:
    """A broker with the contracts' topics, and its address."""
    port, controller = choose(2)
    folder = services_folder / "sink-kafka"
    log = services_folder / "logs" / "sink-kafka.log"
    service = kafka_service.service(folder, port, controller, jars.class_path(), log)
    stoppable = Stoppable(service)
    asyncio.run(make_topics(kafka_service.address(port)))
    yield kafka_service.address(port), stoppable
    stoppable.stop()


@pytest.fixture
def kafka(broker: tuple[str, Stoppable]) -> str:
    """Bootstrap servers of `broker`."""
    return broker[0]


@pytest.fixture
def sink(kafka: str, fresh_postgres: str, tmp_path: Path) -> Iterator[SinkProcess]:
    """A sink into `fresh_postgres`."""
    with sink_process(kafka, fresh_postgres, tmp_path) as process:
        yield process


def mixed_load(location: str, events: int, seed: int) -> tuple[list[Message], dict[str, int]]:
    """Sales, returns and deliveries with duplicates and late events, and the sums they make."""
    rng = random.Random(seed)
    till, sums, said = Till(location, f"{location}-t1"), dict[str, int](), list[Message]()
    for number in range(events):
        sku, quantity = f"sku-{rng.randrange(20)}", rng.randrange(5)
        if rng.random() < 0.2:
            said.append(movement(location, sku, quantity + 1, f"{location}-{number}"))
            sums[sku] = sums.get(sku, 0) + quantity + 1
        else:
            said.append(till.sale(line(1, sku, quantity)))
            sums[sku] = sums.get(sku, 0) - quantity
    repeated = rng.sample(said, events // 10)
    late = [said.pop(rng.randrange(len(said))) for _ in range(events // 20)]
    return [*said, *repeated, *late], sums


def ledger_sums(dsn: str, location: str) -> dict[str, int]:
    """What the ledger adds up to, by SKU."""
    query = "SELECT sku, sum(quantity)::bigint FROM stock_ledger WHERE location_id = %s GROUP BY 1"
    return dict(rows(dsn, query, location))


def without_zeros(sums: dict[str, int]) -> dict[str, int]:
    """SKUs whose sum says something: a quantity of 0 leaves no row."""
    return {sku: quantity for sku, quantity in sums.items() if quantity}


async def test_receipts_returns_and_deliveries_reach_the_ledger(
    kafka: str, fresh_postgres: str, sink: SinkProcess, shop: str
) -> None:
    till = Till(shop, f"{shop}-t1")
    await send(
        kafka,
        [
            till.event("cart_opened", cart_id="c-2"),
            till.sale(line(1, "milk", 2), line(2, "bag", 0), receipt_no="Bon №1"),
            till.goods_returned(line(1, "milk", 1), restock=True),
            till.goods_returned(line(1, "milk", 1), restock=False),
            movement(shop, "milk", 12),
        ],
    )
    await written(kafka, fresh_postgres)
    assert rows(fresh_postgres, LEDGER_OF, shop) == [(-2, "sale"), (1, "return"), (12, "delivery")]
    kinds = "SELECT kind, receipt_no, restock FROM sales WHERE location_id = %s ORDER BY sequence"
    assert rows(fresh_postgres, kinds, shop) == [
        ("sale", "Bon №1", None),
        ("return", "r-1", True),
        ("return", "r-1", False),
    ], "a receipt is missing, or its text was not kept"
    lines = "SELECT count(*) FROM sale_lines WHERE location_id = %s"
    assert rows(fresh_postgres, lines, shop) == [(4,)], "a line of quantity 0 is a line as well"
    assert sink.stop() == 0, f"a sink that is asked to stop ends well: {sink.log}"


async def test_what_cannot_be_read_is_passed_over_and_its_neighbours_count(
    kafka: str, fresh_postgres: str, sink: SinkProcess, shop: str
) -> None:
    till = Till(shop, f"{shop}-t1")
    first, second = till.sale(line(1, "milk", 1)), till.sale(line(1, "milk", 1))
    topic, key, value, partition = till.sale(line(1, "milk", 7))
    assert value
    spoiled = [
        message(TILL_EVENTS.name, shop, b'{"type": "cart_'),
        message(TILL_EVENTS.name, shop, b"\xff\x00"),
        message(TILL_EVENTS.name, shop, {"type": "cart_teleported"}),
        message(TILL_EVENTS.name, shop, value.replace(b'"quantity": 7', b'"quantity": -7')),
        (topic, key, value, (partition + 1) % 4),
        message(TILL_EVENTS.name, shop, value.replace(b'"r-', b'"\\u0000')),
        message(STOCK_MOVEMENTS.name, shop, {"quantity": 3}),
    ]
    await send(kafka, [first, *spoiled, second, movement(shop, "milk", 5)])
    await written(kafka, fresh_postgres)
    assert ledger_sums(fresh_postgres, shop) == {"milk": 3}


async def test_a_number_counts_once_however_late_or_often_it_comes(
    kafka: str, fresh_postgres: str, sink: SinkProcess, shop: str
) -> None:
    till = Till(shop, f"{shop}-t1")
    first, second, third = (till.sale(line(1, "milk", count)) for count in (1, 10, 100))
    till.sequence = 1
    forged = till.sale(line(1, "milk", 1000))
    await send(kafka, [first, third, forged])
    await written(kafka, fresh_postgres)
    missing = "SELECT last_sequence, missing FROM sink_tills WHERE location_id = %s"
    assert rows(fresh_postgres, missing, shop) == [(3, [])]
    await send(kafka, [second, third, first])
    await written(kafka, fresh_postgres)
    assert ledger_sums(fresh_postgres, shop) == {"milk": -1101}


async def test_a_movement_that_a_reset_connector_repeats_counts_once(
    kafka: str, fresh_postgres: str, sink: SinkProcess, shop: str
) -> None:
    other = f"{shop}-b"
    both = [movement(shop, "milk", -3, f"m-{shop}"), movement(other, "milk", 3, f"m-{shop}")]
    await send(kafka, both)
    await written(kafka, fresh_postgres)
    await send(kafka, both)
    await written(kafka, fresh_postgres)
    assert ledger_sums(fresh_postgres, shop) == {"milk": -3}
    assert ledger_sums(fresh_postgres, other) == {"milk": 3}, "the other leg of a transfer is lost"


async def test_a_version_never_goes_back(
    kafka: str, fresh_postgres: str, sink: SinkProcess, shop: str
) -> None:
    on_hand = "SELECT on_hand, version FROM stock_levels WHERE location_id = %s"
    await send(kafka, [level(shop, "milk", 5, version=50), level(shop, "milk", 3, version=30)])
    await written(kafka, fresh_postgres)
    assert rows(fresh_postgres, on_hand, shop) == [(5, 50)], "within a batch"
    await send(kafka, [level(shop, "milk", 4, version=40)])
    await written(kafka, fresh_postgres)
    assert rows(fresh_postgres, on_hand, shop) == [(5, 50)], "from one batch to the next"
    await send(kafka, [level(shop, "milk", 6, version=60)])
    await written(kafka, fresh_postgres)
    assert rows(fresh_postgres, on_hand, shop) == [(6, 60)]


async def test_what_a_worker_took_back_is_never_written(
    kafka: str, fresh_postgres: str, sink: SinkProcess, shop: str
) -> None:
    await send_in_transaction(kafka, [level(shop, "milk", 7, version=1)], commit=True)
    await send_in_transaction(kafka, [level(shop, "milk", 9, version=2)], commit=False)
    await written(kafka, fresh_postgres)
    on_hand = "SELECT on_hand FROM stock_levels WHERE location_id = %s"
    assert rows(fresh_postgres, on_hand, shop) == [(7,)]


@pytest.mark.parametrize("memory", ["kept", "lost"])
async def test_topics_read_again_from_their_start_change_nothing(
    kafka: str, fresh_postgres: str, sink: SinkProcess, shop: str, memory: str
) -> None:
    load, sums = mixed_load(shop, events=300, seed=7)
    await send(kafka, [*load, level(shop, "milk", 5, 50), level(shop, "milk", 3, 30)])
    await written(kafka, fresh_postgres)
    before = everything(fresh_postgres)
    sink.stop()
    execute(fresh_postgres, "UPDATE sink_offsets SET next_offset = 0")
    if memory == "lost":
        execute(fresh_postgres, "DELETE FROM sink_tills")
    sink.restart()
    await written(kafka, fresh_postgres)
    assert without_zeros(ledger_sums(fresh_postgres, shop)) == without_zeros(sums)
    assert everything(fresh_postgres) == before


async def test_two_sinks_at_once_write_everything_once(
    kafka: str, fresh_postgres: str, sink: SinkProcess, shop: str, tmp_path: Path
) -> None:
    load, sums = mixed_load(shop, events=2000, seed=8)
    rival_folder = tmp_path / "rival"
    rival_folder.mkdir()
    with sink_process(kafka, fresh_postgres, rival_folder) as rival:
        for first in range(0, len(load), 200):
            await send(kafka, load[first : first + 200])
        await written(kafka, fresh_postgres)
        assert sink.running and rival.running, f"{sink.log}\n{rival.log}"
    assert without_zeros(ledger_sums(fresh_postgres, shop)) == without_zeros(sums)


async def test_a_sink_that_is_killed_in_the_middle_loses_and_repeats_nothing(
    kafka: str, fresh_postgres: str, sink: SinkProcess, shop: str
) -> None:
    load, sums = mixed_load(shop, events=20_000, seed=9)
    ledger_rows = "SELECT count(*) FROM stock_ledger"
    sink.stop()
    await send(kafka, load)
    sink.restart()
    for _ in range(3):
        held = rows(fresh_postgres, ledger_rows)
        await until(lambda held=held: rows(fresh_postgres, ledger_rows) != held, "rows came")
        sink.kill()
        sink.restart()
    await written(kafka, fresh_postgres)
    assert without_zeros(ledger_sums(fresh_postgres, shop)) == without_zeros(sums)


async def test_a_database_that_is_away_for_a_while_costs_nothing_but_time(
    kafka: str, services_folder: Path, shop: str, tmp_path: Path
) -> None:
    (port,) = choose(1)
    folder = services_folder / f"away-{shop}"
    database = Stoppable(postgres_service.service(folder, port, folder / "postgres.log"))
    dsn = migrated_database(postgres_service.address(port))
    load, sums = mixed_load(shop, events=3000, seed=10)
    with sink_process(kafka, dsn, tmp_path) as sink:
        try:
            await send(kafka, load[:1500])
            await until(lambda: bool(ledger_sums(dsn, shop)), "the sink wrote")
            database.stop()
            await send(kafka, load[1500:])
            await until(lambda: sink.metric("tillstream_sink_database_up") == 0, "it noticed")
            await until(
                lambda: sink.metric("tillstream_sink_waiting_seconds_total") > 0, "it waited"
            )
            await until(lambda: sink.metric("tillstream_sink_lag_records") > 0, "the lag showed")
            assert sink.running, f"the sink must wait, not end: {sink.log}"
            database.start()
            await written(kafka, dsn)
            assert sink.metric("tillstream_sink_database_up") == 1
            assert "service_away" in sink.log and "service_back" in sink.log
            assert without_zeros(ledger_sums(dsn, shop)) == without_zeros(sums)
        finally:
            database.stop()


async def test_a_broker_that_is_away_for_a_while_costs_nothing_but_time(
    broker: tuple[str, Stoppable], fresh_postgres: str, sink: SinkProcess, shop: str
) -> None:
    kafka, service = broker
    load, sums = mixed_load(shop, events=1000, seed=11)
    await send(kafka, load[:500])
    await written(kafka, fresh_postgres)
    service.stop()
    try:
        await until(lambda: sink.metric("tillstream_sink_kafka_up") == 0, "it noticed")
    finally:
        service.start()
    await send(kafka, load[500:])
    await written(kafka, fresh_postgres)
    assert sink.running, f"the sink must wait, not end: {sink.log}"
    assert without_zeros(ledger_sums(fresh_postgres, shop)) == without_zeros(sums)


async def test_a_locked_table_is_waited_for_and_the_lag_shows(
    kafka: str, fresh_postgres: str, sink: SinkProcess, shop: str
) -> None:
    load, sums = mixed_load(shop, events=300, seed=12)
    await send(kafka, load[:100])
    await written(kafka, fresh_postgres)
    with psycopg.connect(fresh_postgres) as holder:
        holder.execute("LOCK TABLE stock_ledger")
        await send(kafka, load[100:])
        await until(lambda: sink.metric("tillstream_sink_lag_records") > 0, "the lag showed")
    await written(kafka, fresh_postgres)
    assert without_zeros(ledger_sums(fresh_postgres, shop)) == without_zeros(sums)


async def test_a_database_that_refuses_to_write_is_waited_for(
    kafka: str, fresh_postgres: str, sink: SinkProcess, shop: str
) -> None:
    load, sums = mixed_load(shop, events=300, seed=13)
    await send(kafka, load[:100])
    await written(kafka, fresh_postgres)
    name = sql.Identifier(fresh_postgres.rsplit("/", 1)[1])
    with psycopg.connect(fresh_postgres, autocommit=True) as owner:
        only_read = sql.SQL("ALTER DATABASE {} SET default_transaction_read_only TO {}")
        owner.execute(only_read.format(name, sql.Literal("on")))
        owner.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND application_name = 'tillstream-sink'"
        )
        await send(kafka, load[100:])
        await until(lambda: sink.metric("tillstream_sink_database_up") == 0, "it noticed")
        await until(lambda: sink.metric("tillstream_sink_waiting_seconds_total") > 0, "it waited")
        assert sink.running, f"the sink must wait, not end: {sink.log}"
        owner.execute("SET default_transaction_read_only TO off")
        owner.execute(only_read.format(name, sql.Literal("off")))
    await written(kafka, fresh_postgres)
    assert sink.metric("tillstream_sink_database_up") == 1
    assert without_zeros(ledger_sums(fresh_postgres, shop)) == without_zeros(sums)


async def test_offsets_of_another_cluster_are_refused(
    kafka: str, fresh_postgres: str, sink: SinkProcess
) -> None:
    await written(kafka, fresh_postgres)
    sink.stop()
    execute(fresh_postgres, "UPDATE sink_offsets SET next_offset = next_offset + 1000000")
    sink.restart()
    await until(lambda: not sink.running, "the sink refused to start in the middle of nowhere")
    assert "another cluster" in sink.log
