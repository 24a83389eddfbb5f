"""A till decides each sale by the tables of its catalog, and says so in the journal."""

from collections.abc import AsyncIterator
from pathlib import Path

import orjson
import pytest

from edge.bundle.rows import TableRow
from edge.recomputing.receipts import tables_of
from edge.recomputing.sales import difference_of
from tests.drawn_carts.tables import as_published
from tests.unit.edge.till.ruled_tills import (
    ALL,
    cart_of,
    catalog,
    last_event,
    put,
    ruled,
    scan,
    settle,
    table_of,
)
from tests.unit.edge.till.tills import Program, paid
from topics.wire import WireCartCompleted, decode_till_event

VERSIONS = dict.fromkeys(("id-check", "off5", "scanned-twice", "serial-loyalty", "weight-check"), 1)


@pytest.fixture
async def program(home: Path) -> AsyncIterator[Program]:
    async with ruled(home, catalog()) as opened:
        yield opened


async def test_five_percent_go_off_from_fifty_and_the_sale_names_table_row_and_version(
    program: Program,
) -> None:
    cart_id = await cart_of(program, "watch")
    told = await scan(program, cart_id, "tea", quantity=5)
    assert (told["total_minor"], told["due_minor"]) == (5_000, 4_750)
    cart = await program.get(f"/carts/{cart_id}")
    assert cart["discounts"] == [{"rule": "off5/off5", "amount_minor": -250}]
    path = f"/carts/{cart_id}/complete"
    assert await program.refused("POST", path, paid(5_000)) == (422, "sums_differ")
    sold = await program.post(path, paid(4_750))
    assert (sold["total_minor"], sold["discounts"]) == (4_750, cart["discounts"])
    event = await last_event(program)
    assert event["discounts"] == [{"rule": "off5/off5", "amount_minor": -250}]
    assert event["total_minor"] == 4_750
    assert event["rules"] == {
        "tables": VERSIONS,
        "categories": {"watch": "watches", "tea": "drinks"},
    }


async def test_a_line_that_is_voided_takes_the_discount_with_it(program: Program) -> None:
    cart_id = await cart_of(program, "watch")
    await scan(program, cart_id, "tea", quantity=5)
    told = await program.post(f"/carts/{cart_id}/voids", {"line_no": 2})
    assert told["due_minor"] == 3_500
    path = f"/carts/{cart_id}/complete"
    assert await program.refused("POST", path, paid(3_325)) == (422, "sums_differ")
    assert (await program.post(path, paid(3_500)))["discounts"] == []


@pytest.mark.parametrize(
    ("by_hand", "due_minor", "rules"),
    [(100, 4_750, ["off5/off5"]), (250, 4_750, ["off5/off5"]), (251, 4_749, ["damaged"])],
)
async def test_off5_joins_no_discount_that_somebody_gave_by_hand(
    program: Program, by_hand: int, due_minor: int, rules: list[str]
) -> None:
    cart_id = await cart_of(program)
    await scan(program, cart_id, "tea", unit_price_minor=5_000)
    given = [{"rule": "damaged", "amount_minor": -by_hand}]
    sold = await program.post(f"/carts/{cart_id}/complete", paid(due_minor, discounts=given))
    assert [each["rule"] for each in sold["discounts"]] == rules


async def test_a_discount_of_a_table_is_not_given_by_hand(program: Program) -> None:
    cart_id = await cart_of(program, "tea")
    given = [{"rule": "off5/off5", "amount_minor": -15}]
    path = f"/carts/{cart_id}/complete"
    assert await program.refused("POST", path, paid(285, discounts=given)) == (422, "rule_of_table")


