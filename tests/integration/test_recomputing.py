"""Sales decided again at the centre, by the tables of a real database."""

from collections.abc import AsyncIterator
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from clients.postgres import PostgresAccess
from connectors.postgres.access import SINK
from edge.recomputing.database import UNKNOWN_SECONDS, TablesOfDatabase
from tests.integration.registration_world import World, registration
from tests.integration.sink_world import make_topics, send_one, sink_process, until, width
from tests.unit.edge.recomputing.ruled_sales import difference, value
from topics.partitioning import partition_of
from topics.registry import TILL_EVENTS

SAME, DIFFERENT = (
    f'tillstream_sink_sales_decided_total{{result="{result}"}}' for result in ("same", "different")
)

OFF5 = """
INSERT INTO rule_tables (table_name, version, columns, rows, tests, valid_from) VALUES (
    'off5', %s,
    '[{"name": "subtotal_minor", "part": "when", "type": "integer"},
      {"name": "percent", "part": "then", "type": "integer"}]',
    '[{"row": "off5", "cells": [">= 5000", "5"]}, {"row": "none", "cells": ["< 5000", null]}]',
    '[]', '2026-11-01T00:00:00Z'
)
"""


@pytest.fixture
async def world(fresh_postgres: str, tmp_path: Path) -> AsyncIterator[World]:
    async with registration(fresh_postgres, tmp_path) as opened:
        yield opened


def publish(world: World, version: int) -> None:
    with psycopg.connect(world.dsn, autocommit=True) as connection:
        connection.execute(OFF5, (version,))


async def test_the_sinks_role_knows_what_was_published_and_asks_seldom_for_the_rest(
    world: World,
) -> None:
    publish(world, 1)
    now = [0.0]
    access = PostgresAccess(make_conninfo(world.dsn, user=SINK))
    tables = TablesOfDatabase(access, lambda: now[0])
    wanted = [("off5", 1), ("off5", 2), ("off5", 10**12)]
    found = await tables.of(wanted, ["off5", "damaged"])
    assert [found.has(each) for each in wanted] == [True, False, False]
    assert found.names == {"off5"}
    assert difference(value(), found) is None
    publish(world, 2)
    assert not (await tables.of(wanted, [])).has(("off5", 2)), "it asks the database each time"
    now[0] = UNKNOWN_SECONDS + 1
    assert (await tables.of(wanted, [])).has(("off5", 2))


async def test_the_sink_decides_what_comes_again(
    world: World, kafka: str, shop: str, tmp_path: Path
) -> None:
    publish(world, 1)
    await make_topics(kafka)
    with sink_process(kafka, world.dsn, tmp_path) as sink:
        await until(lambda: "metrics=" in sink.log, "a sink that has started")
        place = partition_of(shop, await width(kafka, TILL_EVENTS.name))
        for number, off_minor in ((1, 250), (2, 100)):
            sale = value(off_minor=off_minor, location_id=shop, sequence=number)
            await send_one(kafka, (TILL_EVENTS.name, shop, sale, place))
        await until(lambda: sink.metric(DIFFERENT) == 1, "the sale that differs")
        assert sink.metric(SAME) == 1 and "sale_differs" in sink.log
        assert sink.running
