"""What a thief, a broken tool or a bad moment does to the registration, and what comes of it."""

import asyncio
import base64
import socket
import ssl
import time
from collections.abc import AsyncIterator, Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from edge.registration import server
from edge.registration.issuing import NotIssued, OwnIssuer
from edge.registration.quiet import LINES_MAX
from edge.registration.requests import CertificateRequest
from identity.authority import new_key
from identity.names import ServiceName, StoreName, TillName
from tests.integration.registration_world import EST, Pki, World, csr_of, registration


@pytest.fixture
async def world(postgres: str, tmp_path: Path) -> AsyncIterator[World]:
    async with registration(postgres, tmp_path) as opened:
        yield opened


def _foreign_key() -> bytes:
    """A request for somebody else's key, signed by one's own."""
    own, other = csr_of(new_key()), new_key().public_key()
    theirs = other.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    at = own.index(theirs[:27])  # where every P-256 key begins alike
    return own[:at] + theirs + own[at + len(theirs) :]


BAD_REQUESTS: dict[str, Callable[[], bytes]] = {
    "nothing": lambda: b"",
    "no base64": lambda: b"\xff" * 100,
    "base64 of nothing": lambda: b"hello, world",
    "RSA of 1024 bits": lambda: csr_of(rsa.generate_private_key(65537, 1024)),  # noqa: S505
    "RSA of 2048 bits": lambda: csr_of(rsa.generate_private_key(65537, 2048)),
    "P-192": lambda: csr_of(ec.generate_private_key(ec.SECP192R1())),
    "P-384": lambda: csr_of(ec.generate_private_key(ec.SECP384R1())),
    "somebody else's key": _foreign_key,
    "a signature over something else": lambda: csr_of(new_key())[:-3] + b"\x01\x02\x03",
    "a request and more behind it": lambda: csr_of(new_key()) + b"\x00",
}


@pytest.mark.parametrize("kind", BAD_REQUESTS)
async def test_a_bad_request_is_refused_and_spends_nothing(
    world: World, shop: str, kind: str
) -> None:
    till = world.till(shop)
    token = (await world.voucher(till))["token"]
    refused = await world.enrol(till, token, csr=BAD_REQUESTS[kind]())
    assert refused.status == 400 and refused.headers["Content-Type"].startswith("text/plain")
    assert (await world.enrol(till, token)).status == 200, "the token was spent by a bad request"


async def test_ed25519_is_refused(world: World, shop: str) -> None:
    till = world.till(shop)
    token = (await world.voucher(till))["token"]
    builder = x509.CertificateSigningRequestBuilder().subject_name(x509.Name([]))
    csr = builder.sign(ed25519.Ed25519PrivateKey.generate(), None).public_bytes(Encoding.DER)
    assert (await world.enrol(till, token, csr=csr)).status == 400


async def test_a_megabyte_is_not_even_read(world: World, shop: str) -> None:
    till = world.till(shop)
    token = (await world.voucher(till))["token"]
    refused = await world.enrol(till, token, csr=b"\x30" * 1024 * 1024)
    assert refused.status == 413
    told = await world.call("POST", "/v1/enrol", json={"token": token, "csr": "A" * 2**20})
    assert told.status == 413 and told.headers["Content-Type"] == "application/problem+json"
    assert (await world.enrol(till, token)).status == 200


@pytest.mark.parametrize(
    "body",
    [b"", b"no json", b"[]", b"{}", b'{"token": 1, "csr": null}', b'{"token":"' + b"\xff" * 9],
)
async def test_json_that_is_none_is_a_problem(world: World, body: bytes) -> None:
    told = await world.call("POST", "/v1/enrol", data=body)
    assert told.status == 400, told.body
    assert told.json["status"] == 400 and told.json["code"] == 200


@pytest.mark.parametrize(
    "authorization",
    ["", "Bearer x", "Basic", "Basic !!!", "Basic " + "A" * 6000, "Basic L8O/", "Basic YTpi"],
)
async def test_a_login_that_is_none_is_asked_again(world: World, authorization: str) -> None:
    reply = await world.call(
        "POST",
        f"{EST}/simpleenroll",
        data=base64.b64encode(csr_of(new_key())),
        headers={"Authorization": authorization},
    )
    assert reply.status == 401 and reply.headers["WWW-Authenticate"].startswith("Basic ")


async def test_who_guesses_learns_nothing_and_keeps_nobody_out(world: World, shop: str) -> None:
    till = world.till(shop)
    token = (await world.voucher(till))["token"]
    before = _entries(world)
    guesses = asyncio.create_task(_guess(world, shop, 10_000))
    await asyncio.sleep(1)
    began = time.monotonic()
    given = await world.enrol(till, token)
    waited = time.monotonic() - began
    assert given.status == 200, "a real till is kept out by one that guesses"
    assert waited < 5, f"a real till waited {waited:.1f} s"
    statuses = await guesses
    assert set(statuses) == {401, 429} and statuses.count(401) <= 2 * 30
    assert _entries(world) - before < 3 * LINES_MAX, "guessing fills the audit log"


async def _guess(world: World, shop: str, number: int) -> list[int]:
    context = ssl.create_default_context(cafile=world.pki.ca)
    body = base64.b64encode(csr_of(new_key()))
    connector = aiohttp.TCPConnector(limit=8, ssl=context)
    async with aiohttp.ClientSession(connector=connector) as http:
        turn = asyncio.Semaphore(8)

        async def one(guess: int) -> int:
            headers = {"Authorization": aiohttp.encode_basic_auth(f"{shop}/{guess}", "wrong")}
            async with (
                turn,
                http.post(
                    f"{world.address}{EST}/simpleenroll", data=body, headers=headers
                ) as answer,
            ):
                return answer.status

        return await asyncio.gather(*(one(guess) for guess in range(number)))


