"""Two stores and the centre between them: who has what, and goods that come back once."""

import asyncio
import json
import time
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import structlog
from prometheus_client import CollectorRegistry, Gauge

from clients.store_api import StoreApiAccess
from clients.tls import Tls
from edge.gateway.elsewhere.asking import AskedCentre
from edge.gateway.elsewhere.kept_answers import KeptAnswers
from edge.gateway.elsewhere.levels import LevelsElsewhere
from edge.gateway.elsewhere.questions import CentreQuestions
from edge.gateway.elsewhere.receipts import ReceiptsElsewhere
from edge.gateway.elsewhere.reserving import ReturnsElsewhere
from edge.gateway.metrics import gateway_metrics
from edge.gateway.products.levels import HeardLevels
from edge.gateway.receipts.returns import Returns
from edge.gateway.receipts.shelf import ReceiptShelf, TopicPlace
from edge.gateway.receipts.stored import decode_receipt
from edge.gateway.receipts.wanted import WantedLine, WantedReturn
from edge.problems import Refusal
from following.outage import Outage
from tests.integration.store_api_world import StoreApiWorld, store_api
from topics.wire_derived import WireStockLevel

NOW = datetime.now(UTC)


@pytest.fixture
async def world(postgres: str, tmp_path: Path) -> AsyncIterator[StoreApiWorld]:
    async with store_api(postgres, tmp_path) as opened:
        yield opened


@pytest.fixture
def number() -> str:
    return f"1-1-{uuid.uuid4().hex[:8]}"


@dataclass(slots=True)
class Store:
    """What of a store's gateway asks the centre."""

    location_id: str
    shelf: ReceiptShelf
    own_levels: HeardLevels
    levels: LevelsElsewhere
    receipts: ReceiptsElsewhere
    returns: ReturnsElsewhere
    asked: Any

    def sold(self, receipt_no: str, quantity: int = 3) -> None:
        """Its till has sold so much, and the centre has not heard of it."""
        line = {"line_no": 1, "sku": "A", "quantity": quantity, "unit": "each"}
        self._passed(
            type="cart_completed", receipt_no=receipt_no, sequence=1, total_minor=100 * quantity,
            lines=[line | {"amount_minor": 100 * quantity}],
        )  # fmt: skip

    def took_back(self, receipt_no: str, sequence: int, quantity: int, **more: Any) -> None:
        line = {"line_no": 1, "sku": "A", "quantity": quantity, "unit": "each", "amount_minor": 0}
        self._passed(
            type="goods_returned", receipt_no=receipt_no, sequence=sequence, lines=[line],
            return_id=f"R{sequence}", **more,
        )  # fmt: skip

    def _passed(self, **event: Any) -> None:
        place = {"location_id": self.location_id, "till_id": "1", "epoch": 1}
        body = json.dumps({"business_date": "2026-11-30", **place, **event}).encode()
        self.shelf.keep([(decode_receipt(body), body)], TopicPlace(0, 1))

    async def reserve(self, receipt_no: str, quantity: int, return_id: str = "R-9") -> Any:
        """What its till is told: the reservation, or the status of the refusal."""
        wanted = WantedReturn(return_id, [WantedLine(1, quantity)])
        try:
            return json.loads(await self.returns.reserve(receipt_no, wanted))
        except Refusal as refused:
            return refused.status


@asynccontextmanager
async def store(world: StoreApiWorld, folder: Path, location_id: str) -> AsyncIterator[Store]:
    """A store that has found the centre."""
    folder = folder / location_id
    folder.mkdir(exist_ok=True)
    own = world.store(location_id)
    access = StoreApiAccess(world.address, Tls(world.pki.ca, own.certificate, own.key))
    up = Gauge("up", "up", registry=CollectorRegistry())
    centre = AskedCentre(access, Outage("store_api", up, structlog.get_logger("test")))
    figures = gateway_metrics(CollectorRegistry())
    with (
        closing(KeptAnswers(folder / "elsewhere.sqlite", time.time)) as kept,
        closing(ReceiptShelf(folder / "receipts.sqlite")) as shelf,
    ):
        questions = CentreQuestions(centre, kept, figures.asked_centre)
        levels = HeardLevels(location_id, lambda: NOW)
        looking = asyncio.create_task(centre.run())
        while not up._value.get():  # noqa: SLF001, ASYNC110
            await asyncio.sleep(0.01)
        try:
            yield Store(
                location_id,
                shelf,
                levels,
                LevelsElsewhere(location_id, levels, questions),
                ReceiptsElsewhere(questions),
                ReturnsElsewhere(location_id, Returns(shelf, time.time), shelf, questions),
                figures.asked_centre,
            )
        finally:
            looking.cancel()
            await asyncio.gather(looking, return_exceptions=True)