async def test_alcohol_holds_the_sale_until_the_age_is_checked(program: Program) -> None:
    cart_id = await cart_of(program, "tea", "wine")
    tender = {"tender_id": "t", "kind": "card", "amount_minor": 1_000}
    for path, body in (("complete", paid(1_000)), ("tenders", tender)):
        assert await program.refused("POST", f"/carts/{cart_id}/{path}", body) == (
            409,
            "check_open",
        ), f"{path} before anybody looked at an identity card"
    status, told = await program.ask("POST", f"/carts/{cart_id}/complete", paid(1_000))
    assert status == 409 and told["checks"] == [
        {
            "rule": "id-check/alcohol",
            "line_no": 2,
            "check": "id",
            "age_years": 18,
            "say": "Ask for an identity card.",
        }
    ]
    await settle(program, cart_id, "id-check/alcohol", 2)
    checked = await last_event(program)
    assert (checked["type"], checked["outcome"], checked["cart_id"]) == (
        "age_checked",
        "admitted",
        cart_id,
    )
    assert (checked["cashier_id"], checked["reason"]) == ("7", "from 18 years, by id-check/alcohol")
    await program.post(f"/carts/{cart_id}/complete", paid(1_000))


async def test_an_age_is_checked_once_also_for_what_is_scanned_later(program: Program) -> None:
    cart_id = await cart_of(program, "wine")
    await settle(program, cart_id, "id-check/alcohol", 1)
    await scan(program, cart_id, "cigars")
    await program.post(f"/carts/{cart_id}/voids", {"line_no": 1})
    (check,) = (await program.get(f"/carts/{cart_id}"))["checks"]
    assert (check["rule"], check["settled"]) == ("id-check/tobacco", True)
    await program.post(f"/carts/{cart_id}/complete", paid(900))


async def test_an_older_age_is_asked_for_anew(home: Path) -> None:
    rows = [
        TableRow("alcohol", ["'alcohol'", "'id'", "18", None]),
        TableRow("tobacco", ["'tobacco'", "'id'", "21", None]),
    ]
    tables = (table_of("id-check", rows=rows),)
    async with ruled(home, catalog(tables)) as program:
        cart_id = await cart_of(program, "wine", "cigars")
        await settle(program, cart_id, "id-check/alcohol", 1)
        path = f"/carts/{cart_id}/complete"
        assert await program.refused("POST", path, paid(1_600)) == (409, "check_open")
        await settle(program, cart_id, "id-check/tobacco", 2, "refused")
        assert await program.refused("POST", path, paid(1_600)) == (409, "check_open")
        await program.post(f"/carts/{cart_id}/voids", {"line_no": 2})
        await program.post(path, paid(700))


async def test_who_is_not_old_enough_gets_the_rest_of_the_cart(program: Program) -> None:
    cart_id = await cart_of(program, "tea", "wine")
    await settle(program, cart_id, "id-check/alcohol", 2)
    await settle(program, cart_id, "id-check/alcohol", 2, "refused")
    assert (await last_event(program))["outcome"] == "refused"
    path = f"/carts/{cart_id}/complete"
    assert await program.refused("POST", path, paid(1_000)) == (409, "check_open"), (
        "what was confirmed by mistake still counts"
    )
    await program.post(f"/carts/{cart_id}/voids", {"line_no": 2})
    await program.post(path, paid(300))


async def test_loose_produce_above_its_price_is_weighed_again(program: Program) -> None:
    cart_id = await cart_of(program)
    await scan(program, cart_id, "orange", quantity=1_000, amount_minor=167)
    assert (await program.get(f"/carts/{cart_id}"))["checks"] == []
    await scan(program, cart_id, "orange", quantity=1_000, amount_minor=168)
    path = f"/carts/{cart_id}/complete"
    assert await program.refused("POST", path, paid(335)) == (409, "check_open")
    await settle(program, cart_id, "weight-check/orange", 2)
    noted = await last_event(program)
    assert (noted["type"], noted["kind"]) == ("noted", "rule_checked")
    assert noted["detail"] == {
        "rule": "weight-check/orange",
        "line_no": 2,
        "check": "weight",
        "say": "Was it weighed correctly?",
        "outcome": "confirmed",
    }
    await program.post(path, paid(335))


