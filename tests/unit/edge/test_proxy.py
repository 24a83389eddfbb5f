"""The edge proxy: what it adds, whom it speaks with, and what it says when nobody answers."""

import asyncio
import os
import socket
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from math import isnan
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession, UnixConnector, web
from prometheus_client import CollectorRegistry

from edge.problems import Code
from edge.proxy import doors, upstream
from edge.proxy import service as proxying
from edge.proxy.metrics import proxy_metrics
from edge.proxy.peer import TillIdentity, load
from edge.proxy.service import Loopback, application, serving
from identity.errors import IdentityError
from identity.names import Name, ServiceName, StoreName, TillName
from tests.gateways import HOST, YEAR, Fleet, SignedGateway, signed_gateway


@pytest.fixture
def fleet(tmp_path: Path) -> Fleet:
    return Fleet(tmp_path)


@pytest.fixture
async def gateway(fleet: Fleet, tmp_path: Path) -> AsyncIterator[SignedGateway]:
    async with signed_gateway(fleet, tmp_path) as opened:
        yield opened


@asynccontextmanager
async def proxy(
    address: str, till: TillIdentity, folder: Path, registry: CollectorRegistry | None = None
) -> AsyncGenerator[ClientSession]:
    """A program's session at a proxy's socket."""
    metrics = proxy_metrics(registry or CollectorRegistry())
    with doors.unix_door(folder / "till") as (listening, path):
        async with (
            upstream.upstream(address, till, metrics) as way,
            serving(application(way, metrics), listening),
            ClientSession("http://till", connector=UnixConnector(str(path))) as program,
        ):
            yield program


def _is_there(path: Path) -> bool:
    return path.exists()


async def asked(program: ClientSession, **options: Any) -> tuple[int, Any]:
    """Status and JSON of one request."""
    request = {"method": "POST", "url": "/v1/x", "data": b"{}", **options}
    async with program.request(**request) as answer:
        return answer.status, await answer.json(content_type=None)


async def test_a_plain_request_arrives_signed_and_its_answer_comes_back(
    fleet: Fleet, gateway: SignedGateway, tmp_path: Path
) -> None:
    gateway.answer = web.json_response({"ok": 1}, status=409, headers={"Retry-After": "7"})
    async with (
        proxy(gateway.address, fleet.till(), tmp_path) as program,
        program.post("/v1/tills/1/events?a=%26", data=b"body") as answer,
    ):
        told = (answer.status, await answer.json(), answer.headers["Retry-After"])
    assert told == (409, {"ok": 1}, "7")
    (seen,) = gateway.took
    assert (seen.method, seen.target, seen.body) == ("POST", "/v1/tills/1/events?a=%26", b"body")


async def test_what_a_program_says_of_itself_goes_no_further(
    fleet: Fleet, gateway: SignedGateway, tmp_path: Path
) -> None:
    headers = {
        "Signature": "till=:AAAA:",
        "Authorization": "x",
        "X-Forwarded-For": "1",
        "Cookie": "c",
    }
    async with proxy(gateway.address, fleet.till(), tmp_path) as program:
        assert (await asked(program, headers=headers))[0] == 200
    (seen,) = gateway.took
    assert not {"Authorization", "Cookie"} & seen.headers.keys()


async def test_a_compressed_answer_comes_back_as_it_was(
    fleet: Fleet, gateway: SignedGateway, tmp_path: Path
) -> None:
    gateway.answer = web.json_response({"a": "b" * 1000})
    gateway.answer.enable_compression(web.ContentCoding.gzip)
    async with proxy(gateway.address, fleet.till(), tmp_path) as program:
        assert await asked(program, method="GET", data=None) == (200, {"a": "b" * 1000})


@pytest.mark.parametrize(
    "name",
    [StoreName("L-2"), ServiceName("gateway")],
    ids=["another store", "a service"],
)
async def test_it_speaks_with_its_own_store_alone(fleet: Fleet, tmp_path: Path, name: Name) -> None:
    async with (
        signed_gateway(fleet, tmp_path, name) as other,
        proxy(other.address, fleet.till(), tmp_path) as program,
    ):
        status, problem = await asked(program)
    assert (status, problem["code"]) == (502, Code.UPSTREAM)
    assert f"is {name}, and not store L-1" in problem["detail"]
    assert other.took == [], "another store got this till's events"


async def test_a_gateway_of_a_foreign_authority_is_refused(fleet: Fleet, tmp_path: Path) -> None:
    foreign = Fleet(tmp_path, "foreign")
    async with (
        signed_gateway(foreign, tmp_path) as other,
        proxy(other.address, fleet.till(), tmp_path) as program,
    ):
        status, problem = await asked(program)
    assert (status, problem["code"]) == (502, Code.UPSTREAM)
    assert "not to be trusted" in problem["detail"] and other.took == []


async def test_a_till_of_a_foreign_authority_is_told_so(fleet: Fleet, tmp_path: Path) -> None:
    other = Fleet(tmp_path, "foreign").identity(TillName("L-1", "1"))
    stranger = load(other.certificate, other.key, fleet.authorities)
    async with (
        signed_gateway(fleet, tmp_path) as opened,
        proxy(opened.address, stranger, tmp_path) as program,
    ):
        status, problem = await asked(program)
    assert (status, problem["code"]) == (502, Code.UPSTREAM)
    assert "does not take this till's certificate" in problem["detail"]


@pytest.mark.parametrize("years", [-2, 2], ids=["expired", "not yet valid"])
async def test_a_date_stops_no_sale(fleet: Fleet, tmp_path: Path, years: int) -> None:
    begins = datetime.now(UTC) + years * YEAR
    registry = CollectorRegistry()
    async with (
        signed_gateway(fleet, tmp_path, begins=begins) as dark,
        proxy(dark.address, fleet.till(), tmp_path, registry) as program,
    ):
        assert (await asked(program))[0] == 200
    end = registry.get_sample_value("tillstream_proxy_gateway_end_timestamp_seconds")
    assert end is not None and abs(end - begins.timestamp() - 3600) < 2, "nobody would hear of it"


