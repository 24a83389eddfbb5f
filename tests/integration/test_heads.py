"""Heads verified at the centre, by the certificates that a real registration gave out."""

from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import hashes
from psycopg.conninfo import make_conninfo

from clients.postgres import PostgresAccess
from connectors.postgres.access import SINK
from edge.gateway.spool import TopicMessage
from edge.heads.holders import UNKNOWN_SECONDS, DeviceHolders
from edge.journal.entries import TillPlace
from edge.journal.journal import Journal
from identity.names import TillName
from tests.integration.registration_world import Till, World, registration
from tests.integration.sink_world import PARTITIONS, make_topics, send_one, sink_process, until
from tests.unit.edge.gateway.doubles import MemoryTopic
from tests.unit.edge.gateway.stores import asking, send, store
from tests.unit.edge.journal.tills import heartbeat, sale
from topics.partitioning import partition_of

VERIFIED, DOUBTED = (
    f'tillstream_sink_heads_total{{result="{result}"}}' for result in ("verified", "doubted")
)


@pytest.fixture
async def world(fresh_postgres: str, tmp_path: Path) -> AsyncIterator[World]:
    async with registration(fresh_postgres, tmp_path) as opened:
        yield opened


def key_id_of(till: Till) -> str:
    assert till.certificate
    return till.certificate.fingerprint(hashes.SHA256()).hex()


async def test_the_sinks_role_knows_whose_a_certificate_is_and_asks_seldom_for_others(
    world: World, shop: str
) -> None:
    till, now = world.till(shop), [0.0]
    await world.enrolled(till)
    access = PostgresAccess(make_conninfo(world.dsn, user=SINK))
    holders = DeviceHolders(access, lambda: now[0])
    own, other = key_id_of(till), "00" * 32
    found = await holders.of([own, other])
    assert found.keys() == {own} and found[own].till == TillName(shop, "1")
    assert found[own].key == till.key.public_key()
    away = DeviceHolders(PostgresAccess("host=127.0.0.1 port=1"), lambda: now[0])
    away._known, away._unknown = holders._known, holders._unknown  # noqa: SLF001 # pyright: ignore[reportPrivateUsage]
    assert (await away.of([own, other])).keys() == {own}, "it asks the database each time"
    now[0] = UNKNOWN_SECONDS + 1
    with pytest.raises(Exception, match="refused"):
        await away.of([other])


async def test_the_sink_verifies_what_came_and_doubts_what_was_changed(
    world: World, kafka: str, shop: str, tmp_path: Path
) -> None:
    till = world.till(shop)
    await world.enrolled(till)
    messages = await passed_on(till, tmp_path)
    await make_topics(kafka)
    with sink_process(kafka, world.dsn, tmp_path) as sink:
        await until(lambda: "metrics=" in sink.log, "a sink that has started")
        for each in messages[:6]:
            await write(kafka, shop, each)
        await until(lambda: sink.metric(VERIFIED) == 2, "two heads verified")
        assert sink.metric(DOUBTED) == 0
        changed = messages[6].value.replace(b'"total_minor":100', b'"total_minor":10')
        await write(kafka, shop, messages[6]._replace(value=changed))
        await until(lambda: sink.metric(DOUBTED) == 1, "the changed event")
        assert sink.running


async def passed_on(till: Till, folder: Path) -> list[TopicMessage]:
    """What a gateway passes on of three batches."""
    place, topic = TillPlace(till.location_id, till.till_id), MemoryTopic()
    with closing(Journal(folder / "journal.sqlite", place, till.key)) as journal:
        journal.begin_epoch(1)
        asks = asking(place, 1, key_id_of(till))._replace(key=till.key.public_key())
        async with store(folder, topic) as gateway:
            for _ in range(3):
                journal.append([sale(100), sale(250), heartbeat()])
                await send(journal, gateway, till=asks)
            assert gateway.reports.heads == []
    return topic.messages


async def write(kafka: str, shop: str, message: TopicMessage) -> None:
    partition = partition_of(shop, PARTITIONS)
    sent = "till.cart-events", shop, message.value, partition
    await send_one(kafka, sent, message.headers)
