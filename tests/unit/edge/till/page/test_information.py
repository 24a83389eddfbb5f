"""What customers ask at the page, who is let in at it, and when it starts over."""

import asyncio
from collections.abc import Awaitable, Callable
from http import HTTPStatus

import pytest

from edge.problems import Code, Refusal
from edge.till.employees.attempts import WRONG_MAX
from edge.till.page import stage as stages
from edge.till.page.open_pages import OpenPage
from edge.till.page.scene import PageView
from tests.till_pages import CARD, CASHIER, PIN, TEA, PagedTill


async def until(holds: Callable[[], bool]) -> None:
    for _ in range(300):
        if holds():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("it never came to be")


@pytest.fixture
async def visitor(till: PagedTill) -> OpenPage:
    return (await till.stage.begin())[0]


async def test_a_scan_tells_price_offer_and_variants(till: PagedTill, visitor: OpenPage) -> None:
    await till.type(visitor, "shirt-s")
    seen = await till.seen()
    for words in ("Shirt S", "19.90 EUR", "10 % off", "blue, M", 'data-do="show:shirt-m"'):
        assert words in seen, words


async def test_a_name_is_found_by_its_parts(till: PagedTill, visitor: OpenPage) -> None:
    await till.type(visitor, "SHIRT")
    assert till.stage.scene.view is PageView.FOUND
    assert till.said == "2 with “SHIRT”"
    await till.type(visitor, "1 MILK")
    assert till.stage.scene.product is not None
    await till.type(visitor, "submarine")
    assert "Nothing is found" in till.said and till.stage.scene.said.tone == "bad"


def store_that_says(answer: object) -> Callable[[str], Awaitable[object]]:
    async def ask(_: str) -> object:
        if isinstance(answer, Exception):
            raise answer
        return answer

    return ask


async def test_stock_comes_from_the_store_with_its_age(
    till: PagedTill, visitor: OpenPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    level = {"available": 7, "as_of": "2026-11-29T11:30:00Z", "stale": False}
    far = level | {"location_id": "shop-0001", "available": 2, "stale": True}
    variant = {"product": {"sku": "shirt-m"}, "stock": level}
    told = {"stock": level, "shops": [level | {"location_id": "shop-0042"}, far]}
    ask = store_that_says(told | {"variants": [variant]})
    monkeypatch.setattr(till.actions, "ask_store", ask)
    await till.type(visitor, "shirt-s")
    product = till.stage.scene.product
    assert product is not None
    await until(lambda: product.stock_state == "told")
    seen = " ".join((await till.seen()).split())
    assert "7<small>as of 2026-11-29 12:30" in seen, "the age is not in the store's time"
    assert "7 here" in seen and seen.count("shop-0042</th>") == 0
    assert "last known, 2026-11-29 12:30" in seen


AWAY = Refusal(HTTPStatus.BAD_GATEWAY, Code.UPSTREAM, "The gateway is away.")


@pytest.mark.parametrize("trouble", [AWAY, TimeoutError(), ValueError("no JSON")])
async def test_a_store_that_is_away_takes_nothing_else_away(
    till: PagedTill, visitor: OpenPage, monkeypatch: pytest.MonkeyPatch, trouble: Exception
) -> None:
    monkeypatch.setattr(till.actions, "ask_store", store_that_says(trouble))
    await till.scan(visitor, TEA)
    product = till.stage.scene.product
    assert product is not None
    await until(lambda: product.stock_state == "away")
    seen = await till.seen()
    assert "3.00 EUR" in seen and "cannot be asked now" in seen


async def test_nobody_sells_without_a_card_and_its_pin(till: PagedTill, visitor: OpenPage) -> None:
    await till.open_day()
    for press in ("cash", "day", "void:1", "abandon", "add:tea", "training"):
        await till.press(visitor, press)
        assert "card first" in till.said, press
    await till.scan(visitor, CARD)
    await till.type(visitor, "9999")
    assert till.stage.scene.cashier_id == "" and await till.actions.carts() == []


async def test_a_card_is_locked_after_wrong_pins(till: PagedTill, visitor: OpenPage) -> None:
    for _ in range(WRONG_MAX):
        await till.scan(visitor, CARD)
        await till.type(visitor, "9999")
    await till.scan(visitor, CARD)
    await till.type(visitor, PIN)
    assert till.stage.scene.cashier_id == "", "guessing has no end"


async def test_a_pin_is_shown_nowhere(till: PagedTill, visitor: OpenPage) -> None:
    await till.scan(visitor, CARD)
    await till.type(visitor, "98765432")
    assert "98765432" not in await till.seen()


async def test_the_page_says_that_it_starts_over_and_does(
    till: PagedTill, visitor: OpenPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stages, "INFORMATION_SECONDS", 2.0)
    monkeypatch.setattr(stages, "WARNED_SECONDS", 1.5)
    await till.type(visitor, "shirt-s")
    await until(lambda: till.stage.scene.is_ending)
    assert "starts over" in await till.seen()
    await till.press(visitor, "stay")
    assert not till.stage.scene.is_ending and till.stage.scene.view is PageView.PRODUCT
    await until(lambda: till.stage.scene.view is PageView.START)
    assert "Shirt" not in await till.seen()


async def test_an_employee_who_is_away_is_signed_out_and_the_cart_stays(
    till: PagedTill, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = await till.sign_in()
    await till.scan(page, TEA)
    monkeypatch.setattr(stages, "CHECKOUT_SECONDS", 1.0)
    await until(lambda: not till.stage.scene.is_checkout)
    assert len((await till.cart()).lines) == 1
    monkeypatch.setattr(stages, "CHECKOUT_SECONDS", 300.0)
    await till.sign_in()
    assert till.stage.scene.cashier_id == CASHIER
    assert till.stage.scene.cart == await till.cart()
