"""Reconcile on a real broker and database: clean where all agree, and what it says where not.

Derived rows are produced here as workers would, so that each side can be spoiled alone.
"""

import asyncio
import json
import uuid
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.integration.own_broker import tillstream
from tests.integration.sink_world import (
    DAY,
    WHEN,
    Message,
    SinkProcess,
    Till,
    execute,
    level,
    line,
    make_topics,
    message,
    movement,
    read_all_inputs_as,
    rows,
    send,
    sink_process,
    written,
)
from topics.registry import TILL_UPKEEP

pytestmark = pytest.mark.lonely


@pytest.fixture(scope="module")
def kafka(lonely_kafka: str) -> str:
    """A broker of this module's own: reconcile looks at all that the topics hold."""
    asyncio.run(make_topics(lonely_kafka))
    return lonely_kafka


@dataclass
class Stack:
    """Addresses of everything, and the shop that this test sells in."""

    kafka: str
    postgres: str
    folder: Path
    sink: SinkProcess
    shop: str
    group: str
    said: str = ""
    """What the last reconcile wrote for people."""

    def reconcile(self, *options: str, **changed: str) -> tuple[int, list[dict[str, Any]]]:
        """Exit status and differences of this test's shop, as a program would read them."""
        given = {"home": str(self.folder), "kafka": self.kafka, "postgres": self.postgres}
        given |= {"application_id": self.group, **changed}
        asked = ("reconcile", "--json", "--wait", "5", *options)
        with ThreadPoolExecutor(1) as beside:  # in this thread the test's own loop runs
            done = beside.submit(tillstream, given.pop("kafka"), *asked, **given)
            status, output, self.said = done.result()
        return status, json.loads(output or "[]")


def totals(shop: str, till: str | None, **changed: Any) -> Message:
    """Totals of the day that `a_day` makes, as a worker would say them."""
    value = {
        "location_id": shop,
        "till_id": till,
        "business_date": DAY,
        "receipts": 2,
        "returns": 1,
        "units": 6,
        "weight_grams": 742,
        "returned_units": 1,
        "returned_weight_grams": 0,
        "gross_minor": 1000,
        "discount_minor": -50,
        "tax_minor": 158,
        "refund_minor": 100,
        "net_sales_minor": 900,
        "tenders": {"cash": 700, "card": 240},
        "open_carts": 0,
        "discrepancies": 1,
        "version": 7,
        "as_of": WHEN,
        **changed,
    }
    return message("checkout.totals", shop, value, "/".join(filter(None, (shop, till, DAY))))


def till_status(shop: str, till: str, last_sequence: int, **changed: Any) -> Message:
    """What a worker would say of a till, without gaps unless told."""
    value = {
        "location_id": shop,
        "till_id": till,
        "epoch": 1,
        "last_sequence": last_sequence,
        "last_hash": None,
        "missing": [],
        "missing_count": 0,
        "older": [],
        "quarantined": 0,
        "duplicates": 0,
        "forks": 0,
        "unlisted": 0,
        "last_seen": WHEN,
        "version": last_sequence,
        **changed,
    }
    return message("till.status", shop, value, f"{shop}/{till}")


def alert(shop: str, sku: str, version: int, state: str) -> Message:
    """An alert as a worker would say it."""
    value = {
        "location_id": shop,
        "sku": sku,
        "state": state,
        "reason": "below_reorder_point",
        "on_hand": 3,
        "reorder_point": 4,
        "suggested_quantity": 9,
        "raised_at": WHEN,
        "cleared_at": None,
        "version": version,
    }
    return message("restock.alerts", shop, value, f"{shop}/{sku}")


