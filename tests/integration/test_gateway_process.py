"""A gateway's process over real TLS, on a broker that is killed and started again: what it has
acknowledged is in the topic."""

import asyncio
import base64
import json
import time
from collections.abc import AsyncGenerator, Generator
from contextlib import asynccontextmanager
from random import Random

import aiohttp
import orjson
import pytest

from edge.gateway.batches import read_batch
from edge.gateway.headed import HEAD_HEADER
from edge.problems import Refusal
from edge.proxy import peer
from edge.signing.keys import key_id_of
from edge.signing.signer import Signer
from tests.gateways import HOST
from tests.integration.gateway_world import (
    LOCATION,
    GatewayWorld,
    SellingTill,
    gateway_world,
    selling,
)
from tests.unit.edge.journal.tills import sale

pytestmark = pytest.mark.lonely

KILLS = 3
HANDSHAKE_BYTES_MAX = 8 * 1024
"""More than a till sends before its request."""


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Generator[GatewayWorld]:
    with gateway_world(tmp_path_factory.mktemp("gateway")) as made:
        yield made


def batch_of(till: SellingTill, count: int) -> bytes:
    till.journal.append([sale() for _ in range(count)])
    batch = till.journal.outbox.next_batch(0.0)
    assert batch
    return batch.body


async def test_what_a_till_wrote_is_in_the_topic_byte_for_byte_with_its_head(
    world: GatewayWorld,
) -> None:
    async with selling(world, "plain") as till:
        body = batch_of(till, 5)
        status, told = await till.post(body)
    assert (status, told["accepted_to"], told["durable"]) == (200, 5, "kafka")
    sent = [bytes(raw) for raw in read_batch(body).events]
    records = world.records("plain")
    assert [each.value for each in records] == sent
    assert {each.key for each in records} == {LOCATION.encode()}
    assert [HEAD_HEADER in each.headers for each in records] == [False] * 4 + [True]
    head = orjson.loads(records[-1].headers[HEAD_HEADER])
    assert head["key_id"] == key_id_of(till.identity.certificate)


async def test_a_captured_or_altered_request_is_refused_after_a_kill_as_well(
    world: GatewayWorld,
) -> None:
    async with selling(world, "captured") as till:
        body, now = batch_of(till, 1), int(time.time())
        signer = Signer(till.identity.key, till.identity.certificate)
        signed = signer.headers("POST", till.path, body, now)
        late = signer.headers("POST", till.path, body, now - 400)
        context = peer.context(till.identity, lambda _: None)

        async def post(headers: dict[str, str], sent: bytes = body, path: str = till.path):
            connector = aiohttp.TCPConnector(ssl=context)
            async with (
                aiohttp.ClientSession(connector=connector) as http,
                http.post(world.address + path, data=sent, headers=headers) as answer,
            ):
                told = await answer.json(content_type=None)
                return answer.status, told.get("code", 0), "server_time" in told

        assert await post(signed) == (200, 0, True)
        assert await post(signed) == (401, 103, False), "it counted twice"
        assert await post(signed, body.replace(b"cart", b"card", 1)) == (401, 101, False)
        assert await post(signed, path="/v1/tills/other/events") == (401, 101, False)
        assert await post(late) == (401, 102, True)
        assert await post({}) == (401, 101, False)
        await asyncio.to_thread(world.kill_gateway)
        await asyncio.to_thread(world.restart_gateway)
        assert await post(signed) == (401, 103, False), "a kill made a captured request new"
    assert len(world.records("captured")) == 1


@asynccontextmanager
async def dropping(world: GatewayWorld) -> AsyncGenerator[str]:
    """A line to the gateway on which each first answer is lost: of two answers, one never arrives,
    for the connection breaks."""
    host, port = world.address.removeprefix("https://").split(":")
    drops = True

    async def carry(client: asyncio.StreamReader, back: asyncio.StreamWriter) -> None:
        sent = 0
        answers, onward = await asyncio.open_connection(host, int(port))

        async def to_gateway() -> None:
            nonlocal sent
            while lot := await client.read(65_536):
                sent += len(lot)
                onward.write(lot)
                await onward.drain()

        async def to_till() -> None:
            nonlocal sent, drops
            while lot := await answers.read(65_536):
                if sent > HANDSHAKE_BYTES_MAX:
                    sent, drops = 0, not drops
                    if not drops:
                        return
                back.write(lot)
                await back.drain()

        ways = [asyncio.create_task(each()) for each in (to_gateway, to_till)]
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for each in ways:
                each.cancel()
            onward.close()
            back.close()

    server = await asyncio.start_server(carry, HOST, 0)
    async with server:
        yield f"https://{HOST}:{server.sockets[0].getsockname()[1]}"


