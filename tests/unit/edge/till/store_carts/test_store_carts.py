"""A cart that waits goes on at one till of the store: two tills and a whole gateway."""

import asyncio
import sqlite3
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from edge.gateway.carts.keeping import gone_from
from edge.problems import Refusal
from edge.till.store_carts import asking
from identity.names import TillName
from tests.gateways import Fleet
from tests.unit.edge.journal.tills import TILL
from tests.unit.edge.till.shops import Shop, shop
from tests.unit.edge.till.tills import LINE, Program, enrolled, paid, running, until

FIRST, SECOND, THIRD = "till-3", "till-4", "till-5"


class Tills(NamedTuple):
    shop: Shop
    first: Program
    second: Program
    third: Program


@asynccontextmanager
async def till(fleet: Fleet, folder: Path, till_id: str, address: str) -> AsyncGenerator[Program]:
    home = folder / till_id
    if not home.exists():
        enrolled(fleet, home, address, name=TillName(TILL.location_id, till_id))
    async with running(home) as program:
        await program.open_day()
        yield program


@pytest.fixture
def fleet(tmp_path: Path) -> Fleet:
    return Fleet(tmp_path)


@pytest.fixture
async def tills(fleet: Fleet, tmp_path: Path) -> AsyncIterator[Tills]:
    async with AsyncExitStack() as stack:
        store = await stack.enter_async_context(shop(fleet, tmp_path / "gateway"))
        opened = [
            await stack.enter_async_context(till(fleet, tmp_path, each, store.address))
            for each in (FIRST, SECOND, THIRD)
        ]
        yield Tills(store, *opened)


async def waiting(program: Program) -> list[Any]:
    status, told = await program.ask("GET", "/store-carts")
    return told["carts"] if status == 200 else []


async def listed(program: Program, cart_id: str) -> Any:
    """The cart, once the till's store has it."""

    async def look() -> Any:
        return next((each for each in await waiting(program) if each["cart_id"] == cart_id), None)

    return await until(look, "the cart is not listed")


async def unlisted(program: Program) -> None:
    async def look() -> bool:
        return (await program.ask("GET", "/store-carts"))[1].get("carts") == []

    await until(look, "a cart is still listed")


async def suspended(program: Program, **fields: Any) -> str:
    """A cart that waits, with a line of 398."""
    cart_id = await program.cart(**fields)
    await program.post(f"/carts/{cart_id}/suspend")
    return cart_id


def from_first(cart_id: str) -> dict[str, str]:
    return {"cart_id": cart_id, "from_till_id": FIRST}


async def carts(program: Program) -> list[tuple[str, str]]:
    return [(each["cart_id"], each["status"]) for each in (await program.get("/carts"))["carts"]]


async def last_event(program: Program) -> Any:
    return (await program.get(f"/events/1/{(await program.state())['sequence']}"))["event"]


async def test_a_cart_goes_on_at_another_till_and_vanishes_at_the_first(tills: Tills) -> None:
    cart_id = await suspended(tills.first, customer_id="c-17")
    seen = await listed(tills.second, cart_id)
    assert (seen["till_id"], seen["lines"], seen["total_minor"]) == (FIRST, 1, 398)
    assert await waiting(tills.first) == [], "its own cart is listed as another till's"
    await tills.second.post("/takeovers", from_first(cart_id))
    event = await last_event(tills.second)
    assert (event["type"], event["from_till_id"]) == ("cart_resumed", FIRST)
    assert event["lines"][0]["amount_minor"] == 398
    assert (await tills.second.get(f"/carts/{cart_id}"))["customer_id"] == "c-17"
    assert await waiting(tills.first) == []
    assert await carts(tills.first) == [], "the cart still waits at the first till"
    await tills.second.post(f"/carts/{cart_id}/complete", paid(398))
    await unlisted(tills.third)


