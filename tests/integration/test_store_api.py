"""What the centre answers stores about other stores: on a real database, over real TLS."""

import asyncio
import ssl
import uuid
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, LiteralString

import aiohttp
import psycopg
import pytest
from openapi_spec_validator import validate
from psycopg import errors
from psycopg.conninfo import make_conninfo

from connectors.postgres.access import STORE_API
from edge.store_api import openapi
from edge.store_api.quota import BURST
from edge.store_api.reservations import OF_STORE_MAX
from edge.store_api.sold import SALES_MAX
from identity.names import ServiceName, StoreName, TillName
from tests.house.checkout import CHECKOUT
from tests.integration.store_api_world import StoreApiWorld, store_api

COMMITTED = CHECKOUT / "docs" / "contracts" / "store-api-openapi.json"

WRITE_IT = (
    'run `.venv/bin/python -c "from edge.store_api.openapi import text; '
    "print(text().decode(), end='')\" > docs/contracts/store-api-openapi.json` and commit it"
)


@pytest.fixture
async def world(postgres: str, tmp_path: Path) -> AsyncIterator[StoreApiWorld]:
    async with store_api(postgres, tmp_path) as opened:
        yield opened


@pytest.fixture
def number() -> str:
    """A receipt's number that no other test uses."""
    return f"1-1-{uuid.uuid4().hex[:8]}"


@pytest.fixture
def sku() -> str:
    """A product that no other test uses."""
    return f"SKU-{uuid.uuid4().hex[:8]}"


def test_the_committed_document_is_that_of_the_code() -> None:
    assert COMMITTED.exists() and COMMITTED.read_bytes() == openapi.text(), WRITE_IT


def test_it_is_a_valid_document() -> None:
    validate(openapi.document())


async def test_every_call_that_is_served_is_in_the_document(world: StoreApiWorld) -> None:
    served = {
        (route.method, route.resource.canonical)
        for route in world.api.application().router.routes()
        if route.resource and route.method != "HEAD"
    }
    told = {
        (method.upper(), path)
        for path, item in openapi.document()["paths"].items()
        for method in item
    }
    assert served == told


async def test_all_shops_that_have_a_product_are_told_each_with_its_own_time(
    world: StoreApiWorld, shop: str, sku: str
) -> None:
    world.level(shop, sku, 7)
    world.level(f"{shop}-b", sku, -2)
    world.execute(
        "INSERT INTO till_status (till_id, location_id, epoch, last_sequence, missing, duplicates,"
        " last_seen, version) VALUES ('1', %s, 1, 9, '[]', 0, '2026-11-30T09:00:00Z', 1)",
        shop,
    )

    told = await world.get("store-asks", f"/v1/stock/{sku}")

    assert told["sku"] == sku
    assert told["shops"] == [
        {
            "location_id": shop,
            "on_hand": 7,
            "in_carts": 1,
            "available": 6,
            "as_of": "2026-11-30T08:00:00.000Z",
            "heard_at": "2026-11-30T09:00:00.000Z",
        },
        {
            "location_id": f"{shop}-b",
            "on_hand": -2,
            "in_carts": 1,
            "available": -3,
            "as_of": "2026-11-30T08:00:00.000Z",
            "heard_at": None,
        },
    ]


async def test_a_receipt_of_another_store_is_told_with_what_came_back_anywhere(
    world: StoreApiWorld, shop: str, number: str
) -> None:
    world.receipt(shop, number, customer_id=f"C-{shop}")
    world.came_back(f"{shop}-b", number, 4, 2, receipt_location_id=shop)

    (told,) = (await world.get(f"{shop}-c", f"/v1/receipts/{number}"))["receipts"]

    assert (told["location_id"], told["total_minor"], told["returned"]) == (shop, 300, {"1": 2})
    assert told["lines"] == [
        {
            "line_no": 1,
            "sku": "A",
            "quantity": 3,
            "unit": "each",
            "unit_price_minor": 100,
            "amount_minor": 300,
        }
    ]
    found = await world.get(f"{shop}-c", f"/v1/customers/C-{shop}/receipts")
    assert [each["receipt_no"] for each in found["receipts"]] == [number]


async def test_where_two_stores_have_a_number_both_are_told_and_each_has_its_own_returns(
    world: StoreApiWorld, shop: str, number: str
) -> None:
    world.receipt(shop, number)
    world.receipt(f"{shop}-b", number)
    world.came_back(f"{shop}-b", number, 4, 1)  # its till said nothing of whose receipt it is

    told = (await world.get(shop, f"/v1/receipts/{number}"))["receipts"]

    assert [(each["location_id"], each["returned"]) for each in told] == [
        (shop, {"1": 0}),
        (f"{shop}-b", {"1": 1}),
    ]
    reply = await world.reserve(shop, number, "R-1", 1)
    assert reply.status == 409 and b"Several receipts" in reply.body
    assert (await world.reserve(shop, number, "R-1", 1, location_id=shop)).status == 200


