"""Receipts and returns over HTTP: who may ask, what is told, and what cannot come back twice."""

import json
from collections.abc import AsyncIterator
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from edge.gateway.receipts import shelf as shelves
from edge.gateway.receipts.passing import PassingReceipts
from edge.gateway.receipts.shelf import DAYS_KEPT, ReceiptShelf, TopicPlace
from edge.gateway.receipts.stored import decode_receipt
from edge.gateway.receipts.wanted import RESERVED_SECONDS
from tests.unit.edge.gateway.catalog.catalog_doors import CatalogDoor, catalog_door, of
from tests.unit.edge.gateway.doubles import MemoryTopic
from tests.unit.edge.gateway.employees.test_authorize import HASH, employee
from tests.unit.edge.gateway.stores import LOCATION, send, store
from tests.unit.edge.journal.tills import TILL, opened, sale
from tests.unit.edge.journal.tills import event as event_of


@pytest.fixture
async def door(tmp_path: Path) -> AsyncIterator[CatalogDoor]:
    async with catalog_door(tmp_path) as opened:
        await opened.desk.take(of(employee()))
        yield opened


def event(sequence: int = 1, **fields: Any) -> dict[str, Any]:
    return {
        "type": "cart_completed", "location_id": LOCATION, "till_id": "1", "epoch": 1,
        "sequence": sequence, "receipt_no": "1-1-1", "business_date": "2026-11-29",
        "total_minor": 900, "cart_id": "c",
        "lines": [
            {"line_no": 1, "sku": "tea", "quantity": 3, "unit": "each", "unit_price_minor": 300,
             "amount_minor": 900},
            {"line_no": 2, "sku": "bag", "quantity": 1, "unit": "each", "unit_price_minor": 0,
             "amount_minor": 0},
        ],
        **fields,
    }  # fmt: skip


def came_back(sequence: int, quantity: int, return_id: str) -> dict[str, Any]:
    lines = [{"line_no": 1, "sku": "tea", "quantity": quantity, "unit": "each", "amount_minor": 0}]
    return event(sequence, type="goods_returned", lines=lines, return_id=return_id, total_minor=0)


def keep(shelf: ReceiptShelf, *events: dict[str, Any]) -> None:
    bodies = [json.dumps(each).encode() for each in events]
    shelf.keep([(decode_receipt(body), body) for body in bodies], TopicPlace(3, 7))


def authorized(door: CatalogDoor) -> str:
    found = door.desk.view and door.desk.view.employee(HASH)
    assert found
    return door.authorizations.give(TILL.till_id, found).token


async def asked(door: CatalogDoor, path: str, body: Any = None) -> tuple[int, Any]:
    target = f"/v1/{path}?authorization={authorized(door)}"
    method = "GET" if body is None else "POST"
    sent = b"" if body is None else json.dumps(body).encode()
    reply = await door.request(method, target, sent)
    return reply.status, json.loads(reply.body)


def wanted(return_id: str, quantity: int, **fields: Any) -> dict[str, Any]:
    return {"return_id": return_id, "lines": [{"line_no": 1, "quantity": quantity}], **fields}


async def test_without_an_employee_nothing_of_customers_is_told(door: CatalogDoor) -> None:
    keep(door.shelf, event(customer_id="c-1"))
    for method, path in (
        ("GET", "receipts/1-1-1"), ("GET", "customers/c-1/receipts"),
        ("POST", "receipts/1-1-1/returns"),
    ):  # fmt: skip
        for query in ("", "?authorization=x"):
            reply = await door.request(method, f"/v1/{path}{query}", b"")
            assert (reply.status, json.loads(reply.body)["code"]) == (403, 200)


async def test_a_receipt_is_told_as_it_was_with_what_came_back(door: CatalogDoor) -> None:
    keep(door.shelf, event(more="kept"), came_back(2, 1, "r0"))
    status, told = await asked(door, "receipts/1-1-1")
    assert status == 200
    assert (told["more"], told["returned"]) == ("kept", {"1": 1, "2": 0})
    assert (await asked(door, "receipts/9-9-9"))[0] == 404
    keep(door.shelf, event(9, till_id="2"))
    status, told = await asked(door, "receipts/1-1-1")
    assert [each["till_id"] for each in told] == ["1", "2"], "a list where it is ambiguous"


async def test_a_customers_receipts_come_newest_first(door: CatalogDoor) -> None:
    days = {1: "2026-11-01", 2: "2026-11-03", 3: "2026-11-02"}
    events = [
        event(sequence, receipt_no=f"1-1-{sequence}", business_date=day, customer_id="c-1")
        for sequence, day in days.items()
    ]
    keep(door.shelf, *events, event(4, receipt_no="1-1-4", customer_id="c-2"))
    status, told = await asked(door, "customers/c-1/receipts")
    assert status == 200
    assert [each["sequence"] for each in told["receipts"]] == [2, 3, 1]
    assert (await asked(door, "customers/nobody/receipts"))[1] == {"receipts": []}


