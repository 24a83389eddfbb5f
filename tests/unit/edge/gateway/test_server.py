"""The gateway over TLS, with the edge proxy's way as the till's: answers that get lost, and devices
that are revoked."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from random import Random

import pytest
from prometheus_client import CollectorRegistry

from edge.gateway.calls import POST_EVENTS, EventCalls
from edge.gateway.devices import ListedDevices
from edge.gateway.from_centre import FromCentre
from edge.gateway.health import GET_LIVE, Health
from edge.gateway.limits import Room
from edge.gateway.metrics import gateway_metrics
from edge.gateway.served import ServedCall
from edge.gateway.server import OpenConnections, serving, tls
from edge.gateway.service import application
from edge.journal.entries import TillPlace
from edge.journal.journal import Journal
from edge.problems import Refusal
from edge.proxy import upstream
from edge.proxy.metrics import proxy_metrics
from edge.proxy.peer import TillIdentity, load
from edge.proxy.peer import context as context_of
from edge.signing.keys import key_id_of
from edge.signing.nonces import Nonces
from edge.signing.verifier import Verifier
from identity.names import StoreName, TillName
from tests.gateways import HOST, YEAR, Fleet
from tests.unit.edge.gateway.doubles import MemoryTopic
from tests.unit.edge.gateway.stores import LOCATION, Store, store
from tests.unit.edge.journal.tills import TILL, sale

PATH = f"/v1/tills/{TILL.till_id}/events"


@dataclass
class Served:
    """A gateway on its port."""

    address: str
    fleet: Fleet
    store: Store
    topic: MemoryTopic
    devices: ListedDevices
    connections: OpenConnections

    def till(self, place: TillPlace = TILL) -> TillIdentity:
        return self.fleet.till(*place)

    def revoke(self, till: TillIdentity) -> int:
        """The list says so, and arrives; how many connections are closed."""
        entry = {
            "till_id": till.name.till_id,
            "epoch": 1,
            "certificates": [key_id_of(till.certificate)],
            "status": "revoked",
        }
        self.devices.learn({"location_id": LOCATION, "number": 1, "devices": [entry]})
        return self.connections.close_refused(self.devices)


@pytest.fixture
async def served(tmp_path: Path) -> AsyncIterator[Served]:
    fleet, topic = Fleet(tmp_path), MemoryTopic()
    shown = fleet.identity(StoreName(LOCATION))
    context = tls(shown.certificate, shown.key, fleet.authorities, ())
    connections, room = OpenConnections(), Room()
    centre = FromCentre(LOCATION, connections)
    devices = centre.devices
    with closing(Nonces(tmp_path / "nonces")) as nonces:
        async with store(tmp_path, topic) as gateway:
            figures = gateway_metrics(CollectorRegistry())
            health = Health(gateway.file, gateway.spool, topic, devices)
            calls = EventCalls(
                gateway.intake, centre, room, figures.batches, lambda: datetime.now(UTC)
            )
            app = application(
                [ServedCall(GET_LIVE, health.live), ServedCall(POST_EVENTS, calls.post)],
                room,
                Verifier(nonces),
                figures,
            )
            async with serving(app, HOST, 0, context, connections) as address:
                yield Served(address, fleet, gateway, topic, devices, connections)


def way(served: Served, till: TillIdentity):
    """The till's way to the gateway, as its proxy has it."""
    return upstream.upstream(served.address, till, proxy_metrics(CollectorRegistry()))


def journal_of(till: TillIdentity, folder: Path) -> Journal:
    journal = Journal(folder / "journal.sqlite", TILL, till.key)
    journal.begin_epoch(1)
    return journal


