"""The call over HTTP: who may ask, what is too much, and how each refusal reads."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import apsw
import pytest
from aiohttp import ClientSession, web
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from prometheus_client import CollectorRegistry

from edge.gateway import limits
from edge.gateway.calls import POST_EVENTS, EventCalls
from edge.gateway.devices import ListedDevices
from edge.gateway.errors import GatewayUnusable
from edge.gateway.from_centre import FromCentre
from edge.gateway.health import GET_LIVE, GET_READY, Health
from edge.gateway.limits import Room
from edge.gateway.metrics import gateway_metrics
from edge.gateway.served import ServedCall
from edge.gateway.server import OpenConnections
from edge.gateway.service import application
from edge.journal.batches import BATCH_BYTES_MAX
from edge.journal.entries import TillPlace
from edge.journal.journal import Journal
from edge.problems import CONTENT_TYPE
from edge.signing.keys import key_id_of
from edge.signing.nonces import Nonces
from edge.signing.session import LearningClock, Reply, SignedSession
from edge.signing.signer import Signer
from edge.signing.verifier import Verifier
from identity.authority import Authority
from identity.names import Name, StoreName, TillName
from tests.unit.edge.gateway.doubles import MemoryTopic
from tests.unit.edge.gateway.stores import LOCATION, NOW, Store, store
from tests.unit.edge.journal.tills import KEY, TILL, opened, sale

PATH = f"/v1/tills/{TILL.till_id}/events"
OWN = TillName(*TILL)
SHOWN = "X-Shown"
"""Stands for the certificate of the connection, which the tests have in the clear."""


def certificate(name: Name, key: ec.EllipticCurvePrivateKey = KEY) -> bytes:
    """In DER, of the test's own authority."""
    now, day = datetime.now(UTC), timedelta(days=1)
    authority = Authority.root("test", not_before=now - day, not_after=now + day)
    made = authority.issue(
        key.public_key(), name, not_before=now, not_after=now + day, client=True, server=False
    )
    return made.public_bytes(Encoding.DER)


@dataclass
class Door:
    """A gateway over HTTP."""

    store: Store
    topic: MemoryTopic
    devices: ListedDevices
    room: Room
    base: str = ""
    http: ClientSession = field(init=False)
    own: bytes = field(default_factory=lambda: certificate(OWN))

    async def ask(
        self, body: bytes, path: str = PATH, shown: bytes | None = None, wall: float = 0
    ) -> Reply:
        """The answer to a signed request; ``wall`` is how far the till's clock is off."""
        shown = shown or self.own
        clock = LearningClock(lambda: datetime.now(UTC).timestamp() + wall)
        session = SignedSession(self.http, self.base, Signer(KEY, shown), clock)
        return await session.request("POST", path, body, {SHOWN: shown.hex()})

    async def refused(self, body: bytes, **options: Any) -> tuple[int, int]:
        """Status and code of the problem that a request is answered with."""
        reply = await self.ask(body, **options)
        assert reply.headers["Content-Type"].startswith(CONTENT_TYPE), reply.body
        told = json.loads(reply.body)
        assert told["status"] == reply.status and told["detail"]
        return reply.status, told["code"]


@pytest.fixture
async def door(tmp_path: Path) -> AsyncIterator[Door]:
    topic, room = MemoryTopic(), Room()
    centre = FromCentre(LOCATION, OpenConnections())
    devices, centre.catalog_version = centre.devices, 7
    with closing(Nonces(tmp_path / "nonces")) as nonces:
        async with store(tmp_path, topic) as gateway:
            made = Door(gateway, topic, devices, room)
            figures = gateway_metrics(CollectorRegistry())
            health = Health(gateway.file, gateway.spool, topic, devices)
            calls = EventCalls(gateway.intake, centre, room, figures.batches, lambda: NOW)

            def shown_by(request: web.Request) -> bytes | None:
                return bytes.fromhex(request.headers.get(SHOWN, "")) or None

            app = application(
                [
                    ServedCall(GET_LIVE, health.live),
                    ServedCall(GET_READY, health.ready),
                    ServedCall(POST_EVENTS, calls.post),
                ],
                room,
                Verifier(nonces),
                figures,
                shown_by,
            )
            runner = web.AppRunner(app, shutdown_timeout=0.1)
            await runner.setup()
            await web.TCPSite(runner, "127.0.0.1", 0).start()
            made.base = f"http://127.0.0.1:{runner.addresses[0][1]}"
            async with ClientSession() as made.http:
                yield made
            await runner.cleanup()


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    with closing(opened(tmp_path)) as made:
        yield made


def batch_of(journal: Journal, count: int = 1) -> bytes:
    journal.append([sale() for _ in range(count)])
    batch = journal.outbox.next_batch(0.0)
    assert batch
    return batch.body


def listed(number: int, *devices: Mapping[str, Any]) -> dict[str, Any]:
    """A list of devices as it is signed."""
    return {"location_id": LOCATION, "number": number, "devices": list(devices)}


