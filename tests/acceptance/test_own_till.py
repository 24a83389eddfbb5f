"""The stack's own till, as a newcomer meets it: the page answers where status says, and what is
sold there, with the store's server away as well, is on the board to the cent."""

import asyncio
import time
from urllib.request import urlopen

from tests.acceptance.counter.cashier import Cashier
from tests.acceptance.counter.store import PATIENCE_SECONDS, Store
from tests.browser import chromium, visit

SKU = "whole-milk-1-l"
PRICE_MINOR = 125


def test_the_page_answers_where_status_says(store: Store) -> None:
    with urlopen(store.page) as answer:
        assert answer.status == 200
        assert "<title>Till</title>" in answer.read().decode()


def on_the_board(store: Store) -> tuple[int, int]:
    """Receipts and net sales of the till over all days."""
    found = store.totals(of_till=True)
    return found["receipts"], found["net_sales_minor"]


def agrees(store: Store, receipts: int, net_minor: int) -> None:
    """Wait until the board has that much."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while (found := on_the_board(store)) != (receipts, net_minor):
        assert time.monotonic() < deadline, f"the board has {found}"
        time.sleep(0.5)


async def test_a_newcomer_sells_pulls_the_plug_and_sees_the_board_agree(store: Store) -> None:
    receipts, net_minor = on_the_board(store)
    async with chromium() as browser, visit(browser, store.page) as seen:
        at = Cashier(seen, store.card, store.pin)
        await seen.page.goto(store.page)
        await at.signs_in()
        await at.opens_the_day()
        await at.types(f"2*{SKU}")
        await seen.page.keyboard.press("F2")
        await at.reads("Paid 2.50 EUR")
        await asyncio.to_thread(agrees, store, receipts + 1, net_minor + 2 * PRICE_MINOR)

        with store.plug_pulled():
            await at.types(SKU)
            await at.types("+20")
            await at.reads("Change 18.75 EUR")
            assert on_the_board(store) == (receipts + 1, net_minor + 2 * PRICE_MINOR)
        await asyncio.to_thread(agrees, store, receipts + 2, net_minor + 3 * PRICE_MINOR)
        assert seen.faults == [] and seen.outside == []


def test_a_till_that_is_killed_is_there_again_at_the_same_address(store: Store) -> None:
    tills = store.stack.status()["stores"][0]["tills"]
    store.comes_back(store.till_process, store.kill(store.till_process))
    assert store.stack.status()["stores"][0]["tills"] == tills
    with urlopen(store.page) as answer:
        assert answer.status == 200