@asynccontextmanager
async def two_stores(
    world: StoreApiWorld, folder: Path, shop: str
) -> AsyncIterator[tuple[Store, Store]]:
    async with store(world, folder, shop) as first, store(world, folder, f"{shop}-b") as second:
        yield first, second


class Cut:
    """The line to the centre, as a store sees one that is cut."""

    def __init__(self, a_store: Store) -> None:
        self._questions = a_store.returns._questions  # noqa: SLF001
        self._centre = self._questions.centre

    def __enter__(self) -> None:
        access = StoreApiAccess("https://127.0.0.1:1", self._centre._tls)  # type: ignore[attr-defined] # noqa: SLF001
        up = Gauge("up", "up", registry=CollectorRegistry())
        outage = Outage("store_api", up, structlog.get_logger("test"))
        self._questions.centre = AskedCentre(access, outage)

    def __exit__(self, *_: object) -> None:
        self._questions.centre = self._centre


async def test_two_stores_that_take_the_same_goods_back_at_once_get_them_once(
    world: StoreApiWorld, tmp_path: Path, shop: str, number: str
) -> None:
    world.receipt(shop, number)
    async with two_stores(world, tmp_path, shop) as (first, second):
        first.sold(number)

        told = await asyncio.gather(first.reserve(number, 2), second.reserve(number, 2))

        (kept,) = [each for each in told if isinstance(each, dict)]
        assert 409 in told and kept["verified"] == "centre" and kept["location_id"] == shop
        winner = (first, second)[told.index(kept)]
        assert await winner.reserve(number, 2) == kept, "a lost answer was told otherwise"


async def test_who_is_refused_at_the_centre_keeps_nothing_in_the_store(
    world: StoreApiWorld, tmp_path: Path, shop: str, number: str
) -> None:
    world.receipt(shop, number)
    async with two_stores(world, tmp_path, shop) as (first, second):
        first.sold(number)
        assert isinstance(await second.reserve(number, 3), dict)
        assert await first.reserve(number, 2) == 409
        assert not first.shelf.reserved(number, time.time())


async def test_cut_off_a_store_takes_its_own_goods_back_and_no_others(
    world: StoreApiWorld, tmp_path: Path, shop: str, number: str
) -> None:
    world.receipt(shop, number)
    async with two_stores(world, tmp_path, shop) as (first, second):
        first.sold(number)
        with Cut(first), Cut(second):
            told = await first.reserve(number, 2)
            assert (told["verified"], told["refund_minor"]) == ("store", 200)
            assert await second.reserve(number, 2) == 503
        assert first.asked.labels("return", "own")._value.get() == 1  # noqa: SLF001
        assert second.asked.labels("return", "nothing")._value.get() == 1  # noqa: SLF001


async def test_what_came_back_while_the_line_was_cut_is_told_with_the_next_question(
    world: StoreApiWorld, tmp_path: Path, shop: str, number: str
) -> None:
    """The centre hears of it by another, slower way; no cent is paid twice meanwhile."""
    world.receipt(shop, number, total_minor=100)  # three for 100: a cent is left over somewhere
    async with two_stores(world, tmp_path, shop) as (first, second):
        line = {"line_no": 1, "sku": "A", "quantity": 3, "unit": "each", "amount_minor": 300}
        first._passed(  # noqa: SLF001
            type="cart_completed", receipt_no=number, sequence=1, total_minor=100, lines=[line]
        )
        with Cut(first):
            paid = [(await first.reserve(number, 1, "R5"))["refund_minor"]]
            first.took_back(number, 5, 1)
        paid.append((await first.reserve(number, 1, "R6"))["refund_minor"])
        first.took_back(number, 6, 1)
        assert await second.reserve(number, 3) == 409
        paid.append((await first.reserve(number, 1, "R7"))["refund_minor"])
    assert sum(paid) == 100


async def test_goods_of_another_store_come_back_here_and_count_there(
    world: StoreApiWorld, tmp_path: Path, shop: str, number: str
) -> None:
    world.receipt(shop, number)
    async with two_stores(world, tmp_path, shop) as (first, second):
        first.sold(number)
        assert (await second.reserve(number, 2))["location_id"] == shop
        second.took_back(number, 8, 2, receipt_location_id=shop, verified="centre")
        world.execute("DELETE FROM return_reservations WHERE receipt_no = %s", number)

        assert await second.reserve(number, 2, "R9") == 409, "its own return was forgotten"
        told = await second.receipts.of_number(number, [])
        assert [each["location_id"] for each in told.receipts] == [shop]


