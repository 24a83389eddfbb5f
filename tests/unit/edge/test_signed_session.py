"""Signed requests over mutual TLS, from the till's session to the gateway's guard."""

import asyncio
import ssl
import time
from collections.abc import AsyncIterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import orjson
import pytest
from aiohttp import ClientSession, TCPConnector, web
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key

from edge.problems import CONTENT_TYPE, Code
from edge.signing import guard as guarding
from edge.signing.guard import CERTIFICATE, guard
from edge.signing.nonces import Nonces
from edge.signing.session import LearningClock, SignedSession
from edge.signing.signer import Signer
from edge.signing.verifier import Verifier
from tests.certificates import Authority, Identity
from tests.devices import Device

BODY_BYTES_MAX = 64 * 1024


@dataclass
class Gateway:
    """A server behind the guard that keeps what came through."""

    port: int
    took: list[tuple[str, str, bytes, bytes]] = field(default_factory=list)
    off_seconds: float = 0

    def wall(self) -> float:
        return time.time() + self.off_seconds


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path)


@pytest.fixture
async def gateway(tmp_path: Path, authority: Authority) -> AsyncIterator[Gateway]:
    serving = Gateway(0)

    async def take(request: web.Request) -> web.Response:
        taken = request.method, request.raw_path, await request.read(), request[CERTIFICATE]
        serving.took.append(taken)
        return web.json_response({"taken": len(serving.took)})

    async def live(_: web.Request) -> web.Response:
        return web.Response(text="ok")

    with closing(Nonces(tmp_path / "nonces", serving.wall)) as nonces:
        protect = guard(Verifier(nonces), open_paths={"/live"})
        app = web.Application(middlewares=[protect], client_max_size=BODY_BYTES_MAX)
        app.router.add_get("/live", live)
        app.router.add_route("*", "/{rest:.*}", take)
        runner = web.AppRunner(app)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=_server(authority)).start()
        serving.port = runner.addresses[0][1]
        yield serving
        await runner.cleanup()


def _server(authority: Authority) -> ssl.SSLContext:
    files = authority.identity("gateway")
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=files.authority)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_cert_chain(files.certificate, files.key)
    return context


def _client(files: Identity) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=files.authority)
    context.load_cert_chain(files.certificate, files.key)
    return context


def _device(files: Identity) -> Device:
    key = load_pem_private_key(files.key.read_bytes(), None)
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    certificate = x509.load_pem_x509_certificate(files.certificate.read_bytes())
    return Device(key, certificate.public_bytes(Encoding.DER))


@dataclass
class Till:
    """A device with its connection."""

    http: ClientSession
    device: Device
    base: str

    def session(self, wall: float = 0, signer: Signer | None = None) -> SignedSession:
        """One whose clock is off by ``wall`` seconds."""
        clock = LearningClock(lambda: time.time() + wall)
        return SignedSession(self.http, self.base, signer or self.device.signer, clock)


@pytest.fixture
async def till(authority: Authority, gateway: Gateway) -> AsyncIterator[Till]:
    files = authority.identity("till")
    connector = TCPConnector(ssl=_client(files))
    async with ClientSession(connector=connector) as http:
        yield Till(http, _device(files), f"https://127.0.0.1:{gateway.port}")


async def test_a_signed_request_arrives_as_it_was_sent(gateway: Gateway, till: Till) -> None:
    answer = await till.session().request("POST", "/v1/a%2Fb?x=%20&y", b"body")
    assert (answer.status, orjson.loads(answer.body)) == (200, {"taken": 1})
    assert gateway.took == [("POST", "/v1/a%2Fb?x=%20&y", b"body", till.device.certificate)]


@pytest.mark.parametrize("target", ["/v1/x?", "/a/../b//c", "/%7Euser/~", "/caf%C3%A9?q=%2B+"])
async def test_a_path_goes_over_the_wire_as_it_was_signed(till: Till, target: str) -> None:
    assert (await till.session().request("GET", target)).status == 200


@pytest.mark.parametrize("off", [-31_536_000, -301, 301, 31_536_000])
async def test_a_till_whose_clock_is_wrong_learns_the_servers(
    gateway: Gateway, till: Till, off: float
) -> None:
    session = till.session(wall=off)
    assert (await session.request("POST", "/v1/x", b"1")).status == 200
    assert (await session.request("POST", "/v1/x", b"2")).status == 200
    assert [body for _, _, body, _ in gateway.took] == [b"1", b"2"]


async def test_a_gateway_whose_clock_is_wrong_is_served_by_its_own(
    gateway: Gateway, till: Till
) -> None:
    session = till.session()
    await session.request("POST", "/v1/x", b"1")
    gateway.off_seconds = 86_400
    assert (await session.request("POST", "/v1/x", b"2")).status == 200
    gateway.off_seconds = 0
    assert (await session.request("POST", "/v1/x", b"3")).status == 200
    assert [body for _, _, body, _ in gateway.took] == [b"1", b"2", b"3"]


