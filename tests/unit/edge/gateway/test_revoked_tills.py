"""A till that is revoked is out within a second of the list's arrival: also in a dark store, and
after a restart there."""

import asyncio
import contextlib
import json
import time
from pathlib import Path
from typing import Any

import pytest
from prometheus_client import CollectorRegistry

from edge.gateway.feeds.ears import Ears
from edge.gateway.feeds.news import News, NewsKind
from edge.problems import Refusal
from edge.proxy.metrics import proxy_metrics
from edge.proxy.peer import context
from edge.proxy.upstream import upstream
from edge.signing.keys import key_id_of
from identity import files
from tests.gateways import HOST, Fleet
from tests.unit.edge.gateway.doubles import MemoryTopic
from tests.unit.edge.gateway.fed import HeardFeed, device, signed_list, signer
from tests.unit.edge.gateway.stores import LOCATION
from tests.unit.edge.gateway.test_gateway import PATH, Ran, running, sell, selling
from tests.unit.edge.journal.tills import TILL


def ears_of(ran: Ran, fleet: Fleet) -> Ears:
    trusted = files.read_certificates(fleet.authorities)
    gateway = ran.gateway
    return Ears(LOCATION, gateway.centre, gateway.file, trusted, HeardFeed())


def listing(fleet: Fleet, number: int, *devices: Any) -> News:
    return News(NewsKind.DEVICE_LIST, LOCATION, signed_list(signer(fleet), number, *devices))


@pytest.fixture
def fleet(tmp_path: Path) -> Fleet:
    return Fleet(tmp_path)


async def test_its_open_connection_ends_and_a_restart_in_the_dark_lets_it_in_no_more(
    tmp_path: Path, fleet: Fleet
) -> None:
    topic = MemoryTopic()
    async with running(tmp_path, fleet, topic) as ran, selling(ran, fleet, tmp_path) as (way, till):
        ears = ears_of(ran, fleet)
        await sell(way, till, 1)
        topic.go()
        port = int(ran.address.result().rsplit(":", 1)[1])
        of_till = context(fleet.till(*TILL), lambda ends: None)
        reader, writer = await asyncio.open_connection(HOST, port, ssl=of_till)
        await asyncio.sleep(0.1)  # TLS 1.3 is done here before it is there
        began = time.monotonic()
        await ears.hear([listing(fleet, 7, device(TILL.till_id, status="revoked"))])
        with contextlib.suppress(ConnectionError):
            assert await asyncio.wait_for(reader.read(), 1) == b""
        assert time.monotonic() - began < 1
        writer.close()
    async with running(tmp_path, fleet, topic) as ran, selling(ran, fleet, tmp_path) as (way, till):
        ears_of(ran, fleet)
        reply = await way.ask("POST", PATH, b"{}", {})
        told = json.loads(reply.body)
        assert (reply.status, told["code"]) == (403, 100) and "revoked" in told["detail"]


async def test_a_device_that_was_replaced_is_out_and_the_one_in_its_place_is_in(
    tmp_path: Path, fleet: Fleet
) -> None:
    figures = proxy_metrics(CollectorRegistry())
    async with running(tmp_path, fleet, MemoryTopic()) as ran, contextlib.AsyncExitStack() as ways:
        address = ran.address.result()
        old = fleet.till(*TILL)
        before = await ways.enter_async_context(upstream(address, old, figures))
        new = fleet.till(*TILL)
        behind = await ways.enter_async_context(upstream(address, new, figures))
        assert (await before.ask("POST", PATH, b"{}", {})).status == 400
        entries = [
            device(TILL.till_id, key_id_of(old.certificate), status="replaced"),
            device(TILL.till_id, key_id_of(new.certificate), epoch=2),
        ]
        await ears_of(ran, fleet).hear([listing(fleet, 7, *entries)])
        with contextlib.suppress(Refusal):  # its connection is gone
            await before.ask("POST", PATH, b"{}", {})
        reply = await before.ask("POST", PATH, b"{}", {})
        assert reply.status == 403 and b"place" in reply.body
        assert (await behind.ask("POST", PATH, b"{}", {})).status == 400