async def test_of_two_tills_that_ask_at_once_one_gets_the_cart(tills: Tills) -> None:
    for _ in range(5):
        cart_id = await suspended(tills.first)
        await listed(tills.third, cart_id)
        told = await asyncio.gather(
            *(
                each.ask("POST", "/takeovers", from_first(cart_id))
                for each in (tills.second, tills.third)
            ),
            tills.first.ask("POST", f"/carts/{cart_id}/resume"),
        )
        assert sorted(status // 100 for status, _ in told) == [2, 4, 4], told
        reasons = [answer.get("reason") for status, answer in told if status >= 400]
        assert reasons == ["cart_taken"] * 2, "who came too late is not told why"
        (has_it,) = [
            each
            for each in (tills.first, tills.second, tills.third)
            if (cart_id, "open") in await carts(each)
        ]
        await has_it.post(f"/carts/{cart_id}/complete", paid(398))


async def test_a_first_till_that_was_dark_learns_that_its_cart_has_gone(
    fleet: Fleet, tmp_path: Path
) -> None:
    async with (
        shop(fleet, tmp_path / "gateway") as store,
        till(fleet, tmp_path, SECOND, store.address) as second,
    ):
        async with till(fleet, tmp_path, FIRST, store.address) as first:
            cart_id = await suspended(first)
            await listed(second, cart_id)
        await second.post("/takeovers", from_first(cart_id))
        async with till(fleet, tmp_path, FIRST, store.address) as first:
            await until(lambda: _has_way(first), "there is no way to the gateway")
            assert await first.refused("POST", f"/carts/{cart_id}/resume") == (
                409,
                "cart_taken",
            )
            assert await carts(first) == []


async def _has_way(program: Program) -> bool:
    with suppress(Refusal):
        return bool(program.premises.way())
    return False


async def test_with_the_gateway_away_a_till_goes_on_with_its_own_and_with_no_others(
    fleet: Fleet, tmp_path: Path
) -> None:
    async with (
        shop(fleet, tmp_path / "gateway") as store,
        till(fleet, tmp_path, SECOND, store.address) as second,
    ):
        async with till(fleet, tmp_path, FIRST, store.address) as first:
            cart_id = await suspended(first)
            await listed(second, cart_id)
            async with till(fleet, tmp_path, THIRD, "https://127.0.0.1:1") as dark:
                assert await dark.refused("GET", "/store-carts") == (502, "gateway_away")
                taken = await dark.refused("POST", "/takeovers", from_first(cart_id))
                assert taken == (502, "gateway_away")
                own = await suspended(dark)
                told = await dark.post(f"/carts/{own}/resume")
                assert (told["status"], told["store_asked"]) == ("open", False)
            assert (await first.post(f"/carts/{cart_id}/resume"))["store_asked"] is True
        await unlisted(second)


async def test_a_cart_with_money_in_it_goes_on_where_the_money_is(tills: Tills) -> None:
    cart_id = await tills.first.cart()
    tender = {"tender_id": "t-1", "kind": "card", "amount_minor": 100}
    await tills.first.post(f"/carts/{cart_id}/tenders", tender)
    settled = {"tender_id": "t-1", "outcome": "captured"}
    await tills.first.post(f"/carts/{cart_id}/settlements", settled)
    await tills.first.post(f"/carts/{cart_id}/suspend")
    other = await suspended(tills.first)
    await listed(tills.second, other)
    assert cart_id not in [each["cart_id"] for each in await waiting(tills.second)]
    told = await tills.second.refused("POST", "/takeovers", from_first(cart_id))
    assert told == (404, "no_such_cart")
    await tills.second.post("/takeovers", from_first(cart_id) | {"lines": []})  # a program insists

    async def is_told() -> bool:
        store = tills.shop.gateway.file.reading
        return gone_from(store, FIRST) == [(cart_id, SECOND)]

    await until(is_told, "the gateway has not heard of it")
    await waiting(tills.first)
    await tills.first.post(f"/carts/{cart_id}/resume")
    sale = {"currency": "EUR", "cash_given_minor": 298}
    assert (await tills.first.post(f"/carts/{cart_id}/complete", sale))["change_minor"] == 0


async def test_what_this_till_may_not_write_another_one_may_have(tills: Tills) -> None:
    cart_id = await suspended(tills.first)
    await listed(tills.second, cart_id)
    books = tills.second.premises.books
    assert books
    books.desk.day, day = None, books.desk.day
    told = await tills.second.refused("POST", "/takeovers", from_first(cart_id))
    assert told == (409, "day_not_open")
    books.desk.day = day
    await tills.third.post("/takeovers", from_first(cart_id))


async def test_a_takeover_whose_answer_was_lost_is_told_again(
    tills: Tills, monkeypatch: pytest.MonkeyPatch
) -> None:
    cart_id = await suspended(tills.first)
    await listed(tills.second, cart_id)
    with monkeypatch.context() as slow:
        slow.setattr(asking, "_decoded", lambda *_: None)
        told = await tills.second.refused("POST", "/takeovers", from_first(cart_id), "k-1")
        assert told == (502, "gateway_away")
    assert await listed(tills.second, cart_id), "the till that was given it lost it"
    taken = await tills.second.post("/takeovers", from_first(cart_id), "k-1")
    assert await tills.second.post("/takeovers", from_first(cart_id), "k-1") == taken


async def test_a_cart_comes_back_to_the_till_from_which_it_went(tills: Tills) -> None:
    cart_id = await suspended(tills.first)
    await listed(tills.second, cart_id)
    await tills.second.post("/takeovers", from_first(cart_id))
    await tills.second.post(f"/carts/{cart_id}/lines", LINE)
    await tills.second.post(f"/carts/{cart_id}/suspend")
    assert (await listed(tills.first, cart_id))["till_id"] == SECOND
    back = {"cart_id": cart_id, "from_till_id": SECOND}
    assert (await tills.first.post("/takeovers", back))["lines"] == 2
    await tills.first.post(f"/carts/{cart_id}/suspend")
    assert (await listed(tills.third, cart_id))["till_id"] == FIRST
    assert await waiting(tills.first) == []
    assert await carts(tills.first) == [(cart_id, "suspended")], "an old word took the cart away"


async def test_what_is_abandoned_or_sold_waits_nowhere(tills: Tills) -> None:
    for end in ("abandon", "resume"):
        cart_id = await suspended(tills.first)
        await listed(tills.second, cart_id)
        await tills.first.post(f"/carts/{cart_id}/{end}")
        await unlisted(tills.second)


async def test_the_gateway_knows_what_it_gave_after_a_kill(fleet: Fleet, tmp_path: Path) -> None:
    async with AsyncExitStack() as stack:
        store = await stack.enter_async_context(shop(fleet, tmp_path / "gateway"))
        first = await stack.enter_async_context(till(fleet, tmp_path, FIRST, store.address))
        second = await stack.enter_async_context(till(fleet, tmp_path, SECOND, store.address))
        cart_id = await suspended(first)
        await listed(second, cart_id)
        await second.post("/takeovers", from_first(cart_id))
        with sqlite3.connect(tmp_path / "gateway" / "gateway.sqlite") as kept:
            rows = kept.execute("SELECT till_id, held_by FROM carts").fetchall()
        assert rows == [(FIRST, SECOND)]


async def test_a_replaced_till_goes_on_with_what_waited_at_the_one_before(
    fleet: Fleet, tmp_path: Path
) -> None:
    async with shop(fleet, tmp_path / "gateway") as store:
        async with till(fleet, tmp_path / "old", FIRST, store.address) as broken:
            cart_id = await suspended(broken)
            await until(lambda: _is_sent(broken), "the cart is not sent")
        home = tmp_path / "new" / FIRST
        enrolled(fleet, home, store.address, epoch=2)
        async with till(fleet, tmp_path / "new", FIRST, store.address) as spare:
            assert (await listed(spare, cart_id))["till_id"] == FIRST
            await spare.post("/takeovers", from_first(cart_id))
            await spare.post(f"/carts/{cart_id}/complete", paid(398))
            await unlisted(spare)


async def _is_sent(program: Program) -> bool:
    return (await program.state())["sending"]["waiting"] == 0