def _entries(world: World) -> int:
    ((number,),) = world.rows("SELECT count(*) FROM audit_log")
    return number


async def test_only_tls_is_answered(world: World) -> None:
    host, port = "127.0.0.1", int(world.address.rpartition(":")[2])

    def plain() -> bytes:
        with socket.create_connection((host, port), timeout=10) as opened:
            opened.sendall(b"GET /live HTTP/1.1\r\nHost: localhost\r\n\r\n")
            return opened.recv(1000)

    assert b"HTTP" not in await asyncio.to_thread(plain), "plaintext is answered"


async def test_who_says_nothing_or_half_a_request_is_let_go(
    postgres: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "IDLE_SECONDS", 1.0)
    async with registration(postgres, tmp_path) as world:
        port = int(world.address.rpartition(":")[2])
        context = ssl.create_default_context(cafile=world.pki.ca)
        for said in (b"", b"POST /v1/enrol HTTP/1.1\r\nHost: localhost\r\nContent-Le"):
            reader, writer = await asyncio.open_connection(
                "localhost", port, ssl=context, server_hostname="localhost"
            )
            writer.write(said)
            async with asyncio.timeout(20):
                left = await reader.read()
            assert not left, "who says nothing holds a socket for good"
            writer.close()


@pytest.mark.parametrize("name", [TillName("x", "1"), StoreName("x"), ServiceName("worker"), None])
async def test_who_is_no_operator_registers_and_revokes_nobody(
    world: World, shop: str, name: Any
) -> None:
    identity = world.pki.certified(name) if name else None
    told = {"location_id": shop, "till_id": "1", "by": "a thief"}
    calls = [
        ("GET", "/v1/devices", None),
        ("POST", "/v1/devices", told),
        ("POST", f"/v1/devices/{shop}/1/revoke", told),
        ("POST", f"/v1/devices/{shop}/1/spare", told),
        ("GET", f"/v1/locations/{shop}/device-list", None),
    ]
    for method, path, body in calls:
        reply = await world.call(method, path, identity=identity, json=body)
        assert reply.status == 403, f"{name} was answered at {path}"
    assert not world.rows("SELECT * FROM devices WHERE location_id = %s", shop)


async def test_an_operator_whose_certificate_has_ended_is_none(world: World) -> None:
    ended = world.pki.certified(ServiceName("operator"), life=-timedelta(days=1), file="ended")
    assert (await world.call("GET", "/v1/devices", identity=ended)).status == 403


async def test_a_store_reads_its_own_list_and_no_other(world: World, shop: str) -> None:
    await world.enrolled(world.till(shop))
    own, other = world.pki.certified(StoreName(shop)), world.pki.certified(StoreName("elsewhere"))
    path = f"/v1/locations/{shop}/device-list"
    assert (await world.call("GET", path, identity=own)).status == 200
    assert (await world.call("GET", path, identity=other)).status == 403


@pytest.mark.parametrize("till_id", ["..", "a b", "<b>", "a" * 65, ""])
async def test_a_name_that_is_none_is_refused(world: World, till_id: str) -> None:
    told = {"location_id": "shop", "till_id": till_id, "by": "a test"}
    reply = await world.operate("POST", "/v1/devices", told)
    assert reply.status == 400, reply.body


class _Faulty(OwnIssuer):
    """Fails at its first signature, as told."""

    fault: BaseException | None = None
    signed = 0

    async def issue(
        self, request: CertificateRequest, till: TillName, begins: datetime, ends: datetime
    ) -> x509.Certificate:
        made = await super().issue(request, till, begins, ends)
        self.signed += 1
        if self.fault is not None:
            fault, self.fault = self.fault, None
            raise fault
        return made


async def test_an_authority_that_fails_spends_nothing(
    postgres: str, tmp_path: Path, shop: str
) -> None:
    pki = Pki.new(tmp_path / "pki")
    issuer = _Faulty(pki.devices)
    async with registration(postgres, tmp_path, issuer, pki) as world:
        till = world.till(shop)
        token = (await world.voucher(till))["token"]
        issuer.fault = NotIssued("out of order")
        away = await world.enrol(till, token)
        assert away.status == 503 and away.headers["Retry-After"]
        assert (await world.enrol(till, token)).status == 200


async def test_a_caller_that_leaves_in_the_middle_breaks_nothing(
    postgres: str, tmp_path: Path, shop: str
) -> None:
    async with registration(postgres, tmp_path) as world:
        till = world.till(shop)
        token = (await world.voucher(till))["token"]
        for _ in range(5):
            left = asyncio.create_task(world.enrol(till, token))
            await asyncio.sleep(0.01)
            left.cancel()
            await asyncio.gather(left, return_exceptions=True)
        first = await world.enrol(till, token)
        assert first.status == 200
        kept = world.rows("SELECT count(*) FROM device_certificates WHERE location_id = %s", shop)
        assert kept == [(1,)], "leaving in the middle issued more than one certificate"


async def test_a_database_that_is_away_is_told_so(tmp_path: Path) -> None:
    async with registration("host=127.0.0.1 port=1", tmp_path) as world:
        till = world.till("shop")
        reply = await world.enrol(till, "token")
        assert reply.status == 503 and reply.headers["Retry-After"]
        assert world.counted("enrol", "database_away") == 1