async def test_a_gateway_that_is_away_is_said_to_be_and_comes_back(
    fleet: Fleet, gateway: SignedGateway, tmp_path: Path
) -> None:
    registry = CollectorRegistry()
    with socket.create_server((HOST, 0)) as free:
        nowhere = f"https://{HOST}:{free.getsockname()[1]}"
    async with proxy(nowhere, fleet.till(), tmp_path, registry) as program:
        unasked = registry.get_sample_value("tillstream_proxy_gateway_up")
        assert unasked is not None and isnan(unasked), "a till that has not asked is cut off"
        status, problem = await asked(program)
    assert (status, problem["code"], problem["status"]) == (502, Code.UPSTREAM, 502)
    assert registry.get_sample_value("tillstream_proxy_gateway_up") == 0
    async with proxy(gateway.address, fleet.till(), tmp_path) as program:
        assert (await asked(program))[0] == 200


async def test_a_gateway_that_does_not_answer_is_given_up(
    fleet: Fleet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(upstream, "ANSWER_SECONDS_MAX", 0.3)
    silent = await asyncio.start_server(lambda *_: asyncio.sleep(5), HOST, 0)
    address = f"https://{HOST}:{silent.sockets[0].getsockname()[1]}"
    async with silent, proxy(address, fleet.till(), tmp_path) as program:
        status, problem = await asked(program)
    assert (status, problem["code"]) == (504, Code.UPSTREAM)


async def test_more_than_a_till_asks_at_once_is_refused(
    fleet: Fleet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(upstream, "ANSWER_SECONDS_MAX", 1.0)
    monkeypatch.setattr(upstream, "AT_ONCE_MAX", 2)
    silent = await asyncio.start_server(lambda *_: asyncio.sleep(5), HOST, 0)
    address = f"https://{HOST}:{silent.sockets[0].getsockname()[1]}"
    async with silent, proxy(address, fleet.till(), tmp_path) as program:
        told = await asyncio.gather(*(asked(program) for _ in range(4)))
    assert sorted(status for status, _ in told) == [503, 503, 504, 504]


async def test_a_body_that_is_too_large_is_refused_here(
    fleet: Fleet, gateway: SignedGateway, tmp_path: Path
) -> None:
    async with proxy(gateway.address, fleet.till(), tmp_path) as program:
        status, problem = await asked(program, data=b"x" * (proxying.BODY_BYTES_MAX + 1))
    assert (status, problem["code"], gateway.took) == (413, Code.TOO_LARGE, [])


async def test_the_socket_is_its_owners_alone_and_goes_with_the_proxy(
    fleet: Fleet, gateway: SignedGateway, tmp_path: Path
) -> None:
    path = tmp_path / "till" / "proxy.sock"
    async with proxy(gateway.address, fleet.till(), tmp_path):
        assert os.stat(path).st_mode & 0o777 == 0o600
        with pytest.raises(doors.DoorError, match="another proxy runs"):
            doors.unix_door(tmp_path / "till").__enter__()
        assert _is_there(path), "the second took the first one's socket away"
    assert not _is_there(path)


@asynccontextmanager
async def by_loopback(
    fleet: Fleet, gateway: SignedGateway, folder: Path
) -> AsyncGenerator[tuple[ClientSession, str, str]]:
    """A program's session at a proxy's port, its address and the secret."""
    metrics = proxy_metrics(CollectorRegistry())
    with doors.loopback_door(folder / "till", 0) as (listening, secret, path):
        port = listening.getsockname()[1]
        assert (os.stat(path).st_mode & 0o777, path.read_text()) == (0o600, secret)
        async with (
            upstream.upstream(gateway.address, fleet.till(), metrics) as way,
            serving(application(way, metrics, Loopback(port, secret)), listening),
            ClientSession(f"http://{HOST}:{port}") as program,
        ):
            yield program, f"http://{HOST}:{port}", secret
    assert not _is_there(path), "the secret outlives the start that it is of"


async def test_over_loopback_the_secret_lets_in(
    fleet: Fleet, gateway: SignedGateway, tmp_path: Path
) -> None:
    async with by_loopback(fleet, gateway, tmp_path) as (program, own, secret):
        bearer = {"Authorization": f"Bearer {secret}"}
        assert (await asked(program, headers=bearer))[0] == 200
        assert (await asked(program, headers={**bearer, "Origin": own}))[0] == 200
    assert len(gateway.took) == 2


@pytest.mark.parametrize(
    ("changed", "status"),
    [
        ({"Authorization": ""}, 401),
        ({"Authorization": "Bearer wrong"}, 401),
        ({"Authorization": "Bearer \udcff"}, 401),
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Host": "evil.example"}, 421),
        ({"Host": HOST}, 421),
    ],
)
async def test_over_loopback_a_page_from_elsewhere_and_who_has_no_secret_stay_outside(
    fleet: Fleet, gateway: SignedGateway, tmp_path: Path, changed: dict[str, str], status: int
) -> None:
    async with by_loopback(fleet, gateway, tmp_path) as (program, _, secret):
        headers = {"Authorization": f"Bearer {secret}", **changed}
        assert (await asked(program, headers=headers))[0] == status
    assert gateway.took == []


def test_an_identity_that_is_no_tills_is_refused(fleet: Fleet) -> None:
    store = fleet.identity(StoreName("L-1"))
    with pytest.raises(IdentityError, match="and no till's"):
        load(store.certificate, store.key, fleet.authorities)
