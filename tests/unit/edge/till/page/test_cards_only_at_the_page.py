"""A till that takes cards only: its page shows no cash, and takes none by whatever way."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.till_pages import TEA, PagedTill, paged


@pytest.fixture
async def carried(home: Path) -> AsyncIterator[PagedTill]:
    async with paged(home, kind="cards_only") as opened:
        yield opened


async def test_a_till_that_takes_cards_only_shows_no_cash_and_takes_none(
    carried: PagedTill,
) -> None:
    page = await carried.sign_in()
    await carried.scan(page, TEA)
    seen = await carried.seen()
    for button in ("cash", "voucher", "return"):
        assert f'data-do="{button}' not in seen, button
    for press in ("cash", "cash:5", "voucher", "put-in:5", "take-out:5", "counted"):
        await carried.press(page, press)
        assert "takes cards only" in carried.said, press
    for press in ("drawer-open", "drawer-for:Check the drawer"):
        await carried.press(page, press)
        assert "takes cards only" in carried.said, press
    for text in ("+", "+20"):
        await carried.type(page, text)
        assert "takes cards only" in carried.said, text
    await carried.press(page, "drawer")
    await carried.type(page, "3*20")
    assert "takes cards only" in carried.said
    assert await carried.sales() == [] and (await carried.cart()).tenders == {}


async def test_its_shift_has_no_float_and_ends_uncounted(carried: PagedTill) -> None:
    page = await carried.sign_in()
    await carried.press(page, "drawer")
    seen = await carried.seen()
    assert "nothing is counted" in seen and "float" not in seen
    await carried.press(page, "shift-open")
    seen = await carried.seen()
    for words in ("float", "put-in", "take-out", 'data-do="counted"', "drawer-open"):
        assert words not in seen, words
    await carried.press(page, "cart")
    await carried.scan(page, TEA)
    await carried.press(page, "card")
    (tender_id,) = (await carried.cart()).unsettled
    await carried.press(page, f"taken:{tender_id}")
    assert carried.said == "Sold: 3.00"
    receipt_no = (await carried.sales())[-1]["receipt_no"]
    await carried.press(page, f"show-receipt:{receipt_no}")
    seen = await carried.seen()
    assert "Sold here on" in seen and "Return goods" not in seen, "a refund would be cash"
    await carried.press(page, "drawer")
    await carried.press(page, "shift-close")
    assert carried.said == "The shift has ended."


async def test_what_costs_nothing_ends_there_too(carried: PagedTill) -> None:
    page = await carried.sign_in()
    await carried.type(page, "0.00/")
    await carried.type(page, "nosuch")
    assert 'data-do="finish"' in await carried.seen()
    await carried.press(page, "finish")
    assert [each["total_minor"] for each in await carried.sales()] == [0]