async def test_the_same_dear_item_is_asked_about_when_it_comes_twice(program: Program) -> None:
    cart_id = await cart_of(program, "watch", "watch")
    path = f"/carts/{cart_id}/complete"
    assert await program.refused("POST", path, paid(6_650)) == (409, "check_open")
    await settle(program, cart_id, "scanned-twice/dear", 2, "refused")
    told = await program.post(f"/carts/{cart_id}/voids", {"line_no": 2})
    assert told["due_minor"] == 3_500
    await program.post(path, paid(3_500))


async def test_a_check_is_of_its_line_and_not_of_another_that_takes_its_place(
    program: Program,
) -> None:
    cart_id = await cart_of(program, "watch", "watch")
    await settle(program, cart_id, "scanned-twice/dear", 2)
    await program.post(f"/carts/{cart_id}/voids", {"line_no": 1})
    await scan(program, cart_id, "watch")
    (check,) = (await program.get(f"/carts/{cart_id}"))["checks"]
    assert (check["line_no"], check["settled"]) == (3, False)


async def test_a_serial_number_is_compared_and_noted_for_a_customer_who_is_known(
    program: Program,
) -> None:
    cart_id = await cart_of(program)
    await scan(program, cart_id, "watch", serial="SN-1")
    assert (await program.get(f"/carts/{cart_id}"))["checks"] == []
    path = f"/carts/{cart_id}/complete"
    with_customer = paid(3_500, customer_id="c-1")
    assert await program.refused("POST", path, with_customer) == (409, "check_open")
    await program.post(f"/carts/{cart_id}/customer", {"customer_id": "c-1"})
    await settle(program, cart_id, "serial-loyalty/serial", 1)
    await program.post(path, paid(3_500))
    event = await last_event(program)
    assert event["customer_id"] == "c-1"
    assert event["rules"]["notes"] == [
        {"rule": "serial-loyalty/serial", "note": "serial-to-customer", "line_nos": [1]}
    ]


async def test_a_customer_who_was_taken_for_another_leaves(program: Program) -> None:
    cart_id = await cart_of(program, customer_id="c-1")
    await scan(program, cart_id, "watch", serial="SN-1")
    await program.post(f"/carts/{cart_id}/customer", {"customer_id": None})
    await program.post(f"/carts/{cart_id}/complete", paid(3_500))
    event = await last_event(program)
    assert "customer_id" not in event and "notes" not in event["rules"]


@pytest.mark.parametrize(
    ("rule", "line_no"),
    [("id-check/alcohol", 1), ("id-check/alcohol", None), ("off5/off5", None), ("x/y", 2)],
)
async def test_what_nobody_asks_is_not_answered(
    program: Program, rule: str, line_no: int | None
) -> None:
    cart_id = await cart_of(program, "tea", "wine")
    body = {"rule": rule, "line_no": line_no, "outcome": "confirmed"}
    path = f"/carts/{cart_id}/checks"
    assert await program.refused("POST", path, body) == (404, "no_such_check")


async def test_an_age_is_checked_by_somebody(program: Program) -> None:
    cart_id = (await program.post("/carts"))["cart_id"]
    await scan(program, cart_id, "wine")
    body = {"rule": "id-check/alcohol", "line_no": 1, "outcome": "confirmed"}
    path = f"/carts/{cart_id}/checks"
    assert await program.refused("POST", path, body) == (422, "not_in_contract")
    await program.post(path, body | {"cashier_id": "8"})
    assert (await last_event(program))["cashier_id"] == "8"


async def test_an_answer_that_is_given_twice_is_written_once(program: Program) -> None:
    cart_id = await cart_of(program, "wine")
    body = {"rule": "id-check/alcohol", "line_no": 1, "outcome": "confirmed"}
    first, again = [await program.post(f"/carts/{cart_id}/checks", body, "k") for _ in range(2)]
    assert first == again
    assert (await program.state())["sequence"] == first["sequence"]