def a_day(shop: str) -> list[Message]:
    """A delivery, two sales of which one breaks the identity, a return; and what they make."""
    till = Till(shop, "t1")
    grapes = {**line(2, "grapes", 742, 0), "unit": "gram"}
    return [
        movement(shop, "milk", 10),
        till.event("cart_opened", cart_id="c-2"),
        till.sale(line(1, "milk", 2, 300), line(2, "bag", 0, 300)),
        till.sale(
            line(1, "milk", 3, 400),
            grapes,
            discounts=[{"rule": "ten", "amount_minor": -50}],
            taxes=[{"rate_basis_points": 1900, "amount_minor": 63}],
            tenders=[
                {"kind": "cash", "amount_minor": 60},
                {"kind": "cash", "amount_minor": 40},
                {"kind": "card", "amount_minor": 240},
            ],
        ),
        till.goods_returned(line(1, "milk", 1, 100), restock=True),
        level(shop, "milk", 6, version=9),
        level(shop, "grapes", -742, version=4),
        level(shop, "bread", 0, version=2),
        totals(shop, None),
        totals(shop, "t1"),
        till_status(shop, "t1", last_sequence=4),
        alert(shop, "milk", 3, "raised"),
        alert(shop, "milk", 4, "cleared"),
    ]


@pytest.fixture
async def stack(kafka: str, fresh_postgres: str, tmp_path: Path) -> Any:
    """A shop after `a_day`, with workers and sink that have read everything."""
    shop, group = f"shop-{uuid.uuid4().hex[:8]}", f"group-{uuid.uuid4().hex[:8]}"
    await send(kafka, a_day(shop))
    await read_all_inputs_as(kafka, group)
    with sink_process(kafka, fresh_postgres, tmp_path) as sink:
        await written(kafka, fresh_postgres)
        yield Stack(kafka, fresh_postgres, tmp_path, sink, shop, group)


async def test_a_day_that_adds_up_is_clean(stack: Stack) -> None:
    assert stack.reconcile() == (0, [])
    assert rows(
        stack.postgres, "SELECT state FROM restock_alerts WHERE location_id = %s", stack.shop
    ) == [("cleared",)]


async def test_a_level_altered_by_hand_is_found_on_both_ways(stack: Stack) -> None:
    execute(
        stack.postgres,
        "UPDATE stock_levels SET on_hand = on_hand + 1 WHERE location_id = %s AND sku = 'milk'",
        stack.shop,
    )
    status, differences = stack.reconcile()
    assert status == 1
    assert {(each["check"], each["key"]): each["fields"] for each in differences} == {
        ("levels-ledger", f"{stack.shop}/milk"): {"on_hand": [6, 7]},
        ("rows-topics", f"{stack.shop}/milk"): {"on_hand": [6, 7]},
    }
    assert all("altered by hand" in each["cause"] for each in differences), differences


FAULTS: list[tuple[str, set[tuple[str, str]]]] = [
    (
        "UPDATE checkout_totals SET open_carts = 3 WHERE till_id IS NULL AND",
        {("rows-topics", "altered by hand")},
    ),
    (
        "UPDATE checkout_totals SET tenders = '{}' WHERE till_id IS NULL AND",
        {("rows-topics", "altered by hand"), ("totals-receipts", "altered by hand")},
    ),
    (
        "UPDATE restock_alerts SET raised_at = now() WHERE",
        {("rows-topics", "altered by hand")},
    ),
    (
        "UPDATE till_status SET missing = '[[1, 2]]' WHERE",
        {("rows-topics", "altered by hand"), ("tills-counted", "altered by hand")},
    ),
    (
        "UPDATE stock_levels SET as_of = 'infinity' WHERE sku = 'milk' AND",
        {("rows-topics", "altered by hand")},
    ),
    (
        "UPDATE stock_levels SET version = 1 WHERE sku = 'milk' AND",
        {("rows-topics", "older than the topic")},
    ),
    (
        "UPDATE stock_levels SET version = 99 WHERE sku = 'milk' AND",
        {("rows-topics", "newer than the topic")},
    ),
    (
        "UPDATE stock_levels SET sku = 'silk' WHERE sku = 'bread' AND",
        {("rows-topics", "missing in PostgreSQL"), ("rows-topics", "not in the topic")},
    ),
    (
        "DELETE FROM till_status WHERE",
        {("rows-topics", "missing in PostgreSQL"), ("tills-counted", "deleted by hand")},
    ),
    (
        "DELETE FROM stock_ledger WHERE reason = 'return' AND",
        {("levels-ledger", "the sum of stock_ledger went apart")},
    ),
    (
        "DELETE FROM sales WHERE kind = 'return' AND",
        {("totals-receipts", "the sum of sales and sale_lines went apart")},
    ),
    (
        "UPDATE sale_lines SET quantity = 9 WHERE sku = 'bag' AND",
        {("totals-receipts", "the sum of sales and sale_lines went apart")},
    ),
    (
        "UPDATE sink_tills SET last_sequence = 9 WHERE",
        {("tills-counted", "have counted different sequences")},
    ),
]
"""What is done to one shop, and the checks that must tell, with words of their causes."""