async def test_two_stores_with_one_number_take_each_its_own_back(
    world: StoreApiWorld, tmp_path: Path, shop: str, number: str
) -> None:
    world.receipt(shop, number)
    world.receipt(f"{shop}-b", number)
    async with two_stores(world, tmp_path, shop) as (first, second):
        first.sold(number)
        second.sold(number)
        told = [await each.reserve(number, 3) for each in (first, second)]
        assert [each["location_id"] for each in told] == [shop, f"{shop}-b"]


async def test_a_sale_that_the_centre_has_not_heard_of_comes_back_in_its_own_store(
    world: StoreApiWorld, tmp_path: Path, shop: str, number: str
) -> None:
    async with two_stores(world, tmp_path, shop) as (first, second):
        first.sold(number)
        assert (await first.reserve(number, 1))["verified"] == "store"
        assert await second.reserve(number, 1) == 404


async def test_who_else_has_it_is_the_last_known_with_its_age_while_the_centre_is_away(
    world: StoreApiWorld, tmp_path: Path, shop: str
) -> None:
    sku = f"SKU-{shop}"
    world.level(shop, sku, 5)
    world.level(f"{shop}-b", sku, 9)
    async with store(world, tmp_path, shop) as first:
        first.own_levels.hear(WireStockLevel(shop, sku, 4, 0, 4, 2, NOW))
        first.own_levels.is_current()
        fresh = await first.levels.in_shops(sku)
        assert {where: each.on_hand for where, each in fresh.by_location.items()} == {
            shop: 4,  # as the store knows itself
            f"{shop}-b": 9,
        }
        assert not fresh.is_stale

    async with store(world, tmp_path, shop) as again:  # the gateway was started anew
        with Cut(again):
            last = await again.levels.in_shops(sku)
            never = await again.levels.in_shops("another")
    assert last.is_stale and last.as_of == fresh.as_of
    assert last.by_location[f"{shop}-b"].on_hand == 9
    assert (dict(never.by_location), never.as_of, never.is_stale) == ({}, None, True)


async def test_a_shop_of_which_the_centre_hears_nothing_is_told_as_last_known(
    world: StoreApiWorld, tmp_path: Path, shop: str
) -> None:
    sku = f"SKU-{shop}"
    for location_id, seen in ((f"{shop}-b", "2026-01-01T00:00:00Z"), (f"{shop}-c", "now()")):
        world.level(location_id, sku, 1)
        world.execute(
            "INSERT INTO till_status (till_id, location_id, epoch, last_sequence, missing,"
            " duplicates, last_seen, version) VALUES ('1', %s, 1, 9, '[]', 0,"
            " CASE WHEN %s = 'now()' THEN now() ELSE %s::timestamptz END, 1)",
            *(location_id, seen, "2026-01-01T00:00:00Z"),
        )
    async with store(world, tmp_path, shop) as first:
        told = (await first.levels.in_shops(sku)).by_location
    assert told[f"{shop}-b"].is_stale and not told[f"{shop}-c"].is_stale


async def test_a_customers_receipts_are_those_of_all_stores_the_newest_first(
    world: StoreApiWorld, tmp_path: Path, shop: str, number: str
) -> None:
    customer = f"C-{shop}"
    world.receipt(f"{shop}-b", number, 7, customer_id=customer, business_date="2026-11-29")
    own = {
        "location_id": shop, "till_id": "1", "epoch": 1, "sequence": 3, "returned": {},
        "receipt_no": "own", "business_date": "2026-11-30",
    }  # fmt: skip
    async with store(world, tmp_path, shop) as first:
        told = await first.receipts.of_customer(customer, [own], 50)
        assert [each["receipt_no"] for each in told.receipts] == ["own", number]
        assert not told.is_stale
        with Cut(first):
            last = await first.receipts.of_customer(customer, [own], 1)
        assert [each["receipt_no"] for each in last.receipts] == ["own"] and last.is_stale


async def test_an_answer_that_is_nonsense_is_none_and_is_not_kept(
    world: StoreApiWorld, tmp_path: Path, shop: str
) -> None:
    sku = f"SKU-{shop}"
    world.level(f"{shop}-b", sku, 9)
    async with store(world, tmp_path, shop) as first:
        await first.levels.in_shops(sku)
        world.execute("UPDATE stock_levels SET location_id = %s WHERE sku = %s", "no id", sku)
        told = await first.levels.in_shops(sku)
        assert told.is_stale and list(told.by_location) == [f"{shop}-b"]