async def test_two_stores_that_want_the_same_goods_at_the_same_moment_get_them_once(
    world: StoreApiWorld, shop: str, number: str
) -> None:
    world.receipt(shop, number)

    replies = await asyncio.gather(
        *(world.reserve(f"{shop}-{each}", number, "R-1", 2) for each in range(6))
    )

    assert sorted(each.status for each in replies) == [200, *[409] * 5]
    kept = next(each.json for each in replies if each.status == 200)
    assert kept["refund_minor"] == 200 and kept["verified"] == "centre"
    (told,) = (await world.get(shop, f"/v1/receipts/{number}"))["receipts"]
    assert told["returned"] == {"1": 2}


async def test_a_lost_answer_is_told_again_and_another_wish_takes_its_place(
    world: StoreApiWorld, shop: str, number: str
) -> None:
    world.receipt(shop, number)
    first = await world.reserve(shop, number, "R-1", 3)
    again = await world.reserve(shop, number, "R-1", 3)
    assert (first.status, again.body) == (200, first.body)
    assert (await world.reserve(f"{shop}-b", number, "R-1", 1)).status == 409

    assert (await world.reserve(shop, number, "R-1", 1)).json["refund_minor"] == 100
    assert (await world.reserve(f"{shop}-b", number, "R-1", 2)).status == 200


async def test_one_id_of_two_stores_is_two_returns(
    world: StoreApiWorld, shop: str, number: str
) -> None:
    world.receipt(shop, number)
    for asking in (shop, f"{shop}-b"):
        assert (await world.reserve(asking, number, "R-1", 1)).status == 200
    (told,) = (await world.get(shop, f"/v1/receipts/{number}"))["receipts"]
    assert told["returned"] == {"1": 2}


async def test_what_has_come_is_no_longer_kept_beside_it(
    world: StoreApiWorld, shop: str, number: str
) -> None:
    world.receipt(shop, number)
    assert (await world.reserve(f"{shop}-b", number, "R9", 2)).status == 200
    world.came_back(f"{shop}-b", number, 9, 2, receipt_location_id=shop)

    (told,) = (await world.get(shop, f"/v1/receipts/{number}"))["receipts"]
    assert told["returned"] == {"1": 2}, "a return and its own reservation are two"


async def test_a_reservation_ends_by_itself(world: StoreApiWorld, shop: str, number: str) -> None:
    world.receipt(shop, number)
    assert (await world.reserve(shop, number, "R-1", 3)).status == 200
    world.execute(
        "UPDATE return_reservations SET until = now() - interval '1 second' WHERE receipt_no = %s",
        number,
    )
    assert (await world.reserve(f"{shop}-b", number, "R-1", 3)).status == 200
    left = world.rows("SELECT location_id FROM return_reservations WHERE receipt_no = %s", number)
    assert left == [(f"{shop}-b",)], "what has ended lies there for ever"


async def test_what_the_asking_store_took_back_counts_before_the_centre_has_heard_of_it(
    world: StoreApiWorld, shop: str, number: str
) -> None:
    world.receipt(shop, number)
    line = {"line_no": 1, "sku": "A", "quantity": 2, "unit": "each", "amount_minor": 200}
    taken = {"till_id": "2", "epoch": 1, "sequence": 5, "return_id": "R5", "lines": [line]}

    reply = await world.reserve(shop, number, "R-9", 2, taken_back=[taken])
    assert reply.status == 409, "goods that came back in the store came back twice"

    # Once the centre has it too, it counts once.
    world.came_back(shop, number, 5, 2, till_id="2", return_id="R5")
    assert (await world.reserve(shop, number, "R-9", 1, taken_back=[taken])).status == 200


async def test_a_store_holds_no_more_than_its_share(
    world: StoreApiWorld, shop: str, number: str
) -> None:
    world.receipt(shop, number)
    world.execute(
        "INSERT INTO return_reservations SELECT %s, 'held-' || n, 'of-' || n, 'elsewhere', '{}',"
        " '{}', now() + interval '1 minute' FROM generate_series(1, %s) AS n",
        *(shop, OF_STORE_MAX),
    )
    reply = await world.reserve(shop, number, "R-1", 1)
    assert reply.status == 429 and reply.headers["Retry-After"] == "60"
    assert (await world.reserve(f"{shop}-b", number, "R-1", 1)).status == 200


async def test_nobody_else_than_a_store_is_answered(world: StoreApiWorld, shop: str) -> None:
    path = "/v1/stock/A"
    reply = await world.call("GET", path, world.pki.certified(ServiceName("operator")))
    assert (reply.status, reply.json["code"]) == (403, 100)
    ended = world.pki.certified(StoreName(shop), life=timedelta(days=-1), file="ended")
    assert (await world.call("GET", path, ended)).status == 403


async def test_who_shows_nothing_or_a_devices_certificate_does_not_even_connect(
    world: StoreApiWorld, shop: str
) -> None:
    for identity in (world.pki.certified(TillName(shop, "1")), None):
        with pytest.raises((aiohttp.ClientError, OSError)):
            await world.call("GET", "/live", identity)


