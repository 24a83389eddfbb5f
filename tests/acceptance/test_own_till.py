"""The stack's own till, as a newcomer meets it: the page answers where status says, and what is
sold there, with the store's server away as well, is on the board to the cent."""

import asyncio
import json
import os
import signal
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from urllib.request import urlopen

import psycopg
import pytest
from aiohttp import ClientSession, UnixConnector
from playwright.async_api import Page

from local import cashier
from local.home import StackHome
from tests.acceptance.conftest import Stack
from tests.browser import chromium, visit

SKU = "newcomers-tea"
PRICE_MINOR = 250
FINGERS_MS = 60
"""Between two keys, above what the page takes for a scanner."""

SOLD_HERE = """
WITH shop AS (
    INSERT INTO locations (location_id, name, kind, time_zone)
    VALUES (%(location_id)s, 'A shop', 'shop', 'Europe/Berlin') ON CONFLICT DO NOTHING
), product AS (
    INSERT INTO products (sku, name, category, unit, price_minor, currency, tax_basis_points)
    VALUES (%(sku)s, 'Newcomers'' tea', 'drinks', 'each', %(price_minor)s, 'EUR', 700)
)
INSERT INTO assortment (location_id, sku, listed, reorder_point, order_up_to)
VALUES (%(location_id)s, %(sku)s, true, 1, 2)
"""

PATIENCE_SECONDS = 90.0


@pytest.fixture(scope="module")
def store(stack: Stack) -> dict[str, Any]:
    """The store as status names it, once its till knows what it sells and who may.

    Its cashier is let in as in a stack whose simulated company sells, which this one has not.
    """
    status = stack.status()
    told = status["stores"][0]
    place = {"location_id": told["location_id"], "sku": SKU, "price_minor": PRICE_MINOR}
    with psycopg.connect(status["postgres"]) as connection:
        connection.execute(SOLD_HERE, place, prepare=False)
    cashier.let_in(StackHome(stack.home), told["location_id"])
    socket = stack.home / "counters" / told["tills"][0]["till_id"] / "till" / "till.sock"
    who = cashier.known(StackHome(stack.home))
    assert who is not None
    asyncio.run(_knows_its_store(socket, who.card))
    return told


async def _knows_its_store(socket: Path, card: str) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    async with ClientSession("http://till", connector=UnixConnector(str(socket))) as session:
        while True:
            async with session.get(f"/till/v1/products/{SKU}") as answer:
                status = answer.status
            async with session.post("/till/v1/employees/holder", json={"card": card}) as answer:
                holder = await answer.json()
            if status == 200 and "employee_id" in holder:
                return
            words = f"the till is not told what it sells, or who may: {status}, {holder}"
            assert time.monotonic() < deadline, words
            await asyncio.sleep(0.5)


def test_the_page_answers_where_status_says(store: dict[str, Any]) -> None:
    (till,) = store["tills"]
    with urlopen(till["page"]) as answer:
        assert answer.status == 200
        assert "<title>Till</title>" in answer.read().decode()


def on_the_board(store: dict[str, Any]) -> tuple[int, int]:
    """Receipts and net sales of the till over all days, as the board's API has them."""
    asked = {"location_id": store["location_id"], "rows": "tills"}
    asked["till_id"] = store["tills"][0]["till_id"]
    with urlopen(f"{store['dashboard']}/api/v1/totals?{urlencode(asked)}") as answer:
        days = json.load(answer)["items"]
    return sum(day["receipts"] for day in days), sum(day["net_sales_minor"] for day in days)


def agrees(store: dict[str, Any], receipts: int, net_minor: int) -> None:
    """Wait until the board has that much."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while (found := on_the_board(store)) != (receipts, net_minor):
        assert time.monotonic() < deadline, f"the board has {found}"
        time.sleep(0.5)


@contextmanager
def plug_pulled(stack: Stack, store: dict[str, Any]) -> Generator[None]:
    """The store's server stands still for the length of a block, as README says."""
    name = f"gateway-{store['location_id']}"
    (pid,) = (one["pid"] for one in stack.status()["processes"] if one["name"] == name)
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


async def types(page: Page, text: str) -> None:
    await page.keyboard.type(text, delay=FINGERS_MS)
    await page.keyboard.press("Enter")


async def signs_in(page: Page, home: Path) -> None:
    """By what `tillstream local status` shows."""
    who = cashier.known(StackHome(home))
    assert who is not None
    await types(page, who.card)
    await page.locator("#ask[data-secret]").wait_for()
    await types(page, who.pin)
    await page.locator('#main[data-view="cart"]').wait_for()


async def test_a_newcomer_sells_pulls_the_plug_and_sees_the_board_agree(
    stack: Stack, store: dict[str, Any]
) -> None:
    receipts, net_minor = on_the_board(store)
    (till,) = store["tills"]
    async with chromium() as browser, visit(browser, till["page"]) as seen:
        page = seen.page
        await page.goto(till["page"])
        await signs_in(page, stack.home)
        await page.get_by_role("button", name="Open the day").click()
        await types(page, f"2*{SKU}")
        await page.keyboard.press("F2")
        await page.get_by_text("Paid 5.00 EUR").wait_for()
        await asyncio.to_thread(agrees, store, receipts + 1, net_minor + 2 * PRICE_MINOR)

        with plug_pulled(stack, store):
            await types(page, SKU)
            await types(page, "+20")
            await page.get_by_text("Change 17.50 EUR").wait_for()
            assert on_the_board(store) == (receipts + 1, net_minor + 2 * PRICE_MINOR)
        await asyncio.to_thread(agrees, store, receipts + 2, net_minor + 3 * PRICE_MINOR)
        assert seen.faults == [] and seen.outside == []


def test_a_till_that_is_killed_is_there_again_at_the_same_address(
    stack: Stack, store: dict[str, Any]
) -> None:
    (till,) = store["tills"]

    def process() -> dict[str, Any]:
        name = f"till-{till['till_id']}"
        return next(one for one in stack.status()["processes"] if one["name"] == name)

    before = process()
    os.kill(before["pid"], signal.SIGKILL)
    deadline = time.monotonic() + PATIENCE_SECONDS
    while (now := process())["state"] != "running" or now["restarts"] == before["restarts"]:
        assert time.monotonic() < deadline, f"the till does not come back: {now}"
        time.sleep(0.2)
    assert stack.status()["stores"][0]["tills"] == store["tills"]
    with urlopen(till["page"]) as answer:
        assert answer.status == 200