async def test_every_row_altered_by_hand_is_found_with_its_cause(stack: Stack) -> None:
    shops = {f"{stack.shop}-{number}": fault for number, fault in enumerate(FAULTS)}
    await send(stack.kafka, [each for shop in shops for each in a_day(shop)])
    await read_all_inputs_as(stack.kafka, stack.group)
    await written(stack.kafka, stack.postgres)
    for shop, (statement, _) in shops.items():
        execute(stack.postgres, f"{statement} location_id = %s", shop)
    status, differences = stack.reconcile()
    assert status == 1
    for shop, (statement, expected) in shops.items():
        found = [each for each in differences if each["location_id"] == shop]
        for check, words in expected:
            assert any(each["check"] == check and words in each["cause"] for each in found), (
                f"{check} did not say {words!r} after {statement}: {found}"
            )
        assert {each["check"] for each in found} == {check for check, _ in expected}, (
            f"{statement}: {found}"
        )
    assert {each["location_id"] for each in differences} == set(shops), "an honest shop was named"


async def test_one_location_is_compared_alone(stack: Stack) -> None:
    execute(
        stack.postgres, "UPDATE stock_levels SET in_carts = 9 WHERE location_id = %s", stack.shop
    )
    assert stack.reconcile("--location", "elsewhere") == (0, [])
    assert stack.reconcile("--location", stack.shop)[0] == 1


async def test_a_sink_that_stands_still_is_told_as_the_cause(stack: Stack) -> None:
    stack.sink.stop()
    await send(stack.kafka, [level(stack.shop, "milk", 6, version=10)])
    status, differences = stack.reconcile("--wait", "0")
    assert status == 1
    lag = [each for each in differences if each["check"] == "progress"]
    assert [each["table"] for each in lag] == ["sink"] and "behind" in lag[0]["cause"]
    behind = [each for each in differences if each["check"] == "rows-topics"]
    assert "PostgreSQL is behind" in behind[0]["cause"]


async def test_workers_that_have_not_read_everything_are_told(stack: Stack) -> None:
    status, differences = stack.reconcile("--wait", "0", application_id="nobody")
    assert status == 1
    assert {(each["check"], each["table"]) for each in differences} == {("progress", "workers")}


@pytest.mark.parametrize(
    ("name", "address"), [("postgres", "postgresql://127.0.0.1:1/none"), ("kafka", "127.0.0.1:1")]
)
async def test_what_cannot_be_compared_is_not_called_clean(
    stack: Stack, name: str, address: str
) -> None:
    assert stack.reconcile(**{name: address})[0] == 2


async def test_rows_on_their_way_are_no_differences(stack: Stack) -> None:
    async def keep_changing() -> None:
        for version in range(100, 160):
            await send(stack.kafka, [level(stack.shop, "bread", 0, version)])
            await asyncio.sleep(0.05)

    changing = asyncio.create_task(keep_changing())
    status, differences = await asyncio.to_thread(stack.reconcile)
    await changing
    assert (status, differences) == (0, [])