@pytest.mark.parametrize(
    "path",
    [
        "/v1/stock/no%20sku",
        "/v1/stock/" + "A" * 65,
        "/v1/receipts/" + "1" * 129,
        "/v1/receipts/a%00b",
        "/v1/customers/%00/receipts",
    ],
)
async def test_what_nobody_can_be_asked_for_is_a_clear_refusal(
    world: StoreApiWorld, shop: str, path: str
) -> None:
    reply = await world.call("GET", path, world.store(shop))
    assert (reply.status, reply.json["code"]) == (400, 200)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[" * 50_000,
        b'{"return_id": "R", "lines": []}',
        b'{"return_id": "R", "lines": [{"line_no": 1, "quantity": 0}]}',
        b'{"return_id": "a\\u0000b", "lines": [{"line_no": 1, "quantity": 1}]}',
        b'{"return_id": "\\ud800", "lines": [{"line_no": 1, "quantity": 1}]}',
    ],
)
async def test_a_body_that_is_no_reservation_is_a_clear_refusal(
    world: StoreApiWorld, shop: str, number: str, body: bytes
) -> None:
    world.receipt(shop, number)
    path = f"/v1/receipts/{number}/returns"
    reply = await world.call("POST", path, world.store(shop), body)
    assert (reply.status, reply.json["code"]) == (400, 200)


async def test_a_number_that_is_markup_is_a_number_like_others(
    world: StoreApiWorld, shop: str
) -> None:
    number = f"<b onclick=x>{shop}</b>"
    world.receipt(shop, number)
    quoted = number.replace("<", "%3C").replace(">", "%3E").replace("/", "%2F").replace(" ", "%20")
    (told,) = (await world.get(shop, f"/v1/receipts/{quoted}"))["receipts"]
    assert told["receipt_no"] == number


async def test_a_database_that_holds_on_is_given_up_before_the_store_gives_up(
    world: StoreApiWorld, shop: str, number: str
) -> None:
    world.receipt(shop, number)
    with psycopg.connect(world.dsn) as holding:
        holding.execute("LOCK TABLE return_reservations IN ACCESS EXCLUSIVE MODE")
        began = asyncio.get_running_loop().time()
        reply = await world.reserve(shop, number, "R-1", 1)
        took = asyncio.get_running_loop().time() - began
    assert (reply.status, reply.json["code"]) == (503, 300) and took < 1.0
    assert (await world.reserve(shop, number, "R-1", 1)).status == 200, "it never came back"


async def test_its_role_reads_nothing_of_people_and_writes_nothing_but_reservations(
    world: StoreApiWorld,
) -> None:
    refused: list[LiteralString] = [
        "SELECT FROM customers",
        "SELECT FROM employees",
        "SELECT FROM customer_keys",
        "SELECT FROM device_vouchers",
        "SELECT FROM stock_movements",
        "UPDATE sales SET total_minor = 0",
        "DELETE FROM stock_levels",
        "INSERT INTO returns_to_judge (receipt_no, location_id) VALUES ('a', 'b')",
    ]
    dsn = make_conninfo(world.dsn, user=STORE_API)
    with psycopg.connect(dsn, autocommit=True) as connection:
        for order in refused:
            with pytest.raises(errors.InsufficientPrivilege):
                connection.execute(order)


async def test_questions_are_counted_by_call_and_status(world: StoreApiWorld, shop: str) -> None:
    await world.get(shop, "/v1/stock/A")
    await world.call("GET", "/v1/stock/A", world.pki.certified(ServiceName("operator")))
    counted: Any = world.api.metrics.requests
    assert counted.labels("/v1/stock/{sku}", "200")._value.get() == 1  # noqa: SLF001
    assert counted.labels("/v1/stock/{sku}", "403")._value.get() == 1  # noqa: SLF001


async def test_a_clock_that_is_a_year_off_is_told_as_what_it_is(
    postgres: str, tmp_path: Path, shop: str
) -> None:
    async with store_api(
        postgres, tmp_path, lambda: datetime.now(UTC) + timedelta(days=500)
    ) as world:
        reply = await world.call("GET", "/v1/stock/A", world.store(shop))
    assert reply.status == 403 and b"clocks" in reply.body


async def test_a_store_that_asks_without_end_is_slowed_down_and_others_are_not(
    world: StoreApiWorld, shop: str
) -> None:
    own = world.store(shop)
    context = ssl.create_default_context(cafile=world.pki.ca)
    context.load_cert_chain(own.certificate, own.key)
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(ssl=context)) as http:
        statuses: list[int] = []
        for _ in range(BURST + 40):
            async with http.get(f"{world.address}/v1/receipts/guessed") as answer:
                statuses.append(answer.status)
    assert set(statuses[:BURST]) == {200} and 429 in statuses
    assert (await world.call("GET", "/v1/stock/A", world.store(f"{shop}-b"))).status == 200


async def test_of_a_number_that_many_tills_use_the_named_stores_receipt_is_found(
    world: StoreApiWorld, shop: str, number: str
) -> None:
    for each in range(SALES_MAX + 2):
        world.receipt(f"{shop}-{each:03}", number)
    last = f"{shop}-{SALES_MAX + 1:03}"
    kept = await world.reserve(last, number, "R-1", 3, location_id=last)
    assert kept.json["location_id"] == last
