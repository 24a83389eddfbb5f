"""From a till to the board through every part: Kafka, worker, sink, PostgreSQL, Chromium."""

import json
import re
import uuid
from typing import Any

import psycopg
from playwright.async_api import expect

from edge.producer import TillProducer
from tests.acceptance.outside.stack import RECONCILE
from tests.acceptance.stacks import Stack
from tests.browser import chromium, visit
from tests.integration.sink_world import Till, line
from tests.links import access

ABOVE_NOUGHT = re.compile(r"^\s*[1-9]")


def sell(addresses: dict[str, Any], till: Till, quantity: int) -> None:
    """Sell some of one product, as a till says it."""
    with TillProducer(access(addresses)) as producer:
        _, key, value, _ = till.sale(line(1, "whole-milk-1l", quantity))
        producer.publish(key, value or b"")
        producer.flush()


async def test_a_sale_at_a_till_moves_the_open_board(stack: Stack) -> None:
    addresses = stack.status()
    name = f"shop-{uuid.uuid4().hex[:8]}"
    till = Till(name, f"{name}-till-1")
    with psycopg.connect(addresses["postgres"]) as connection:
        connection.execute(
            "INSERT INTO locations (location_id, name, kind, time_zone) "
            "VALUES (%s, 'Köln, Ehrenfeld', 'shop', 'Europe/Berlin')",
            (name,),
        )
    sell(addresses, till, 2)

    async with chromium() as browser, visit(browser, addresses["dashboard"]) as seen:
        await seen.go(f"/locations/{name}")
        await seen.shows(f"stock/{name}/whole-milk-1l", "on_hand", "-2")
        await seen.mark()
        sell(addresses, till, 5)
        await seen.shows(f"stock/{name}/whole-milk-1l", "on_hand", "-7")

        assert not await seen.was_reloaded(), "the board changed only by a reload"
        assert seen.faults == [] and seen.outside == []


async def test_the_simulators_shops_appear_on_the_open_board_and_sell(stack: Stack) -> None:
    board = stack.status()["dashboard"]
    options = ("--events", "400", "--rate", "1000", "--steady", "--locations", "2", "--json")
    async with chromium() as browser, visit(browser, board) as seen:
        await seen.go("/")
        ended = stack.python("tillstream", "simulate", *options)
        assert ended.returncode == 0, ended.stderr
        sold = json.loads(ended.stdout.splitlines()[-1])

        assert sold["events_by_type"]["cart_completed"] > 0
        receipts = seen.page.locator('[id="location/berlin-mitte/"] [data-cell="receipts"]')
        await expect(receipts, "the board shows no simulated sale").to_have_text(ABOVE_NOUGHT)


def test_the_books_of_the_whole_stack_agree(stack: Stack) -> None:
    result = stack.python("tillstream", *RECONCILE, "--json", timeout=600)

    assert result.returncode == 0, result.stdout + result.stderr
