"""Each store's feed at a real broker: whole, in order, its own alone, whatever is killed."""

import asyncio
import random
import time
from collections.abc import Generator
from pathlib import Path

import kafka.errors as errors
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec

from clients import blocking_kafka
from edge.signed_list import require_signed
from identity.names import ServiceName
from tests.feed_company import (
    COMPANY,
    HERE,
    LATER,
    OWN,
    THERE,
    assortment,
    deleted,
    employee,
    moved,
    price,
    product,
)
from tests.integration.feeds_world import (
    FeedsWorld,
    asking,
    await_word,
    gone,
    listed,
    names_in,
    one_meaning_for_each_version,
    publish,
    state_of,
    status_of,
)
from tests.integration.guarded_broker import guarded_broker
from tests.integration.own_broker import tillstream_json
from tests.integration.process import PATIENCE_SECONDS, Process
from tests.integration.registration_world import registration

pytestmark = pytest.mark.lonely


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Generator[FeedsWorld]:
    with guarded_broker(tmp_path_factory.mktemp("feeding")) as broker:
        made = FeedsWorld(broker)
        made.mirror(HERE, THERE)
        yield made


@pytest.fixture(scope="module")
def feeds(world: FeedsWorld) -> Generator[Process]:
    world.say(*COMPANY)
    with world.running("first") as worker:
        yield worker


def test_a_new_store_is_told_all_that_is_its_own_and_nothing_else(
    world: FeedsWorld, feeds: Process
) -> None:
    assert set(world.told(HERE, lambda store: bool(store.rows)).rows) == OWN
    there = {"product/salt", "assortment/salt", "price/p-2", "employee/bob", "customer/c-2"}
    assert set(world.store(THERE).rows) == there | {"rule_table/off5/1"}
    for store, foreign in ((HERE, THERE), (THERE, HERE)):
        for record in world.records(f"down.{store}", store):
            assert foreign.encode() not in (record.key + (record.value or b""))


def test_a_change_goes_to_the_stores_that_it_concerns(world: FeedsWorld, feeds: Process) -> None:
    before = world.end(THERE)
    world.say(product("milk", "Fresh milk"))
    world.told(HERE, lambda store: store.rows["product/milk"]["name"] == "Fresh milk")
    assert world.end(THERE) == before


def test_a_restart_goes_on_where_it_was_and_rows_that_come_again_say_nothing(
    world: FeedsWorld, feeds: Process
) -> None:
    before = world.end(HERE), world.end(THERE)
    feeds.kill()
    world.say(*COMPANY, product("milk", "Fresh milk"))
    feeds.restart()
    await_word(feeds, "feeds_ready", times=2)
    assert (world.end(HERE), world.end(THERE)) == before
    world.say(*COMPANY, product("milk", "Fresh milk"), price("p-3", "salt"))
    world.told(THERE, lambda store: "price/p-3" in store.rows)
    assert world.store(HERE).rows["product/milk"]["name"] == "Fresh milk"
    one_meaning_for_each_version(world, HERE)


def test_what_leaves_is_said_and_let_go_once_the_store_has_reported_more(
    world: FeedsWorld, feeds: Process
) -> None:
    world.say(deleted(assortment(HERE, "tea")), employee("ann", LATER))
    leaving = {"product/tea", "assortment/tea", "employee/ann"}
    store = world.told(HERE, lambda store: not leaving & store.rows.keys())
    left_at = gone(world, HERE)
    assert set(left_at) == leaving
    world.say(status_of(HERE, store.version, store.head.feed if store.head else ""))
    time.sleep(1.5)
    highest = max(left_at, key=lambda key: left_at[key])
    deadline = time.monotonic() + PATIENCE_SECONDS
    while len(left := gone(world, HERE)) != 1:
        assert time.monotonic() < deadline, f"{left} are kept for ever"
        time.sleep(0.2)
    assert set(left) == {highest}, "that version it has reported, and no later one"
    world.say(moved(HERE, "tea"))
    world.told(HERE, lambda store: "product/tea" in store.rows)


def test_the_centre_sees_how_far_each_store_is(world: FeedsWorld, feeds: Process) -> None:
    store = world.store(HERE)
    assert store.head is not None
    world.say(status_of(HERE, store.version - 1, store.head.feed))
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        status, told = tillstream_json(
            world.broker.mutual, "feeds", "status", **world.broker.settings("operator")
        )
        (here,) = [each for each in told["stores"] if each["location_id"] == HERE]
        if here["applied_version"] == store.version - 1:
            break
        assert time.monotonic() < deadline, told
    assert status == 0
    assert (here["version"], here["lacks"], here["is_whole"]) == (store.version, 1, None)
    (there,) = [each for each in told["stores"] if each["location_id"] == THERE]
    assert (there["applied_version"], there["reported_at"]) == (None, None)
    assert there["lacks"] == len(world.store(THERE).rows)


def test_a_store_that_is_added_is_full_without_a_restart(world: FeedsWorld, feeds: Process) -> None:
    world.mirror(LATER)
    store = world.told(LATER, lambda store: bool(store.rows))
    assert {"product/milk", "product/tea", "product/salt", "employee/ann"} < set(store.rows)


