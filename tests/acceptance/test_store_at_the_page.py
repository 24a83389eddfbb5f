"""A person sells at a till's page in a store of its own, cuts the line, and goes on selling."""

import asyncio
from collections.abc import Callable

import pytest

from local import cashier
from local.home import StackHome
from tests.acceptance.counter.cashier import Cashier
from tests.acceptance.counter.store import knows_its_store
from tests.acceptance.stacks import Stack
from tests.acceptance.store_side import Books, StoreSide, books, eventually
from tests.browser import chromium, visit

SKU = "whole-milk-1-l"
PRICE_MINOR = 125

TILL = "counter-1"


@pytest.fixture(scope="module")
def signs_in(stores_stack: Stack, side: StoreSide) -> tuple[str, str]:
    """Card and PIN of somebody whom the store's till lets in, once it knows what it sells: all of
    it was written at the centre and came down."""
    done = stores_stack.python("tillstream", "furnish", side.location_id)
    assert done.returncode == 0, done.stderr
    centre = StackHome(stores_stack.home)
    store = centre.store(side.location_id)
    cashier.let_in(centre, side.location_id, store)
    who = cashier.known(store)
    assert who is not None
    door = store.folder / "counters" / TILL / "till" / "till.sock"
    asyncio.run(knows_its_store(door, who.card))
    return who.card, who.pin


def sold(each: Books) -> tuple[int, int]:
    """Receipts and net sales of the location, on one board."""
    found = each.on_the_board()
    return found["receipts"], found["net_sales_minor"]


async def comes(holds: Callable[[], object], lost: str) -> None:
    await asyncio.to_thread(eventually, holds, lost)


async def test_a_person_sells_on_without_a_line_and_the_centre_catches_up(
    side: StoreSide, signs_in: tuple[str, str]
) -> None:
    store, centre = books(side)
    receipts, net_minor = sold(store)
    await comes(lambda: sold(centre) == (receipts, net_minor), "the two differ before")
    page = next(till["page"] for till in side.told["tills"] if till["till_id"] == TILL)
    async with chromium() as browser, visit(browser, page) as seen:
        at = Cashier(seen, *signs_in)
        await seen.page.goto(page)
        await at.signs_in()
        await at.opens_the_day()
        await at.types(f"2*{SKU}")
        await seen.page.keyboard.press("F2")
        await at.reads("Paid 2.50 EUR")
        first = receipts + 1, net_minor + 2 * PRICE_MINOR
        for each in (store, centre):
            await comes(lambda each=each: sold(each) == first, "the sale is not on the board")

        await asyncio.to_thread(side.link, "cut")
        await at.types(SKU)
        await at.types("+20")
        await at.reads("Change 18.75 EUR")
        both = receipts + 2, net_minor + 3 * PRICE_MINOR
        await comes(lambda: sold(store) == both, "the store's board stands still")
        assert sold(centre) == first, "the centre knows what was sold in the dark"

        await asyncio.to_thread(side.link, "heal")
        await comes(lambda: sold(centre) == both, "the centre does not catch up")
        assert seen.faults == [] and seen.outside == []
