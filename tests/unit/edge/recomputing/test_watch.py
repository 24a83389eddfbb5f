"""Each sale that comes is decided again; what differs is counted and told."""

from collections.abc import Collection, Sequence
from typing import NamedTuple

import orjson
import pytest
from prometheus_client import CollectorRegistry, Counter
from structlog.testing import capture_logs

from edge import watched
from edge.recomputing.database import map_readable
from edge.recomputing.published import PublishedTables, TableName
from edge.recomputing.receipts import LISTED_MAX, recompute, tables_of
from edge.recomputing.reporting import ReportedSales
from edge.recomputing.watch import SaleWatch
from metrics.sink import SINK_SALES
from tests.drawn_carts.tables import as_published
from tests.unit.edge.recomputing.ruled_sales import OFF5, published, value, version_of
from tests.unit.topics.examples import TILL_EVENTS

RIGHT, WRONG = value(), value(5_000, 100)


class Message(NamedTuple):
    value: bytes | None
    headers: Sequence[tuple[str, bytes]] = ()


class Tables:
    """What was published, and what was asked."""

    def __init__(self) -> None:
        self.asked: list[tuple[set[TableName], set[str]]] = []
        self.is_away = False

    async def of(self, wanted: Collection[TableName], names: Collection[str]) -> PublishedTables:
        if self.is_away:
            raise ConnectionError("the database is away")
        self.asked.append((set(wanted), set(names)))
        return published(OFF5)


class Centre:
    def __init__(self) -> None:
        self.registry, self.tables = CollectorRegistry(), Tables()
        counter = Counter(**SINK_SALES.arguments(), registry=self.registry)
        self.seconds = 0.0
        self.reports = ReportedSales(counter, lambda: self.seconds)
        self.watch = SaleWatch(self.tables, self.reports)

    async def look(self, *values: bytes | None) -> None:
        await self.watch.look([Message(each) for each in values])

    def counted(self) -> tuple[float | None, float | None]:
        """Sales that are the same, and those that differ."""
        name = "tillstream_sink_sales_decided_total"
        same, different = (
            self.registry.get_sample_value(name, {"result": each}) for each in ("same", "different")
        )
        return same, different


@pytest.fixture
def centre() -> Centre:
    return Centre()


async def test_what_differs_is_counted_and_told_by_receipt(centre: Centre) -> None:
    with capture_logs() as logs:
        await centre.look(RIGHT, WRONG, RIGHT)
    assert centre.counted() == (2, 1)
    (told,) = logs
    assert (told["event"], told["receipt_no"], told["location_id"]) == (
        "sale_differs",
        "3-1-7",
        "shop-1",
    )
    assert "take off off5/off5 -250" in told["why"]


async def test_the_tables_of_all_of_them_are_asked_for_at_once(centre: Centre) -> None:
    await centre.look(RIGHT, WRONG, value(rules={"tables": {"off5": 2, "id-check": 1}}))
    assert centre.tables.asked == [({("off5", 1), ("off5", 2), ("id-check", 1)}, {"off5"})]


async def test_what_names_no_rule_costs_nothing(centre: Centre) -> None:
    broken = (None, b"", b'{"rule', b'{"type": "cart_completed", "rules": 7}')
    await centre.look(value(1, 0, rules=None), *broken)
    assert centre.tables.asked == [] and centre.counted() == (0, 0)


async def test_a_database_that_is_away_is_waited_for_and_nothing_counts_twice(
    centre: Centre,
) -> None:
    centre.tables.is_away = True
    with pytest.raises(ConnectionError):
        await centre.look(RIGHT, WRONG)
    centre.tables.is_away = False
    await centre.look(RIGHT, WRONG)
    assert centre.counted() == (1, 1)


async def test_a_release_that_reads_a_table_otherwise_fills_no_log(centre: Centre) -> None:
    with capture_logs() as logs:
        await centre.look(*[WRONG] * 100)
        centre.seconds = watched.MINUTE_SECONDS
        await centre.look(WRONG)
    assert len(logs) == watched.TOLD_MAX + 1 and centre.counted() == (0, 101)


def test_all_receipts_are_decided_again() -> None:
    tables = tables_of([as_published(OFF5), b"no json", None])
    other = value(location_id="shop-2", off_minor=1)
    receipts = [RIGHT, WRONG, other, value(1, 0, rules=None), None, b"{"]
    found = recompute(receipts, tables)
    assert (found.sales, found.decided, found.different) == (4, 3, 2)
    assert [each.location_id for each in found.listed] == ["shop-1", "shop-2"]
    assert recompute(receipts, tables, "shop-2").different == 1


def test_a_version_that_was_deleted_before_it_began_is_none() -> None:
    row = as_published(OFF5)
    gone = row[:-1] + b',"__deleted":"true"}'
    found = recompute([RIGHT], tables_of([gone]))
    assert found.different == 1 and "never published" in found.listed[0].why


def test_the_list_has_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("edge.recomputing.receipts.LISTED_MAX", 2)
    found = recompute([WRONG] * 5, published(OFF5))
    assert (found.different, len(found.listed)) == (5, 2) and LISTED_MAX > 2


def test_rows_of_the_database_are_read_as_those_of_the_topic() -> None:
    row = {
        "table_name": "off5", "version": 3, "hit_policy": "unique", "locations": ["shop-1"],
        "columns": '[{"name": "subtotal_minor", "part": "when", "type": "integer"}]',
        "rows": '[{"row": "a", "cells": [">= 1"]}]', "tests": "[]", "valid_from": OFF5.valid_from,
    }  # fmt: skip
    (read,) = map_readable([row, row | {"tests": "[7]"}, row | {"rows": "7"}])
    assert read.locations == {"shop-1"} and read.table.version == 3
    assert read.table.valid_from == version_of(3).valid_from


def test_the_examples_of_the_contract_hurt_nobody() -> None:
    recompute(map(orjson.dumps, TILL_EVENTS), published(OFF5))
