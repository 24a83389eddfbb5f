"""What comes to a store's gateway while the centre is in reach: lists and words, within a second or
so, over breaks of either."""

import asyncio
import contextlib
import ssl
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
import pytest
import structlog
from prometheus_client import CollectorRegistry

from clients.kafka import KafkaAccess
from clients.registration import RegistrationAccess
from clients.tls import Tls
from edge.gateway import gateway as gateways
from edge.gateway.feeds.ears import Ears
from edge.gateway.feeds.news import News
from edge.gateway.feeds.registration import AskedRegistration
from edge.gateway.feeds.reporting import ReportedFeeds
from edge.gateway.feeds.status_topic import StatusTopic
from edge.gateway.gateway import TillDoor
from edge.gateway.metrics import GatewayMetrics, gateway_metrics
from edge.gateway.server import tls
from following.outage import Outage
from identity.files import read_certificates
from identity.names import StoreName
from tests.integration.process import PATIENCE_SECONDS
from tests.integration.registration_world import Files, World, registration
from tests.integration.sink_world import (
    Message,
    make_topics,
    send,
    send_in_transaction,
    width,
)
from tests.unit.edge.gateway.doubles import MemoryTopic
from tests.unit.edge.gateway.stores import status
from topics.partitioning import partition_of
from topics.registry import TILL_STATUS


@dataclass
class Heard:
    """Keeps news, and tells when enough have come."""

    news: list[News] = field(default_factory=list[News])

    async def hear(self, news: Any) -> None:
        self.news += news

    async def until(self, enough: Callable[[list[News]], bool]) -> None:
        ends = time.monotonic() + PATIENCE_SECONDS
        while not enough(self.news):
            assert time.monotonic() < ends, f"heard only {self.news}"
            await asyncio.sleep(0.02)

    def numbers(self) -> list[int]:
        return [msgspec.json.decode(each.value or b"")["number"] for each in self.news]

    def words(self) -> dict[str, int | None]:
        """The last sequence that was told of each till."""
        return {
            each.id: msgspec.json.decode(each.value)["last_sequence"] if each.value else None
            for each in self.news
        }


class Lamp:
    """Shows whether a service is up."""

    lit: float = 0

    def set(self, value: float) -> None:
        self.lit = value


@contextlib.asynccontextmanager
async def running(source: StatusTopic | AskedRegistration) -> AsyncIterator[None]:
    """The source runs for the length of a block."""
    task = asyncio.create_task(source.run())
    try:
        yield
    finally:
        assert not task.done(), "it does not run for ever"
        task.cancel()
        async with asyncio.timeout(PATIENCE_SECONDS):
            await asyncio.gather(task, return_exceptions=True)


def nothing() -> None:
    """Hears that what is known is the newest."""


def outage(lamp: Lamp) -> Outage:
    return Outage("a service", lamp, structlog.get_logger())


@pytest.fixture
async def world(postgres: str, tmp_path: Path) -> AsyncIterator[World]:
    async with registration(postgres, tmp_path) as opened:
        yield opened


def asked(world: World, shop: str, heard: Heard, lamp: Lamp) -> AskedRegistration:
    """The registration, asked as the store."""
    own = world.pki.certified(StoreName(shop))
    access = RegistrationAccess(world.address, Tls(world.pki.ca, own.certificate, own.key))
    above = [0]

    async def hear(news: Any) -> None:
        await heard.hear(news)
        above[0] = heard.numbers()[-1]

    return AskedRegistration(access, shop, hear, lambda: above[0], outage(lamp), nothing)


async def test_a_revocation_arrives_and_each_list_comes_once(world: World, shop: str) -> None:
    heard, lamp, till = Heard(), Lamp(), world.till(shop)
    async with running(asked(world, shop, heard, lamp)):
        await asyncio.sleep(0.2)
        assert heard.news == [] and lamp.lit == 1, "a store without tills is an outage"
        await world.enrolled(till)
        await heard.until(lambda news: bool(news))
        await world.revoke(till)
        number = world.rows("SELECT number FROM device_lists WHERE location_id = %s", shop)[0][0]
        await heard.until(lambda news: heard.numbers()[-1] == number)
        await asyncio.sleep(1.2)
    assert sorted(set(heard.numbers())) == heard.numbers(), "a list that is known comes again"


async def test_a_registration_that_was_away_is_asked_again(
    postgres: str, tmp_path: Path, shop: str
) -> None:
    heard, lamp = Heard(), Lamp()
    async with contextlib.AsyncExitStack() as first:
        world = await first.enter_async_context(registration(postgres, tmp_path))
        source = asked(world, shop, heard, lamp)
        await world.voucher(world.till(shop))
    async with running(source):
        await asyncio.sleep(0.3)
        assert heard.news == [] and lamp.lit == 0
        port = int(world.address.rsplit(":", 1)[1])
        async with registration(postgres, tmp_path, pki=world.pki, port=port):
            await heard.until(lambda news: bool(news))
            assert lamp.lit == 1