async def test_what_was_settled_and_the_tables_outlive_the_process(home: Path) -> None:
    """Also where a new catalog has come that still has the versions of before: a customer who has
    paid by card must not owe more after a power cut."""
    async with ruled(home, catalog()) as program:
        cart_id = await cart_of(program, "wine", "watch")
        await scan(program, cart_id, "tea", quantity=3)
        await settle(program, cart_id, "id-check/alcohol", 1)
    rows = [TableRow("off5", [">= 5000", "10", "yes"]), TableRow("none", ["< 5000", None, None])]
    off10 = table_of("off5", 2, rows=rows)
    put(home, catalog((*ALL, off10), version=2))
    async with ruled(home) as program:
        assert (await program.get(f"/carts/{cart_id}"))["due_minor"] == 5_100 - 255
        await program.post(f"/carts/{cart_id}/complete", paid(5_100 - 255))
        assert (await last_event(program))["rules"]["tables"]["off5"] == 1
        later = await cart_of(program, "watch")
        assert (await scan(program, later, "tea", quantity=5))["due_minor"] == 4_500


async def test_a_cart_whose_tables_have_left_goes_by_todays(home: Path) -> None:
    async with ruled(home, catalog()) as program:
        cart_id = await cart_of(program, "watch")
        await scan(program, cart_id, "tea", quantity=5)
    put(home, catalog((table_of("off5", 2),), version=2))
    async with ruled(home) as program:
        await program.post(f"/carts/{cart_id}/complete", paid(4_750))
        assert (await last_event(program))["rules"]["tables"] == {"off5": 2}


async def test_a_cart_of_another_till_is_checked_here(program: Program) -> None:
    line = {"sku": "wine", "quantity": 1, "unit": "each", "unit_price_minor": 700}
    lines = [line | {"line_no": 4, "amount_minor": 700}]
    await program.post("/takeovers", {"cart_id": "c", "from_till_id": "2", "lines": lines})
    assert await program.refused("POST", "/carts/c/complete", paid(700)) == (409, "check_open")


async def test_a_cart_that_waits_keeps_what_was_settled(program: Program) -> None:
    cart_id = await cart_of(program, "wine")
    await settle(program, cart_id, "id-check/alcohol", 1)
    await program.post(f"/carts/{cart_id}/suspend")
    body = {"rule": "id-check/alcohol", "line_no": 1, "outcome": "refused"}
    assert await program.refused("POST", f"/carts/{cart_id}/checks", body) == (
        409,
        "cart_suspended",
    )
    await program.post(f"/carts/{cart_id}/resume")
    await program.post(f"/carts/{cart_id}/complete", paid(700))


async def test_training_is_checked_like_all_else(program: Program) -> None:
    cart_id = await cart_of(program, "wine", training=True)
    await settle(program, cart_id, "id-check/alcohol", 1)
    assert (await last_event(program))["training"] is True
    await program.post(f"/carts/{cart_id}/complete", paid(700))


async def test_a_till_without_tables_says_nothing_of_them(home: Path) -> None:
    async with ruled(home, catalog(())) as program:
        cart_id = await cart_of(program, "wine")
        await program.post(f"/carts/{cart_id}/complete", paid(700))
        assert "rules" not in await last_event(program)


async def test_the_centre_comes_to_the_same_by_what_the_journal_says(program: Program) -> None:
    cart_id = await cart_of(program, "watch", customer_id="c-1")
    await scan(program, cart_id, "tea", quantity=5, serial="SN-1")
    await settle(program, cart_id, "serial-loyalty/serial", 2)
    await program.post(f"/carts/{cart_id}/complete", paid(4_750))
    sale = decode_till_event(orjson.dumps(await last_event(program)))
    assert isinstance(sale, WireCartCompleted) and sale.discounts
    tables = tables_of(as_published(each) for each in ALL)
    assert difference_of(sale, tables) is None
