"""A person at a till's page while the store's line to the centre is cut, with both boards open."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable

import pytest
from playwright.async_api import expect

from tests.acceptance.counter.cashier import SCREEN, Cashier
from tests.acceptance.counter.own_shop import SKU, OwnShop, furnished
from tests.acceptance.store_side import StoreSide
from tests.browser import Visit, chromium, visit

Look = Callable[[str, Visit], Awaitable[None]]

SILENT_MS = 150_000
"""The centre calls a store silent after 90 s without a word."""


async def sold(seen: Visit, shop: OwnShop, receipts: int) -> None:
    """The board counts so many receipts of the shop today."""
    row = f'[id="location/{shop.side.location_id}/"] [data-cell="receipts"]'
    await expect(seen.page.locator(row)).to_have_text(str(receipts))


async def sells(at: Cashier, pieces: int) -> None:
    """One customer, who pays in cash."""
    await at.types(f"{pieces}*{SKU}")
    await at.types("+50")
    await at.reads("Change")
    await at.page.keyboard.press("Escape")
    await at.in_view("cart")


async def cut_and_heal(shop: OwnShop, look: Look) -> None:
    """The whole story; ``look`` is shown what people see at its turns."""
    side = shop.side
    async with (
        chromium() as browser,
        visit(browser, shop.page, viewport=SCREEN) as till,
        visit(browser, shop.board) as store,
        visit(browser, shop.centre) as centre,
    ):
        at = Cashier(till, shop.cashier.card, shop.cashier.pin)
        await till.page.goto(shop.page)
        await at.signs_in()
        await at.opens_the_day()
        await asyncio.gather(store.go("/"), centre.go("/"))
        before = await receipts_of(store, shop)
        await sells(at, 1)
        await asyncio.gather(sold(store, shop, before + 1), sold(centre, shop, before + 1))

        await asyncio.to_thread(side.link, "cut")
        for pieces in (2, 3):
            await sells(at, pieces)
        await sold(store, shop, before + 3)
        silent = centre.page.get_by_text(re.compile(r"Silent for")).first
        await silent.wait_for(timeout=SILENT_MS)
        await sold(centre, shop, before + 1)
        await look("till", till)
        await look("store", store)
        await look("centre", centre)

        await asyncio.to_thread(side.link, "heal")
        await sold(centre, shop, before + 3)
        await expect(silent).to_be_hidden()
        assert store.faults == centre.faults == till.faults == []


async def receipts_of(seen: Visit, shop: OwnShop) -> int:
    """What the board counts now; nothing before the first sale."""
    row = f'[id="location/{shop.side.location_id}/"] [data-cell="receipts"]'
    found = seen.page.locator(row)
    told = (await found.text_content() if await found.count() else "") or ""
    return int("".join(filter(str.isdigit, told)) or 0)


@pytest.mark.timeout(600)
async def test_a_store_that_is_cut_off_sells_on_and_the_centre_shows_it_as_silent(
    side: StoreSide,
) -> None:
    async def look(name: str, seen: Visit) -> None:
        assert await seen.breaches() == [], f"{name} cannot be used by everybody"

    await cut_and_heal(await furnished(side), look)