def _decision(shop: str, kind: str, **fields: Any) -> Message:
    """What an operator decides about the till "t1" of ``shop``."""
    decided = {"after_offset": 0, "decided_by": "a test", "decided_at": WHEN}
    value = {"type": kind, "location_id": shop, "till_id": "t1", **decided, **fields}
    return message(TILL_UPKEEP.name, shop, value)


def _later_events(shop: str, *sequences: int, epoch: int = 1) -> list[Message]:
    """Events of the till "t1" that move no figure."""
    till, told = Till(shop, "t1", epoch), list[Message]()
    for sequence in sequences:
        till.sequence = sequence - 1
        told.append(till.event("till_heartbeat"))
    return told


async def test_gaps_and_open_epochs_are_compared_number_by_number(stack: Stack) -> None:
    shop = stack.shop
    older = {"epoch": 1, "last_sequence": 8, "missing": [[5, 7]]}
    right = till_status(
        shop, "t1", 4, epoch=2, missing=[[2, 3]], missing_count=2, older=[older], version=20
    )
    await send(stack.kafka, [*_later_events(shop, 8), *_later_events(shop, 1, 4, epoch=2), right])
    await read_all_inputs_as(stack.kafka, stack.group)
    await written(stack.kafka, stack.postgres)
    assert stack.reconcile("--location", shop) == (0, [])

    wrong = [{**older, "missing": [[5, 6]]}]
    await send(stack.kafka, [till_status(shop, "t1", 4, epoch=2, older=wrong, version=21)])
    await written(stack.kafka, stack.postgres)

    _, (found,) = stack.reconcile("--location", shop)
    assert found["check"] == "tills-counted" and found["key"] == f"{shop}/t1"
    assert found["fields"].keys() == {"missing", "missing_count", "older"}


async def test_a_gap_that_an_operator_closed_is_no_difference(stack: Stack) -> None:
    shop = stack.shop
    closed = _decision(shop, "gap_closed", epoch=1, up_to_sequence=6)
    status = till_status(shop, "t1", 9, missing=[[7, 8]], missing_count=2)
    await send(stack.kafka, [*_later_events(shop, 9), closed, status])
    await read_all_inputs_as(stack.kafka, stack.group)
    await written(stack.kafka, stack.postgres)
    assert stack.reconcile("--location", shop) == (0, [])


async def test_a_till_that_was_forgotten_is_no_difference_until_it_begins_anew(
    stack: Stack,
) -> None:
    shop = stack.shop
    topic, key, _, partition = till_status(shop, "t1", 4)
    gone: Any = (topic, key, None, partition)
    await send(stack.kafka, [_decision(shop, "till_forgotten", up_to_epoch=1), gone])
    await read_all_inputs_as(stack.kafka, stack.group)
    await written(stack.kafka, stack.postgres)
    assert stack.reconcile("--location", shop) == (0, [])

    await send(stack.kafka, _later_events(shop, 1, epoch=2))
    await read_all_inputs_as(stack.kafka, stack.group)
    await written(stack.kafka, stack.postgres)
    _, (found,) = stack.reconcile("--location", shop)
    assert "missing in till_status" in found["cause"]


async def test_two_shops_may_both_have_a_till_of_one_name(stack: Stack) -> None:
    other = f"{stack.shop}-b"
    await send(stack.kafka, a_day(other))
    await read_all_inputs_as(stack.kafka, stack.group)
    await written(stack.kafka, stack.postgres)
    for shop in (stack.shop, other):
        assert stack.reconcile("--location", shop) == (0, [])


async def test_a_malformed_record_is_told_of_and_keeps_nothing_from_being_compared(
    stack: Stack,
) -> None:
    await send(stack.kafka, [message("stock.levels", stack.shop, b"{", f"{stack.shop}/milk")])
    await written(stack.kafka, stack.postgres)
    assert stack.reconcile("--location", stack.shop) == (0, [])
    assert "not what their contract says" in stack.said
