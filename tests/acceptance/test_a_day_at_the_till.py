"""A day at the stack's own till, in a real Chromium: what people do there, and what befalls them.

It is sold, voided, suspended, abandoned, brought back, asked for an age, paid in every way, refused
by a terminal, and cut off from power and from the store's server. What came of it is added up by
hand (`HandBooks`), and the board has to agree to the cent. Axe looks at each screen on the way.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import time
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

import pytest
from playwright.async_api import Browser

from tests.acceptance.counter import day as steps
from tests.acceptance.counter.books import Goods, sum_of
from tests.acceptance.counter.cashier import SCREEN, Cashier, euros
from tests.acceptance.counter.day import SKUS, Day
from tests.acceptance.counter.store import PATIENCE_SECONDS, Store, goods_of
from tests.acceptance.counter.terminal import CounterTerminal
from tests.browser import chromium, visit

pytestmark = pytest.mark.timeout(600)
"""A whole day, of which each step may take its patience on a busy machine."""


class Board(NamedTuple):
    """What the board says of the till, its location, and the shelves that were sold from."""

    till: Counter[str]
    location: Counter[str]
    shelf: Counter[str]

    @classmethod
    def of(cls, store: Store, goods: Sequence[Goods]) -> Board:
        """As it is now."""
        till, location = store.totals(of_till=True), store.totals(of_till=False)
        return cls(till, location, store.on_shelf(goods))

    def since(self, before: Board) -> tuple[dict[str, int], ...]:
        """What has become more or less."""
        return tuple(
            {name: now[name] - then[name] for name in now if now[name] != then[name]}
            for now, then in zip(self, before, strict=True)
        )


async def agrees(day: Day, before: Board) -> None:
    """Wait until the board has come to what the books have."""
    books = day.books
    sums = {name: each for name, each in books.sums.items() if each}
    shelf = {sku: each for sku, each in books.shelf.items() if each}
    deadline = time.monotonic() + PATIENCE_SECONDS
    found: tuple[dict[str, int], ...] = ()
    while found != (sums, sums, shelf):
        assert time.monotonic() < deadline, (
            f"by hand {sums} and {shelf}, on the board {found} (till, location, shelves)"
        )
        await asyncio.sleep(0.5)
        found = (await asyncio.to_thread(Board.of, day.store, day.goods)).since(before)


async def power_is_lost(day: Day) -> None:
    """In the middle of a cart, and while the terminal has taken money of which nobody has heard."""
    at, terminal, (milk, bread, butter, *_) = day.at, day.terminal, day.goods
    at.had_no_fault()
    await at.scans(milk)
    await at.scans(bread)
    await the_till_dies(day)
    await at.scans(butter)
    due_minor, taken = sum_of(at.basket), len(terminal.taken)
    terminal.is_mute = True
    await at.page.keyboard.press("F2")
    await at.reads("The terminal is being asked")
    await asyncio.to_thread(terminal.has_taken, taken + 1)
    await the_till_dies(day)
    await at.reads("The terminal ")  # is being asked, or does not answer
    await at.sees_nothing_wrong()
    terminal.is_mute = False
    await at.reads(f"Paid {euros(due_minor)} EUR")
    assert terminal.taken[taken:] == [due_minor], "money was taken twice, or the payment is lost"
    day.paid(card=due_minor)
    await at.receipt()
    at.lost_its_till()


async def the_till_dies(day: Day) -> None:
    """Its process does; the page finds the next one, and the cart in it."""
    restarts = await asyncio.to_thread(day.store.kill, day.store.till_process)
    await day.at.reads("The page has lost the till")
    await asyncio.to_thread(day.store.comes_back, day.store.till_process, restarts)
    await day.at.signs_in()
    await day.at.sees_basket()


async def the_store_is_lost(day: Day, before: Board) -> None:
    """Its server hangs while the till sells on, and is then killed as it hangs."""
    at, store, (milk, bread, *_) = day.at, day.store, day.goods
    found = store.process(store.gateway_process)
    os.kill(found["pid"], signal.SIGSTOP)
    try:
        stood = Board.of(store, day.goods)
        await at.scans(milk)
        await day.sells_for_exact_cash()
        assert await at.receipt() != ""
        await at.scans(bread)
        await day.pays_by_card(bread.price_minor)
        day.paid(card=bread.price_minor)
        await at.receipt()
        await at.reads("Store not heard")
        assert Board.of(store, day.goods) == stood, "the board knows what nobody told it"
    finally:
        os.kill(found["pid"], signal.SIGKILL)
    await asyncio.to_thread(store.comes_back, store.gateway_process, found["restarts"])
    await agrees(day, before)


def every_sale_is_decided_alike(day: Day) -> None:
    """The centre comes to the same discounts, by the tables that each sale names."""
    store = day.store
    wanted = ("rules", "recompute", "--location", store.location_id, "--json")
    told = json.loads(store.stack.python("tillstream", *wanted).stdout)
    assert told["decided"] >= day.books.sums["receipts"]
    # Another test of this stack has a till of the store name a table that nobody published.
    assert [each for each in told["listed"] if each["till_id"] == store.till_id] == []


async def the_boards_page_agrees(day: Day, browser: Browser) -> None:
    """What people look at says the same as its API."""
    store, milk = day.store, day.goods[0]
    now = Board.of(store, [milk])
    async with visit(browser, store.board) as board:
        await board.go(f"/locations/{store.location_id}?q={milk.sku}")
        row = f"stock/{store.location_id}/{milk.sku}"
        await board.shows(row, "on_hand", f"{now.shelf[milk.sku]:,}")
        shown = await board.page.locator('.net_sales [data-cell="net_sales"]').inner_text()
        today = store.asked("totals", location_id=store.location_id)["items"][-1]
        assert re.sub("[^0-9]", "", shown) == str(today["net_sales_minor"])
        assert board.faults == [] and board.outside == []


async def test_the_board_agrees_to_the_cent_with_a_day_at_the_till(
    store: Store, terminal: CounterTerminal
) -> None:
    goods = await goods_of(store, *SKUS)
    before = Board.of(store, goods)
    async with chromium() as browser, visit(browser, store.page, viewport=SCREEN) as page:
        await page.page.goto(store.page)
        day = Day(store, terminal, Cashier(page, store.card, store.pin), goods)
        await steps.customers_ask(day)
        await steps.the_cashier_comes(day)
        plain = await steps.sells_and_voids_a_line(day)
        await steps.suspends_and_resumes(day)
        await steps.abandons_a_cart(day)
        await steps.asks_for_an_age(day)
        await steps.a_card_fails(day)
        reduced = await steps.pays_cash_and_card_with_five_percent_off(day)
        await steps.takes_goods_back(day, plain, reduced)
        await steps.sells_by_weight_and_trains(day)
        await agrees(day, before)
        await power_is_lost(day)
        await agrees(day, before)
        await the_store_is_lost(day, before)
        await day.at.presses("Sign out")
        await day.at.in_view("start")
        day.at.had_no_fault()
        await the_boards_page_agrees(day, browser)
    await asyncio.to_thread(every_sale_is_decided_alike, day)