async def test_no_more_comes_back_than_was_bought_whoever_asks(door: CatalogDoor) -> None:
    keep(door.shelf, event())
    status, told = await asked(door, "receipts/1-1-1/returns", wanted("r1", 2))
    assert status == 200
    assert (told["refund_minor"], told["verified"]) == (600, "store")
    assert told["lines"] == [
        {"line_no": 1, "sku": "tea", "quantity": 2, "unit": "each", "refund_minor": 600}
    ]
    again = await asked(door, "receipts/1-1-1/returns", wanted("r1", 2))
    assert again == (status, told), "a lost answer is told again"
    status, refused = await asked(door, "receipts/1-1-1/returns", wanted("r2", 2))
    assert (status, refused["code"]) == (409, 200) and "line 1: 1" in refused["detail"]
    assert (await asked(door, "receipts/1-1-1/returns", wanted("r2", 1)))[0] == 200
    keep(door.shelf, came_back(5, 2, "r1"), came_back(6, 1, "r2"))
    assert (await asked(door, "receipts/1-1-1/returns", wanted("r3", 1)))[0] == 409
    assert (await asked(door, "receipts/1-1-1"))[1]["returned"] == {"1": 3, "2": 0}


async def test_a_reservation_that_nobody_used_ends(door: CatalogDoor) -> None:
    keep(door.shelf, event())
    assert (await asked(door, "receipts/1-1-1/returns", wanted("r1", 3)))[0] == 200
    assert (await asked(door, "receipts/1-1-1/returns", wanted("r2", 1)))[0] == 409
    assert (await asked(door, "receipts/1-1-1/returns", wanted("r1", 2)))[0] == 200, "it may change"
    assert (await asked(door, "receipts/1-1-1/returns", wanted("r2", 1)))[0] == 200
    door.seconds += RESERVED_SECONDS + 1
    assert (await asked(door, "receipts/1-1-1/returns", wanted("r3", 3)))[0] == 200


async def test_of_receipts_with_one_number_the_meant_one_is_named(door: CatalogDoor) -> None:
    keep(door.shelf, event(), event(9, till_id="2"))
    status, _ = await asked(door, "receipts/1-1-1/returns", wanted("r1", 1))
    assert status == 409
    place = {"till_id": "2", "epoch": 1, "sequence": 9}
    assert (await asked(door, "receipts/1-1-1/returns", wanted("r1", 1, **place)))[0] == 200
    place["sequence"] = 8
    assert (await asked(door, "receipts/1-1-1/returns", wanted("r1", 1, **place)))[0] == 404


@pytest.mark.parametrize(
    "body",
    [
        {}, [], {"return_id": "r", "lines": []}, wanted("", 1), wanted("r", 0), wanted("r", -1),
        wanted("r", 1) | {"lines": [{"line_no": 1, "quantity": 1.5}]},
        wanted("r", 1) | {"lines": [{"line_no": 1, "quantity": 1}] * 2},
        wanted("r", 1) | {"lines": [{"line_no": 1, "quantity": 1}] * 1_001},
    ],
)  # fmt: skip
async def test_what_is_no_return_is_a_bad_request(door: CatalogDoor, body: Any) -> None:
    keep(door.shelf, event())
    status, told = await asked(door, "receipts/1-1-1/returns", body)
    assert (status, told["code"]) == (400, 200)


def test_the_shelf_goes_on_where_it_was_and_keeps_each_receipt_once(tmp_path: Path) -> None:
    path = tmp_path / "receipts.sqlite"
    with closing(ReceiptShelf(path)) as shelf:
        assert shelf.place is None
        keep(shelf, event())
    with closing(ReceiptShelf(path)) as shelf:
        assert shelf.place == (3, 7)
        keep(shelf, event(total_minor=1))
        (body,) = shelf.sales("1-1-1")
        assert json.loads(body)["total_minor"] == 900


def test_old_receipts_leave_by_the_stores_own_dates(tmp_path: Path) -> None:
    newest = date(2026, 11, 29)
    with closing(ReceiptShelf(tmp_path / "receipts.sqlite")) as shelf:
        shelf.forget_old()
        for age in (0, DAYS_KEPT, DAYS_KEPT + 1):
            day = (newest - timedelta(days=age)).isoformat()
            keep(shelf, event(age + 1, receipt_no=f"n-{age}", business_date=day))
        shelf.forget_old()
        assert [bool(shelf.sales(f"n-{age}")) for age in (0, DAYS_KEPT, DAYS_KEPT + 1)] == [
            True, True, False,
        ]  # fmt: skip


async def test_what_the_stores_tills_send_is_known_before_the_centre_tells_it(
    door: CatalogDoor, tmp_path: Path
) -> None:
    seen, topic = PassingReceipts(door.shelf), MemoryTopic()
    for each in ("intake", "till"):
        (tmp_path / each).mkdir()
    async with store(tmp_path / "intake", topic) as gateway:
        gateway.intake.watchers.append(seen.see)
        with closing(opened(tmp_path / "till")) as journal:
            journal.append([sale(786), sale(99, training=True)])
            await send(journal, gateway)
            (receipt_no, training) = [each["receipt_no"] for each in topic.events()]
            assert (await asked(door, f"receipts/{receipt_no}"))[0] == 200
            assert (await asked(door, f"receipts/{training}"))[0] == 404, "nothing was sold"
            back = next(each for each in topic.events())["lines"][0]
            journal.append([event_of("goods_returned", receipt_no=receipt_no, lines=[back])])
            await send(journal, gateway)
    _, told = await asked(door, f"receipts/{receipt_no}")
    assert told["returned"][str(back["line_no"])] == back["quantity"]


async def test_receipts_that_no_disk_takes_have_an_end(
    door: CatalogDoor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shelves, "PASSING_MAX", 3)
    for number in range(1, 6):
        body = json.dumps(event(number, receipt_no=f"1-1-{number}")).encode()
        door.shelf.pass_by([(decode_receipt(body), body)])
    found = [(await asked(door, f"receipts/1-1-{each}"))[0] for each in range(1, 6)]
    assert found == [404, 404, 200, 200, 200]