async def test_where_each_answer_is_lost_once_each_event_is_there_once(world: GatewayWorld) -> None:
    lost = 0
    async with dropping(world) as line, selling(world, "dropped", line) as till:
        for _ in range(6):
            till.journal.append([sale() for _ in range(30)])
            while batch := till.journal.outbox.next_batch(0.0):
                try:
                    status, told = await till.post(batch.body)
                except Refusal:
                    lost += 1
                    continue
                assert status == 200, told
                till.journal.outbox.answered(batch, told["accepted_to"], told["forks"])
    assert lost == 6, "the line drops nothing: the test shows nothing"
    found = [each.event["sequence"] for each in world.records("dropped")]
    assert found == list(range(1, 181))


@pytest.mark.parametrize("seed", range(2))
async def test_poison_holds_up_nothing_and_keeps_its_number(world: GatewayWorld, seed: int) -> None:
    chance = Random(seed)
    async with selling(world, f"poison-{seed}") as till:
        batch = json.loads(batch_of(till, 40))
        poisoned = sorted(chance.sample(range(40), 5))
        for at in poisoned:
            batch["events"][at] = chance.choice([1, "x", None, [], {"type": "no such"}, {"a": 1}])
        body = orjson.dumps(batch)
        first, again = await till.post(body), await till.post(body)
        status, told = first
        assert status == 200, told
        assert told["accepted_to"] == 40
        assert [each["sequence"] for each in told["quarantined"]] == [at + 1 for at in poisoned]
        assert again[1]["quarantined"] == told["quarantined"]
        till.journal.outbox.answered(read(till), 40, [])
        assert (await till.post(batch_of(till, 1)))[1]["accepted_to"] == 41
    records = world.records(till.till_id)
    assert [each.event["sequence"] for each in records] == list(range(1, 42))
    for at in poisoned:
        event = records[at].event
        assert event["type"] == "unreadable"
        assert base64.b64decode(event["body"]) == orjson.dumps(batch["events"][at])


def read(till: SellingTill):
    batch = till.journal.outbox.next_batch(0.0)
    assert batch
    return batch


async def sell_until(till: SellingTill, stop: asyncio.Event, chance: Random) -> None:
    """Sell and send, and go on whatever happens, until nothing is left after ``stop``."""
    while True:
        if not stop.is_set():
            till.journal.append([sale() for _ in range(chance.randint(1, 40))])
        elif till.journal.outbox.next_batch(0.0) is None:
            return
        if await till.send_one() is None:
            await asyncio.sleep(0.02)


async def test_a_broker_that_is_killed_amid_batches_has_all_that_was_acknowledged(
    world: GatewayWorld,
) -> None:
    chance, stop = Random(1), asyncio.Event()
    async with (
        selling(world, "broker-1") as one,
        selling(world, "broker-2") as two,
        selling(world, "broker-3") as three,
    ):
        tills = (one, two, three)
        selling_on = [asyncio.create_task(sell_until(till, stop, chance)) for till in tills]
        await asyncio.sleep(0.3)
        world.kill_broker()
        await asyncio.to_thread(world.wait_spooled)
        await asyncio.sleep(0.3)
        before = [till.acknowledged for till in tills]
        world.start_broker()  # by this thread: it lives as long as who has started it
        await asyncio.sleep(0.5)
        stop.set()
        await asyncio.wait_for(asyncio.gather(*selling_on), 60)
        await asyncio.to_thread(world.wait_drained)
        for till, during in zip(tills, before, strict=True):
            assert during > 0, "nothing was acknowledged meanwhile: the test shows nothing"
            assert till.acknowledged == till.journal.mark.sequence
            till.assert_all_there()


async def test_a_gateway_that_is_killed_at_any_moment_loses_nothing_acknowledged(
    world: GatewayWorld,
) -> None:
    chance, stop = Random(2), asyncio.Event()
    async with selling(world, "killed-1") as one, selling(world, "killed-2") as two:
        tills = (one, two)
        selling_on = [asyncio.create_task(sell_until(till, stop, chance)) for till in tills]
        for _ in range(KILLS):
            await asyncio.sleep(chance.uniform(0.1, 0.5))
            world.kill_gateway()
            await asyncio.to_thread(world.restart_gateway)
        stop.set()
        await asyncio.wait_for(asyncio.gather(*selling_on), 60)
        await asyncio.to_thread(world.wait_drained)
        for till in tills:
            assert till.acknowledged == till.journal.mark.sequence > 0
            till.assert_all_there()


def test_a_second_gateway_on_the_same_file_is_told_why_it_may_not(world: GatewayWorld) -> None:
    done = world.second_gateway()
    assert done.returncode == 1
    said = done.stderr.splitlines()[-1]
    assert said.startswith("tillstream: the gateway ends: another process writes ")
    assert said.endswith("gateway.sqlite already: end it first")