async def test_who_is_no_store_of_this_location_is_told_nothing(world: World, shop: str) -> None:
    heard, lamp = Heard(), Lamp()
    await world.voucher(world.till(shop))
    theirs = world.pki.certified(StoreName("another"))
    access = RegistrationAccess(world.address, Tls(world.pki.ca, theirs.certificate, theirs.key))
    async with running(
        AskedRegistration(access, shop, heard.hear, lambda: 0, outage(lamp), nothing)
    ):
        await asyncio.sleep(0.3)
    assert heard.news == [] and lamp.lit == 0


async def test_a_question_about_no_number_is_refused(world: World, shop: str) -> None:
    store = world.pki.certified(StoreName(shop))
    await world.voucher(world.till(shop))
    path = f"/v1/locations/{shop}/device-list?above="
    asked = {told: await world.call("GET", path + told, identity=store) for told in ODD_NUMBERS}
    assert {told: reply.status for told, reply in asked.items()} == ODD_NUMBERS


ODD_NUMBERS = {"": 200, "0": 200, "1": 204, "9" * 18: 204, "9" * 19: 400, "-1": 400, "x": 400}


async def test_the_newest_word_on_each_own_till_comes_once_and_then_each_change(
    kafka: str, shop: str
) -> None:
    await make_topics(kafka)
    word = partial(word_among, await width(kafka, TILL_STATUS.name))
    await send(
        kafka,
        [
            *(word(shop, "1", last) for last in (3, 4, 5)),
            word(shop, "2", 9),
            gone(word(shop, "2", 9)),
            word(f"{shop}-x", "1", 8),
        ],
    )
    heard, lamp = Heard(), Lamp()
    async with running(StatusTopic(KafkaAccess(kafka), shop, heard.hear, outage(lamp))):
        await heard.until(lambda news: len(news) >= 2)
        assert heard.words() == {"1": 5, "2": None}
        assert len(heard.news) == 2, "what was overtaken is told as well"
        await send_in_transaction(kafka, [word(shop, "3", 1)], commit=False)
        await send_in_transaction(kafka, [word(shop, "1", 6)], commit=True)
        await heard.until(lambda news: heard.words()["1"] == 6)
        assert lamp.lit == 1
    assert "3" not in heard.words(), "what was taken back is told"


async def test_a_kafka_that_is_away_is_waited_for(shop: str) -> None:
    heard, lamp = Heard(), Lamp()
    lamp.lit = 1
    async with running(StatusTopic(KafkaAccess("127.0.0.1:9"), shop, heard.hear, outage(lamp))):
        await asyncio.sleep(0.5)
    assert lamp.lit == 0 and heard.news == []


def word_among(partitions: int, location_id: str, till_id: str, last: int) -> Message:
    """The centre's word on a till, in its place among so many."""
    told = msgspec.json.encode(status(last, version=last, location_id=location_id, till_id=till_id))
    place = partition_of(location_id, partitions)
    return TILL_STATUS.name, f"{location_id}/{till_id}", told, place


def gone(word: Message) -> Message:
    topic, key, _, partition = word
    return topic, key, None, partition


async def test_a_till_that_is_revoked_at_the_centre_is_put_out_of_its_store(
    world: World, shop: str, tmp_path: Path
) -> None:
    till = world.till(shop)
    held = await world.enrolled(till)
    own = world.pki.certified(StoreName(shop), server=True)
    context = tls(own.certificate, own.key, world.pki.ca, world.pki.devices.chain)
    access = RegistrationAccess(world.address, Tls(world.pki.ca, own.certificate, own.key))
    address: asyncio.Future[str] = asyncio.get_running_loop().create_future()
    with gateways.opened(shop, tmp_path / "files", MemoryTopic(), figures()) as gateway:
        trusted = read_certificates(world.pki.ca)
        reports = ReportedFeeds(gateway.metrics)
        ears = Ears(shop, gateway.centre, gateway.file, trusted, reports)
        current, above = gateway.centre.devices_are_current, lambda: ears.lists.kept_number
        source = AskedRegistration(access, shop, ears.hear, above, outage(Lamp()), current)
        assert gateway.centre.devices_age is None, "a list that nobody has heard of has an age"
        stopping = asyncio.Event()
        door = TillDoor("127.0.0.1", 0, context)
        run = gateway.run(door, stopping, address.set_result, parts=[source.run])
        task = asyncio.create_task(run)
        port = int((await asyncio.wait_for(address, PATIENCE_SECONDS)).rsplit(":", 1)[1])
        reader, writer = await connected(world, port, held)
        assert gateway.centre.devices_age == 0
        await world.revoke(till)
        with contextlib.suppress(ConnectionError):
            assert await asyncio.wait_for(reader.read(), PATIENCE_SECONDS) == b"", "it stays in"
        writer.close()
        stopping.set()
        await asyncio.wait_for(task, PATIENCE_SECONDS)


async def connected(
    world: World, port: int, held: Files
) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """A till's connection to its gateway, on which it says nothing."""
    context = ssl.create_default_context(cafile=world.pki.ca)
    context.load_cert_chain(held.certificate, held.key)
    opened = await asyncio.open_connection("127.0.0.1", port, ssl=context)
    await asyncio.sleep(0.1)  # TLS 1.3 is done here before it is there
    return opened


def figures() -> GatewayMetrics:
    return gateway_metrics(CollectorRegistry())