async def test_a_till_signs_again_only_once(gateway: Gateway, till: Till) -> None:
    asked: list[int] = []

    class Stubborn(Signer):
        def headers(self, method: str, target: str, body: bytes, created: int) -> dict[str, str]:
            asked.append(created)
            return super().headers(method, target, body, 1)

    signer = Stubborn(till.device.key, till.device.certificate)
    answer = await till.session(signer=signer).request("POST", "/v1/x", b"1")
    assert (answer.status, len(asked), gateway.took) == (401, 2, [])


async def test_what_is_not_signed_gets_a_problem(gateway: Gateway, till: Till) -> None:
    async with till.http.get(f"{till.base}/v1/x") as answer:
        problem = await answer.json(content_type=CONTENT_TYPE)
        assert (answer.status, problem["code"]) == (401, Code.SIGNATURE)
        assert problem["status"] == 401 and problem["title"] and problem["detail"]
        assert answer.headers["WWW-Authenticate"].startswith("Signature")
    assert gateway.took == []


async def test_only_what_is_open_needs_no_signature(till: Till) -> None:
    async with till.http.get(f"{till.base}/live") as answer:
        assert await answer.text() == "ok"
    async with till.http.get(f"{till.base}/live/") as answer:
        assert answer.status == 401


async def test_the_same_request_again_is_refused(gateway: Gateway, till: Till) -> None:
    headers = till.device.signer.headers("POST", "/v1/x", b"1", int(time.time()))

    async def send() -> int:
        url = f"{till.base}/v1/x"
        async with till.http.post(url, data=b"1", headers=headers) as answer:
            return answer.status

    assert sorted(await asyncio.gather(send(), send(), send())) == [200, 401, 401]
    assert await send() == 401
    assert len(gateway.took) == 1, "an old request was passed off as a new one"


async def test_a_body_in_pieces_is_one_body(gateway: Gateway, till: Till) -> None:
    pieces = [b"first ", b"", b"second"]
    body = b"".join(pieces)

    async def slowly() -> AsyncIterator[bytes]:
        for piece in pieces:
            await asyncio.sleep(0.02)
            yield piece

    headers = till.device.signer.headers("POST", "/v1/x", body, int(time.time()))
    async with till.http.post(f"{till.base}/v1/x", data=slowly(), headers=headers) as answer:
        assert answer.status == 200
    assert gateway.took[0][2] == body


async def test_a_body_that_is_too_large_is_refused_unread(gateway: Gateway, till: Till) -> None:
    answer = await till.session().request("POST", "/v1/x", b"x" * (BODY_BYTES_MAX + 1))
    assert (answer.status, orjson.loads(answer.body)["code"]) == (413, Code.TOO_LARGE)
    assert gateway.took == []


async def test_a_body_that_never_ends_is_given_up(
    till: Till, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guarding, "BODY_SECONDS_MAX", 0.1)

    async def stuck() -> AsyncIterator[bytes]:
        yield b"first"
        await asyncio.sleep(5)

    async with till.http.post(f"{till.base}/v1/x", data=stuck()) as answer:
        assert answer.status == 408


async def test_a_compressed_body_is_refused(till: Till) -> None:
    async with till.http.post(f"{till.base}/v1/x", data=b"x" * 99, compress="deflate") as answer:
        assert answer.status == 415


async def test_another_devices_signature_on_this_connection_is_refused(
    authority: Authority, gateway: Gateway, till: Till
) -> None:
    other = _device(authority.identity("other"))
    answer = await till.session(signer=other.signer).request("POST", "/v1/x", b"1")
    assert (answer.status, orjson.loads(answer.body)["code"]) == (401, Code.DEVICE)
    assert gateway.took == []


async def test_an_answer_that_lies_about_the_time_is_passed_on(till: Till) -> None:
    told = [b"no json", b"[]", b'{"code": 102}', b'{"code": 102, "server_time": "soon"}']
    told += [b'{"code": 102, "server_time": 7}', b'{"code": 102, "server_time": "2027-01-01"}']

    async def lie(_: web.Request) -> web.Response:
        return web.Response(status=401, body=told[0])

    app = web.Application()
    app.router.add_get("/", lie)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        session = SignedSession(
            till.http, f"http://127.0.0.1:{runner.addresses[0][1]}", till.device.signer
        )
        while told:
            answer = await session.request("GET", "/")
            assert (answer.status, answer.body) == (401, told.pop(0))
    finally:
        await runner.cleanup()
