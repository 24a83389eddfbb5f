"""The whole gateway: what runs side by side, how it ends, and who may have its files."""

import asyncio
import contextlib
import json
import ssl
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import Any

import apsw
import pytest
from aiohttp import ClientSession
from prometheus_client import CollectorRegistry

from edge.gateway import openapi
from edge.gateway.errors import GatewayUnusable
from edge.gateway.gateway import Gateway, Part, TillDoor, opened
from edge.gateway.metrics import GatewayMetrics, gateway_metrics
from edge.gateway.server import tls
from edge.journal.journal import Journal
from edge.problems import Refusal
from edge.proxy.metrics import proxy_metrics
from edge.proxy.peer import TillIdentity
from edge.proxy.upstream import Upstream, upstream
from identity.names import StoreName
from tests.gateways import HOST, Fleet
from tests.unit.edge.gateway.doubles import MemoryTopic
from tests.unit.edge.gateway.stores import LOCATION
from tests.unit.edge.journal.tills import TILL, sale

PATH = f"/v1/tills/{TILL.till_id}/events"


def figures() -> GatewayMetrics:
    return gateway_metrics(CollectorRegistry())


class Ran:
    """A gateway that runs, and how it is asked to stop."""

    def __init__(self, gateway: Gateway, fleet: Fleet) -> None:
        self.gateway = gateway
        self.stopping = asyncio.Event()
        self.address: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        shown = fleet.identity(StoreName(LOCATION))
        self._door = TillDoor(HOST, 0, tls(shown.certificate, shown.key, fleet.authorities, ()))

    def run(self, *parts: Part) -> Coroutine[Any, Any, None]:
        return self.gateway.run(self._door, self.stopping, self.address.set_result, parts=parts)


@pytest.fixture
def fleet(tmp_path: Path) -> Fleet:
    return Fleet(tmp_path)


@asynccontextmanager
async def running(folder: Path, fleet: Fleet, topic: MemoryTopic) -> AsyncIterator[Ran]:
    """A gateway for the length of a block, which is stopped in the end and must end well."""
    with opened(LOCATION, folder / "files", topic, figures()) as gateway:
        ran = Ran(gateway, fleet)
        task = asyncio.create_task(ran.run())
        await asyncio.wait_for(asyncio.shield(ran.address), 10)
        yield ran
        ran.stopping.set()
        await asyncio.wait_for(task, 10)


@asynccontextmanager
async def selling(ran: Ran, fleet: Fleet, folder: Path) -> AsyncIterator[tuple[Upstream, Journal]]:
    till: TillIdentity = fleet.till(*TILL)
    way = upstream(ran.address.result(), till, proxy_metrics(CollectorRegistry()))
    with closing(Journal(folder / "journal.sqlite", TILL, till.key)) as journal:
        journal.begin_epoch(1)
        async with way as gateway:
            yield gateway, journal


async def sell(way: Upstream, journal: Journal, count: int) -> str:
    """So many sales, in one batch; where they are durable."""
    journal.append([sale() for _ in range(count)])
    batch = journal.outbox.next_batch(0.0)
    assert batch
    reply = await way.ask("POST", PATH, batch.body, {})
    assert reply.status == 200, reply.body
    told = json.loads(reply.body)
    journal.outbox.answered(batch, told["accepted_to"], told["forks"])
    return told["durable"]


async def test_what_waits_is_passed_on_before_a_stop(tmp_path: Path, fleet: Fleet) -> None:
    topic = MemoryTopic()
    async with running(tmp_path, fleet, topic) as ran:
        topic.go()
        async with selling(ran, fleet, tmp_path) as (way, journal):
            assert await sell(way, journal, 3) == "spool"
            topic.come()
            await topic.reached()
    assert [event["sequence"] for event in topic.events()] == [1, 2, 3]
    assert not topic.is_up, "the topic's connection is left open"


async def test_a_stop_waits_for_no_topic_that_is_away_and_the_next_start_has_what_waits(
    tmp_path: Path, fleet: Fleet
) -> None:
    topic = MemoryTopic()
    async with running(tmp_path, fleet, topic) as ran:
        topic.go()
        async with selling(ran, fleet, tmp_path) as (way, journal):
            await sell(way, journal, 3)
        began = asyncio.get_running_loop().time()
    assert asyncio.get_running_loop().time() - began < 2
    topic.come()
    async with running(tmp_path, fleet, topic):
        await topic.reached()
    assert [event["sequence"] for event in topic.events()] == [1, 2, 3]


async def test_two_gateways_do_not_share_a_file(tmp_path: Path, fleet: Fleet) -> None:
    async with running(tmp_path, fleet, MemoryTopic()):
        with (
            pytest.raises(GatewayUnusable, match=r"another process writes .*: end it first"),
            opened(LOCATION, tmp_path / "files", MemoryTopic(), figures()),
        ):
            pass