@pytest.mark.parametrize("seed", range(3))
async def test_each_answer_may_be_lost_and_each_event_goes_on_once(
    served: Served, tmp_path: Path, seed: int
) -> None:
    chance, till = Random(seed), served.till()
    with closing(journal_of(till, tmp_path)) as journal:
        async with way(served, till) as gateway:
            for _ in range(5):
                journal.append([sale() for _ in range(chance.randint(1, 300))])
                while batch := journal.outbox.next_batch(0.0):
                    reply = await gateway.ask("POST", PATH, batch.body, {})
                    assert reply.status == 200, reply.body
                    if chance.random() < 0.5:
                        told = json.loads(reply.body)
                        journal.outbox.answered(batch, told["accepted_to"], told["forks"])
        wanted = list(range(1, journal.mark.sequence + 1))
    assert [event["sequence"] for event in served.topic.events()] == wanted
    assert served.store.reports.heads == []


async def test_a_till_whose_certificate_ended_years_ago_sells_on(
    served: Served, tmp_path: Path
) -> None:
    files = served.fleet.identity(TillName(*TILL), datetime.now(UTC) - 3 * YEAR)
    till = load(files.certificate, files.key, served.fleet.authorities)
    with closing(journal_of(till, tmp_path)) as journal:
        journal.append([sale()])
        batch = journal.outbox.next_batch(0.0)
        assert batch
        async with way(served, till) as gateway:
            assert (await gateway.ask("POST", PATH, batch.body, {})).status == 200


async def test_a_revoked_till_loses_its_connection_at_once_and_is_told_why(
    served: Served, tmp_path: Path
) -> None:
    till, other = served.till(), served.till(TillPlace(LOCATION, "till-4"))
    with closing(journal_of(till, tmp_path)) as journal:
        journal.append([sale()])
        batch = journal.outbox.next_batch(0.0)
        assert batch
    async with way(served, till) as mine, way(served, other) as its:
        assert (await mine.ask("POST", PATH, batch.body, {})).status == 200
        assert (await its.ask("POST", PATH, batch.body, {})).status == 403, "another's path"
        assert served.revoke(till) == 1, "a connection of a revoked till is open"
        assert served.connections.close_refused(served.devices) == 0
        with pytest.raises(Refusal):
            await mine.ask("POST", PATH, batch.body, {})
        reply = await mine.ask("POST", PATH, batch.body, {})
        assert (reply.status, json.loads(reply.body)["code"]) == (403, 100)
        assert "revoked" in json.loads(reply.body)["detail"]
        assert (await its.ask("POST", PATH, b"{}", {})).status == 403


async def test_who_is_of_another_fleet_gets_no_answer(served: Served, tmp_path: Path) -> None:
    stranger = Fleet(tmp_path, "strangers")
    files = stranger.identity(TillName(*TILL))
    till = load(files.certificate, files.key, served.fleet.authorities)
    async with way(served, till) as gateway:
        with pytest.raises(Refusal, match="does not take this till's certificate"):
            await gateway.ask("POST", PATH, b"{}", {})


async def test_a_revoked_till_that_never_asked_for_anything_is_out_too(served: Served) -> None:
    till, other = served.till(), served.till(TillPlace(LOCATION, "till-4"))
    (mine, _mine), (its, _its) = await silent(served, till), await silent(served, other)
    assert served.revoke(till) == 1
    async with asyncio.timeout(1):
        with contextlib.suppress(ConnectionError):
            assert await mine.read() == b"", "it stays in"
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(its.read(), 0.2)


async def silent(
    served: Served, till: TillIdentity
) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """A connection of the till on which it says nothing; it ends with its writer."""
    port = int(served.address.rsplit(":", 1)[1])
    tls_of_till = context_of(till, lambda ends: None)
    opened = await asyncio.open_connection(HOST, port, ssl=tls_of_till)
    await asyncio.sleep(0.1)  # TLS 1.3 is done here before it is there
    return opened


async def test_connections_that_ended_are_forgotten(served: Served, tmp_path: Path) -> None:
    till = served.till()
    for _ in range(10):
        async with way(served, till) as gateway:
            assert (await gateway.ask("GET", "/live", b"", {})).status == 200
    await asyncio.sleep(0.1)
    assert served.revoke(till) == 0