def device(shown: bytes, status: str = "active", epoch: int = 1) -> dict[str, Any]:
    certificates = [key_id_of(shown)]
    return {"till_id": TILL.till_id, "epoch": epoch, "certificates": certificates, "status": status}


async def test_a_batch_is_answered_as_the_contract_says(door: Door, journal: Journal) -> None:
    door.devices.learn(listed(3, device(door.own)))
    reply = await door.ask(batch_of(journal, 2))
    assert reply.status == 200
    assert json.loads(reply.body) == {
        "accepted_to": 2,
        "confirmed_to": 0,
        "missing": [],
        "quarantined": [],
        "forks": [],
        "durable": "kafka",
        "server_time": "2026-11-29T12:00:00.000Z",
        "catalog_version": 7,
        "devices_version": 3,
        "catalog_age": None,
        "devices_age": None,
    }
    assert door.topic.heads()[0]["key_id"] == key_id_of(door.own)


async def test_a_till_whose_clock_is_a_year_off_gets_through(door: Door, journal: Journal) -> None:
    assert (await door.ask(batch_of(journal), wall=-365 * 86_400)).status == 200


async def test_a_conflict_is_a_problem_that_names_what_is_expected(
    door: Door, journal: Journal
) -> None:
    body = batch_of(journal)
    await door.ask(body)
    batch = json.loads(body) | {"first": 9}
    reply = await door.ask(json.dumps(batch).encode())
    told = json.loads(reply.body)
    assert (reply.status, told["code"]) == (409, 200)
    assert (told["conflict"], told["expected"]) == ("gap", 2)
    assert told["last_hash"] == journal.mark.hash


async def test_another_tills_path_is_refused(door: Door, journal: Journal) -> None:
    body = batch_of(journal)
    assert await door.refused(body, path="/v1/tills/till-4/events") == (403, 100)


@pytest.mark.parametrize(
    "name", [TillName("shop-9", TILL.till_id), StoreName(LOCATION), TillName(LOCATION, "till-4")]
)
async def test_who_is_not_this_till_of_this_store_is_refused(
    door: Door, journal: Journal, name: Name
) -> None:
    assert await door.refused(batch_of(journal), shown=certificate(name)) == (403, 100)
    assert not door.topic.messages


@pytest.mark.parametrize("status", ["revoked", "replaced"])
async def test_who_is_revoked_or_replaced_is_refused(
    door: Door, journal: Journal, status: str
) -> None:
    body = batch_of(journal)
    assert (await door.ask(body)).status == 200, "a till that no list names yet is taken"
    door.devices.learn(listed(1, device(door.own, status)))
    assert await door.refused(body) == (403, 100)
    assert not door.devices.learn(listed(1, device(door.own))), "an old list was taken"
    assert await door.refused(body) == (403, 100)


async def test_a_revoked_till_gets_in_by_no_other_certificate(door: Door, journal: Journal) -> None:
    door.devices.learn(listed(1, device(certificate(OWN), "revoked")))
    assert await door.refused(batch_of(journal)) == (403, 100)


async def test_a_request_without_signature_or_with_anothers_is_refused(
    door: Door, journal: Journal
) -> None:
    body = batch_of(journal)
    headers = {SHOWN: door.own.hex()}
    async with door.http.post(door.base + PATH, data=body, headers=headers) as answer:
        assert (answer.status, (await answer.json(content_type=None))["code"]) == (401, 101)
    async with door.http.post(door.base + PATH, data=body) as answer:
        assert (answer.status, (await answer.json(content_type=None))["code"]) == (401, 100)


async def test_a_captured_request_counts_once(door: Door, journal: Journal) -> None:
    body = batch_of(journal)
    now = int(datetime.now(UTC).timestamp())
    headers = Signer(KEY, door.own).headers("POST", PATH, body, now) | {SHOWN: door.own.hex()}
    codes: list[tuple[int, int]] = []
    for each in (body, body, body.replace(b"cart", b"card", 1)):
        async with door.http.post(door.base + PATH, data=each, headers=headers) as answer:
            told = await answer.json(content_type=None)
            codes.append((answer.status, told.get("code", 0)))
    assert codes == [(200, 0), (401, 103), (401, 101)]


@pytest.mark.parametrize(
    "body",
    [
        b"", b"no json", b"[]", b"{}", b"\xff", b'{"epoch":0}', b"[" * 100_000,
        b'{"epoch":1,"first":1,"prev":"' + b"0" * 64 + b'","events":[]}',
        b'{"epoch":1,"first":1,"prev":"x","events":[1]}',
        b'{"epoch":1,"first":1000000000000,"prev":"' + b"0" * 64 + b'","events":[1,2]}',
        b'{"epoch":2147483648,"first":1,"prev":"' + b"0" * 64 + b'","events":[1]}',
    ],
)  # fmt: skip
async def test_what_is_no_batch_is_a_bad_request(door: Door, body: bytes) -> None:
    assert await door.refused(body) == (400, 200)


async def test_too_many_events_or_bytes_are_too_large(door: Door, journal: Journal) -> None:
    body = json.loads(batch_of(journal))
    many = json.dumps(body | {"events": body["events"] * 501}, separators=(",", ":")).encode()
    large = b'{"a":"' + b"x" * BATCH_BYTES_MAX + b'"}'
    few = json.dumps(body | {"events": [1] * 501}).encode()
    for each in (few, large, many):
        assert await door.refused(each) == (413, 201)