async def test_a_gateway_whose_file_is_lost_ends_and_says_so(tmp_path: Path, fleet: Fleet) -> None:
    topic = MemoryTopic()
    with opened(LOCATION, tmp_path / "files", topic, figures()) as gateway:
        ran = Ran(gateway, fleet)
        task = asyncio.create_task(ran.run())
        await asyncio.wait_for(asyncio.shield(ran.address), 10)

        def broken(_: Any) -> None:
            raise apsw.IOError("the disk is gone")

        with contextlib.suppress(GatewayUnusable):
            await gateway.file.commit(broken)
        with pytest.raises(GatewayUnusable, match=r"can no longer be written .*: start anew"):
            await asyncio.wait_for(task, 10)
    assert not topic.is_up


async def test_what_breaks_beside_the_intake_ends_the_gateway(tmp_path: Path, fleet: Fleet) -> None:
    async def breaks() -> None:
        raise ValueError("a feed's own fault")

    with (
        opened(LOCATION, tmp_path / "files", MemoryTopic(), figures()) as gateway,
        pytest.raises(ValueError, match="a feed's own fault"),
    ):
        await asyncio.wait_for(Ran(gateway, fleet).run(breaks), 10)


async def test_a_revoked_till_is_out_once_its_list_has_come(tmp_path: Path, fleet: Fleet) -> None:
    async with (
        running(tmp_path, fleet, MemoryTopic()) as ran,
        selling(ran, fleet, tmp_path) as (way, journal),
    ):
        await sell(way, journal, 1)
        device = {"till_id": TILL.till_id, "epoch": 1, "certificates": [], "status": "revoked"}
        told = {"location_id": LOCATION, "number": 1, "devices": [device]}
        assert ran.gateway.centre.learn_devices(told) is not None
        assert ran.gateway.centre.learn_devices(told) is None, "an old list is taken"
        journal.append([sale()])
        batch = journal.outbox.next_batch(0.0)
        assert batch
        with contextlib.suppress(Refusal):  # its connection is gone
            await way.ask("POST", PATH, batch.body, {})
        assert (await way.ask("POST", PATH, batch.body, {})).status == 403


async def test_who_shows_no_certificate_is_told_of_health_and_the_document_alone(
    tmp_path: Path, fleet: Fleet
) -> None:
    context = ssl.create_default_context(cafile=fleet.authorities)
    async with running(tmp_path, fleet, MemoryTopic()) as ran, ClientSession() as http:

        async def ask(method: str, path: str) -> tuple[int, Any]:
            address = ran.address.result() + path
            async with http.request(method, address, ssl=context, data=b"x") as answer:
                return answer.status, await answer.read()

        assert await ask("GET", "/live") == (200, b"ok")
        assert (await ask("GET", "/ready"))[0] == 200
        assert (await ask("GET", "/openapi.json")) == (200, openapi.text())
        status, told = await ask("POST", PATH)
        assert (status, json.loads(told)["code"]) == (401, 100)
        assert (await ask("POST", "/live"))[0] == 405
        assert (await ask("GET", "/v1/bundle"))[0] == 401, "strangers are told what there is"


async def test_what_happens_is_measured(tmp_path: Path, fleet: Fleet) -> None:
    registry, topic = CollectorRegistry(), MemoryTopic()

    def told(name: str, **labels: str) -> float | None:
        return registry.get_sample_value(f"tillstream_gateway_{name}", labels)

    with opened(LOCATION, tmp_path / "files", topic, gateway_metrics(registry)) as gateway:
        ran = Ran(gateway, fleet)
        task = asyncio.create_task(ran.run())
        await asyncio.wait_for(asyncio.shield(ran.address), 10)
        async with selling(ran, fleet, tmp_path) as (way, journal):
            await sell(way, journal, 3)
            assert told("kafka_up") == told("connections") == told("unlisted") == 1
            topic.go()
            await sell(way, journal, 2)
            assert (await way.ask("POST", PATH, b"{}", {})).status == 400
            assert told("events_total") == 5
            assert told("spool_batches") == 1 and (told("spool_bytes") or 0) > 0
            assert (told("spool_oldest_seconds") or 0) > 0
            assert told("batches_total", durable="kafka") == 1
            assert told("batches_total", durable="spool") == 1
            assert told("refusals_total", status="400", code="200") == 1
            call = "/v1/tills/{till_id}/events"
            assert told("answer_seconds_count", call=call) == 3
            assert (told("sync_seconds_count") or 0) >= 2
            topic.come()
            await topic.reached()
            for _ in range(500):
                if not told("spool_batches"):
                    break
                await asyncio.sleep(0.01)
            assert told("spool_bytes") == told("spool_oldest_seconds") == 0
        ran.stopping.set()
        await asyncio.wait_for(task, 10)


async def test_a_port_that_is_taken_ends_the_gateway_and_its_drain(
    tmp_path: Path, fleet: Fleet
) -> None:
    async with running(tmp_path, fleet, MemoryTopic()) as ran:
        shown = fleet.identity(StoreName("shop-2"))
        context = tls(shown.certificate, shown.key, fleet.authorities, ())
        taken = int(ran.address.result().rpartition(":")[2])
        topic = MemoryTopic()
        with (
            opened("shop-2", tmp_path / "other", topic, figures()) as second,
            pytest.raises(OSError, match="address already in use"),
        ):
            await second.run(TillDoor(HOST, taken, context), asyncio.Event(), lambda _: None)
        assert not topic.is_up, "its connection is left open"