def test_who_buys_at_a_store_becomes_its_customer(world: FeedsWorld, feeds: Process) -> None:
    sale = {"type": "cart_completed", "location_id": HERE, "business_date": "2026-11-30"}
    world.say(("checkout.receipts", f"{HERE}/1/1/1", sale | {"customer_id": "c-1"}))
    world.told(HERE, lambda store: "customer/c-1" in store.rows)
    assert "customer/c-1" not in world.store(THERE).rows


def test_a_store_hears_of_its_own_tills_at_once_and_then_seldom(
    world: FeedsWorld, feeds: Process
) -> None:
    for version in range(40):
        world.say(("till.status", f"{HERE}/1", {"version": version}))
        time.sleep(0.1)
    deadline = time.monotonic() + PATIENCE_SECONDS
    while b'{"version": 39}' not in [each.value for each in world.records(f"ack.{HERE}", HERE)]:
        assert time.monotonic() < deadline
        time.sleep(0.5)
    words = world.records(f"ack.{HERE}", HERE)
    assert {each.key for each in words} == {b"1"}
    assert len(words) <= 3
    assert world.records(f"ack.{THERE}") == []


def test_a_row_that_nobody_can_read_holds_up_none(world: FeedsWorld, feeds: Process) -> None:
    world.say(
        ("cdc.products", "<b>", {"sku": "<b>markup</b>"}), product("salt", "<script>salt</script>")
    )
    world.told(THERE, lambda store: store.rows["product/salt"]["name"] == "<script>salt</script>")
    assert "record_tells_no_store" in feeds.log
    assert "<b>markup" not in feeds.log


def test_who_is_killed_over_and_over_in_mid_work_says_each_change_once(
    world: FeedsWorld, feeds: Process
) -> None:
    drawn = random.Random(15)
    skus = [f"sku-{n}" for n in range(300)]
    world.say(
        *(product(sku) for sku in skus),
        *(assortment(store, sku) for store in (HERE, THERE) for sku in skus),
    )
    for turn in range(6):
        started = feeds.log.count("feeds_ready")
        world.say(*(product(sku, f"turn {turn}") for sku in skus if drawn.random() < 0.8))
        time.sleep(drawn.random() * 1.2)
        feeds.kill()
        feeds.restart()
        if turn % 2:  # the others are killed while they read back
            await_word(feeds, "feeds_ready", times=started + 1)
    world.say(*(product(sku, "last") for sku in skus))
    for name in (HERE, THERE):
        world.told(name, lambda store: {names_in(store).get(sku) for sku in skus} == {"last"})
        one_meaning_for_each_version(world, name)


def test_of_two_that_tell_stores_the_later_one_goes_on(world: FeedsWorld, feeds: Process) -> None:
    with world.running("second"):
        deadline, n = time.monotonic() + PATIENCE_SECONDS, 0
        while feeds.process.poll() is None:
            assert time.monotonic() < deadline, "two write at once, and none gives way"
            world.say(product("milk", f"two-{n}"), product("salt", f"two-{n}"))
            n += 1
            time.sleep(0.3)
        assert feeds.process.returncode == 1
        assert "another process tells stores" in feeds.log
        world.say(product("milk", "after"), product("salt", "after"))
        world.told(HERE, lambda store: store.rows["product/milk"]["name"] == "after")
        world.told(THERE, lambda store: store.rows["product/salt"]["name"] == "after")
        for store in (HERE, THERE):
            one_meaning_for_each_version(world, store)


@pytest.mark.parametrize("topic", [f"up.{HERE}.till-events", "cdc.products", "till.status"])
def test_who_tells_stores_writes_nothing_else(world: FeedsWorld, topic: str) -> None:
    access = world.broker.as_somebody(ServiceName("feeds"))
    producer = blocking_kafka.producer(access, max_block_ms=5_000, enable_idempotence=False)
    try:
        with pytest.raises((errors.TopicAuthorizationFailedError, errors.KafkaTimeoutError)):
            producer.send(topic, b"{}", b"k", partition=0).get(timeout=30)
    finally:
        producer.close(timeout=1)


async def test_a_till_that_is_revoked_is_out_of_its_stores_list_in_seconds(
    world: FeedsWorld, postgres: str, tmp_path: Path
) -> None:
    async with registration(postgres, tmp_path) as devices:
        till = devices.till(HERE, f"till-{tmp_path.name}")
        await devices.enrolled(till)
        await asyncio.to_thread(publish, world, devices, HERE)
        worker = await asyncio.to_thread(world.worker, "third", **asking(devices))
        try:
            first = await asyncio.to_thread(listed, world, HERE, 0)
            assert state_of(till, first) == "active"
            signer = x509.load_pem_x509_certificate(first["certificate"].encode()).public_key()
            assert isinstance(signer, ec.EllipticCurvePublicKey)
            require_signed(first, signer)
            await devices.revoke(till)
            await asyncio.to_thread(publish, world, devices, HERE)
            later = await asyncio.to_thread(listed, world, HERE, first["number"])
            assert state_of(till, later) == "revoked"
            assert f"device_list/{HERE}" not in world.store(THERE).rows
        finally:
            await asyncio.to_thread(worker.stop)