async def test_other_paths_and_methods_are_problems(door: Door) -> None:
    assert await door.refused(b"{}", path="/v1/nothing") == (404, 200)
    async with door.http.get(door.base + "/live") as answer:
        assert answer.status == 200


async def readiness(door: Door) -> tuple[int, Any]:
    async with door.http.get(door.base + "/ready") as answer:
        return answer.status, await answer.json(content_type=None)


async def test_it_is_ready_as_long_as_it_can_keep_what_comes_and_names_what_is_amiss(
    door: Door, journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    unlisted = "no list of devices has come yet"
    assert await readiness(door) == (200, {"ready": True, "notes": [unlisted]})
    door.devices.learn(listed(1, device(door.own)))
    assert await readiness(door) == (200, {"ready": True, "notes": []})
    door.topic.go()
    body = batch_of(journal)
    assert (await door.ask(body)).status == 200
    status, told = await readiness(door)
    assert (status, told["notes"]) == (
        200,
        [f"the topic is away: {door.store.spool.size} bytes wait for it"],
    )
    monkeypatch.setattr(door.store.spool, "_bytes_max", door.store.spool.size + 10)
    status, told = await readiness(door)
    assert (status, told["code"]) == (503, 300) and "no more may" in told["detail"]


async def test_a_gateway_whose_file_is_lost_is_not_ready_and_says_why(door: Door) -> None:
    def broken(_: Any) -> None:
        raise apsw.IOError("the disk is gone")

    with pytest.raises(GatewayUnusable):
        await door.store.file.commit(broken)
    status, told = await readiness(door)
    assert status == 503 and "start anew" in told["detail"]


async def test_when_nothing_can_be_kept_the_till_is_told_when_to_come_again(
    door: Door, journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    door.topic.go()
    monkeypatch.setattr(door.store.spool, "_bytes_max", 10)
    reply = await door.ask(batch_of(journal))
    assert (reply.status, json.loads(reply.body)["code"]) == (503, 300)
    assert int(reply.headers["Retry-After"]) > 0


async def test_what_would_be_too_much_at_once_waits_and_the_small_goes_on(
    door: Door, journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "BYTES_AT_ONCE_MAX", 1)
    large = json.loads(batch_of(journal)) | {"filling": "x" * limits.SMALL_BYTES}
    reply = await door.ask(json.dumps(large).encode())
    assert (reply.status, json.loads(reply.body)["code"]) == (429, 202)
    assert reply.headers["Retry-After"] == "1"
    assert (await door.ask(batch_of(journal))).status == 200


async def test_one_till_takes_up_no_more_than_its_turns(door: Door, journal: Journal) -> None:
    body = batch_of(journal)
    replies = await asyncio.gather(*(door.ask(body) for _ in range(30)))
    assert {reply.status for reply in replies} <= {200, 429}
    assert replies[0].status == 200
    assert (await door.ask(body)).status == 200, "turns are not given back"


async def test_a_journal_sends_its_day_over_http(door: Door, journal: Journal) -> None:
    journal.append([sale() for _ in range(1_200)])
    while batch := journal.outbox.next_batch(0.0):
        told = json.loads((await door.ask(batch.body)).body)
        journal.outbox.answered(batch, told["accepted_to"], told["forks"])
    assert [each["sequence"] for each in door.topic.events()] == list(range(1, 1_201))


async def test_tills_that_come_back_all_at_once_wait_and_who_sells_does_not(
    door: Door, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "BYTES_AT_ONCE_MAX", 600_000)
    back = [TillPlace(LOCATION, f"back-{number}") for number in range(6)]
    sells = TillPlace(LOCATION, "sells")
    waited: list[int] = []

    async def deliver(place: TillPlace, counts: Sequence[int]) -> None:
        (tmp_path / place.till_id).mkdir()
        shown = certificate(TillName(*place))
        with closing(Journal(tmp_path / place.till_id / "journal.sqlite", place, KEY)) as journal:
            journal.begin_epoch(1)
            for count in counts:
                journal.append([sale() for _ in range(count)])
                while batch := journal.outbox.next_batch(0.0):
                    reply = await door.ask(batch.body, f"/v1/tills/{place.till_id}/events", shown)
                    waited.append(reply.status)
                    if reply.status == 429:
                        assert place is not sells, "who sells waits for who was away"
                        await asyncio.sleep(0.01)
                        continue
                    told = json.loads(reply.body)
                    journal.outbox.answered(batch, told["accepted_to"], told["forks"])

    await asyncio.gather(deliver(sells, [1] * 20), *(deliver(place, [520]) for place in back))
    assert 429 in waited, "nobody had to wait: the test shows nothing"
    for place, count in [(sells, 20), *((place, 520) for place in back)]:
        found = [e["sequence"] for e in door.topic.events() if e["till_id"] == place.till_id]
        assert found == list(range(1, count + 1))
