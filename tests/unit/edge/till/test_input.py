"""What stands in a till's field becomes a step of the cart, by one call."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from edge.till.checkout.terms import CheckoutTerms
from tests.unit.edge.bundle.catalogs import product, timed
from tests.unit.edge.till.scanning.test_field import TABLES
from tests.unit.edge.till.scanning.test_weighed import label
from tests.unit.edge.till.test_selling import written
from tests.unit.edge.till.tills import Program, running, sells

GTIN = "4006381333931"
WEIGHT, PRICE = TABLES["DE"]["28"], TABLES["DE"]["22"]
LINK = f"https://shop.example/01/0{GTIN}/10/{{lot}}?17={{last_day}}"


@pytest.fixture
async def program(home: Path) -> AsyncIterator[Program]:
    begun = {"valid_from": datetime(2020, 1, 1, tzinfo=UTC), "valid_to": None}
    sells(
        home,
        product("tea", gtin=GTIN, price_minor=300),
        product("cheese", gtin=label(WEIGHT, 12, 0), unit="gram", price_minor=1_990),
        product("ham", gtin=label(PRICE, 7, 0), unit="gram", price_minor=2_000),
        product("plu-4011", name="Bananas", unit="gram", price_minor=199),
        timed("recall", "r1", sku="tea", lot="L7", reason="glass", **begun),
    )
    async with running(home, checkout=CheckoutTerms(country="DE")) as opened:
        await opened.open_day()
        yield opened


@pytest.fixture
async def cart(program: Program) -> str:
    return (await program.post("/carts", {"cashier_id": "7"}))["cart_id"]


async def enter(program: Program, cart: str, text: str, **fields: Any) -> Any:
    return await program.post(f"/carts/{cart}/input", {"text": text} | fields)


async def refused(program: Program, cart: str, text: str, **fields: Any) -> Any:
    status, told = await program.ask("POST", f"/carts/{cart}/input", {"text": text} | fields)
    assert status >= 400, f"it was done: {told}"
    return status, told["reason"], told.get("unread")


async def test_a_scan_is_a_line_with_its_name(program: Program, cart: str) -> None:
    told = await enter(program, cart, GTIN, is_scan=True)
    assert (told["did"], told["name"], told["line"]["sku"]) == ("line_added", "Tea", "tea")
    assert (told["lines"], told["total_minor"], told["line"]["quantity"]) == (1, 300, 1)
    last = (await written(program))[-1]
    assert (last["type"], last["line"]) == ("line_added", told["line"])


async def test_a_quantity_waits_for_the_next_scan_also_over_a_restart(
    program: Program, cart: str
) -> None:
    told = await enter(program, cart, "3*")
    assert (told["did"], told["next_quantity"]) == ("quantity_entered", 3)
    kept = program.premises.books
    assert kept is not None and b'"next_quantity":3' in kept.journal.state()[f"cart:{cart}"]
    told = await enter(program, cart, GTIN)
    assert (told["line"]["quantity"], told["line"]["amount_minor"]) == (3, 900)
    assert told["next_quantity"] is None
    assert (await enter(program, cart, GTIN))["line"]["quantity"] == 1
    assert (await enter(program, cart, f"2*{GTIN}"))["line"]["amount_minor"] == 600


async def test_a_scan_that_is_refused_leaves_what_was_typed_for_it(
    program: Program, cart: str
) -> None:
    await enter(program, cart, "3*")
    await refused(program, cart, "4006381333932", is_scan=True)
    assert (await enter(program, cart, GTIN, is_scan=True))["line"]["quantity"] == 3


async def test_a_price_is_typed_for_one_scan(program: Program, cart: str) -> None:
    await enter(program, cart, "9.99/")
    assert (await enter(program, cart, GTIN))["line"]["unit_price_minor"] == 999
    assert (await enter(program, cart, GTIN))["line"]["unit_price_minor"] == 300


@pytest.mark.parametrize("text", ["3*", "0.01/", "-", "**", f"3*{GTIN}", "+5"])
async def test_a_label_commands_nothing(program: Program, cart: str, text: str) -> None:
    await enter(program, cart, GTIN)
    status, _, _ = await refused(program, cart, text, is_scan=True)
    told = await program.get(f"/carts/{cart}")
    assert status in (404, 422), "it is no code, or one that nobody knows"
    assert (told["total_minor"], told["status"], told["next_quantity"]) == (300, "open", None)


@pytest.mark.parametrize(
    ("text", "did", "quantity", "amount_minor"),
    [
        (label(WEIGHT, 12, 250), "cheese", 250, 498),
        (label(PRICE, 7, 500), "ham", 250, 500),
        (f"2*{label(PRICE, 7, 500)}", "ham", 500, 1_000),
        ("250*plu-4011", "plu-4011", 250, 50),
    ],
)
async def test_weighed_goods_are_read_by_the_countrys_labels(
    program: Program, cart: str, text: str, did: str, quantity: int, amount_minor: int
) -> None:
    line = (await enter(program, cart, text))["line"]
    assert (line["sku"], line["unit"]) == (did, "gram")
    assert (line["quantity"], line["amount_minor"]) == (quantity, amount_minor)


async def test_goods_by_weight_are_not_sold_as_one_gram(program: Program, cart: str) -> None:
    assert (await refused(program, cart, "plu-4011"))[:2] == (422, "weight_missing")


async def test_a_digital_link_names_lot_and_last_day(program: Program, cart: str) -> None:
    text = LINK.format(lot="L8", last_day="491231")
    line = (await enter(program, cart, text, is_scan=True))["line"]
    assert (line["sku"], line["lot"], line["expires_on"]) == ("tea", "L8", "2049-12-31")


@pytest.mark.parametrize(
    ("lot", "last_day", "reason"),
    [("L8", "200101", "expired"), ("L7", "491231", "recalled"), ("L7", "200101", "recalled")],
)
async def test_what_may_not_be_sold_is_stopped_at_the_scan(
    program: Program, cart: str, lot: str, last_day: str, reason: str
) -> None:
    text = LINK.format(lot=lot, last_day=last_day)
    assert await refused(program, cart, text, is_scan=True) == (409, reason, None)
    assert (await program.get(f"/carts/{cart}"))["lines"] == []
    assert (await enter(program, cart, GTIN))["lines"] == 1, "the next scan no longer works"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("96385074", (404, "no_such_product", None)),
        ("4006381333932", (422, "not_read", "wrong_check_digit")),
        ("400638133393", (422, "not_read", "wrong_check_digit")),
        ("40063813339", (422, "not_read", "wrong_length")),
        ("", (422, "not_read", "empty")),
        ("<script>alert(1)</script>", (422, "not_read", "unknown_form")),
        ("x" * 600, (422, "not_read", "too_long")),
        ("x" * 5_000, (422, "not_in_contract", None)),
        ("-", (404, "no_such_line", None)),
    ],
)
async def test_what_is_no_product_is_told_apart(
    program: Program, cart: str, text: str, found: Any
) -> None:
    assert await refused(program, cart, text) == found
    assert (await enter(program, cart, GTIN))["total_minor"] == 300


async def test_what_nobody_knows_is_sold_by_a_typed_price(program: Program, cart: str) -> None:
    await enter(program, cart, "1.50/")
    told = await enter(program, cart, "96385074")
    assert (told["line"]["sku"], told["total_minor"], told["name"]) == ("96385074", 150, None)


async def test_asking_for_a_price_adds_nothing_and_is_kept(program: Program, cart: str) -> None:
    told = await enter(program, cart, f"/{GTIN}")
    assert (told["did"], told["price_minor"], told["lines"]) == ("price_told", 300, 0)
    last = (await written(program))[-1]
    assert (last["type"], last["kind"]) == ("noted", "price_checked")
    assert last["detail"] == {"sku": "tea", "price_minor": 300}


async def test_commands_void_suspend_and_pay(program: Program, cart: str) -> None:
    for _ in range(3):
        await enter(program, cart, GTIN)
    assert (await enter(program, cart, "-"))["line_no"] == 3
    told = await enter(program, cart, "-1")
    assert (told["did"], told["lines"], told["total_minor"]) == ("line_voided", 1, 300)
    assert (await enter(program, cart, "+20"))["amount_minor"] == 2_000
    told = await enter(program, cart, "+")
    assert (told["did"], told["amount_minor"], told["total_minor"]) == ("pay_asked", None, 300)
    assert (await enter(program, cart, "**"))["status"] == "suspended"
    assert (await refused(program, cart, GTIN))[:2] == (409, "cart_suspended")


async def test_the_same_input_with_the_same_key_is_done_once(program: Program, cart: str) -> None:
    first, again = [
        await program.post(f"/carts/{cart}/input", {"text": GTIN}, key="scan-1") for _ in range(2)
    ]
    assert first == again and first["lines"] == 1


async def test_an_answer_stays_small_however_long_the_cart(program: Program, cart: str) -> None:
    for _ in range(99):
        await enter(program, cart, GTIN)
    told = await enter(program, cart, GTIN)
    assert told["lines"] == 100 and len(str(told)) < 2_000


async def test_two_pages_that_scan_at_once_lose_and_double_no_line(
    program: Program, cart: str
) -> None:
    async def page(name: str) -> None:
        for number in range(60):
            await program.post(f"/carts/{cart}/input", {"text": GTIN}, key=f"{name}-{number}")
            if number % 7 == 0:  # it heard no answer
                again = {"text": GTIN}
                await program.post(f"/carts/{cart}/input", again, key=f"{name}-{number}")

    await asyncio.gather(page("left"), page("right"))
    lines = (await program.get(f"/carts/{cart}"))["lines"]
    assert [line["line_no"] for line in lines] == list(range(1, 121))


async def test_weighed_goods_come_back_by_the_gram(program: Program, cart: str) -> None:
    await enter(program, cart, label(WEIGHT, 12, 250))
    done = {"currency": "EUR", "cash_given_minor": 500}
    receipt_no = (await program.post(f"/carts/{cart}/complete", done))["receipt_no"]
    path = f"/receipts/{receipt_no}/returns"
    back = {"restock": True, "cashier_id": "7"}
    refunds = [
        (await program.post(path, back | {"lines": [{"line_no": 1, "quantity": grams}]}))
        for grams in (100, 150)
    ]
    assert [each["lines"][0]["unit"] for each in refunds] == ["gram", "gram"]
    assert sum(each["refund_minor"] for each in refunds) == 498
    more = back | {"lines": [{"line_no": 1, "quantity": 1}]}
    assert await program.refused("POST", path, more) == (409, "beyond_purchase")
