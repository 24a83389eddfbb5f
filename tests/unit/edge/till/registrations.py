"""A registration of the tests, by the contract's words: tokens, the same answer again, renewals."""

import base64
import hashlib
import json
import ssl
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from aiohttp import web
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, pkcs7

from identity.dateless import ignore_dates
from identity.files import pem
from identity.names import ServiceName, TillName, name_of
from tests.gateways import HOST, Fleet
from tests.unit.edge.till.tills import NAME

LIFE = timedelta(days=90)
EST = "/.well-known/est"


@dataclass
class Registration:
    """Who gives certificates. ``before`` and ``after`` may fail a request, each told its path, and
    ``begins`` dates what is given."""

    fleet: Fleet
    gateway: str = ""
    address: str = ""
    name: TillName = NAME
    begins: Callable[[], datetime] = lambda: datetime.now(UTC)
    before: Callable[[str], web.Response | None] = lambda _: None
    after: Callable[[str], web.Response | None] = lambda _: None
    tokens: dict[str, int] = field(default_factory=lambda: {"token-1": 1, "token-2": 2})
    spent: dict[str, tuple[bytes, x509.Certificate]] = field(default_factory=dict)
    renewed: list[x509.Certificate] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)

    def voucher(self, number: int = 1, **changed: Any) -> dict[str, Any]:
        """What `devices add` printed."""
        root = self.fleet.chain[-1].public_bytes(Encoding.DER)
        return {
            "location_id": self.name.location_id,
            "till_id": self.name.till_id,
            "epoch": number,
            "token": f"token-{number}",
            "expires_at": "2026-12-01T00:00:00Z",
            "gateway": self.gateway,
            "registration": self.address,
            "ca_sha256": hashlib.sha256(root).hexdigest(),
        } | changed

    def given(self, csr: x509.CertificateSigningRequest) -> x509.Certificate:
        key = csr.public_key()
        return self.fleet.issue(key, self.name, self.begins(), LIFE)  # type: ignore[arg-type]

    async def cacerts(self, _: web.Request) -> web.Response:
        return _pkcs7(self.fleet.chain)

    async def enrol(self, request: web.Request) -> web.Response:
        told = await request.json()
        csr, token = x509.load_pem_x509_csr(told["csr"].encode()), told["token"]
        key = csr.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        if token not in self.tokens or self.spent.get(token, (key,))[0] != key:
            words = {"detail": "This token lets nobody in.", "code": 100}
            return web.json_response(words, status=401)
        _, certificate = self.spent.setdefault(token, (key, self.given(csr)))
        answer = {
            "certificate": pem([certificate]),
            "chain": [pem([each]) for each in self.fleet.chain],
            "epoch": self.tokens[token],
            "gateway": self.gateway,
        }
        return web.json_response(answer)

    async def renew(self, request: web.Request) -> web.Response:
        assert request.transport is not None
        shown = request.transport.get_extra_info("ssl_object").getpeercert(binary_form=True)
        assert name_of(x509.load_der_x509_certificate(shown)) == self.name
        csr = x509.load_der_x509_csr(base64.b64decode(await request.read()))
        self.renewed.append(self.given(csr))
        return _pkcs7(self.renewed[-1:])


def _pkcs7(certificates: Any) -> web.Response:
    der = pkcs7.serialize_certificates(list(certificates), Encoding.DER)
    return web.Response(body=base64.b64encode(der))


@asynccontextmanager
async def registration(
    fleet: Fleet, gateway: str = "", served_as: str = "registration"
) -> AsyncGenerator[Registration]:
    """One that serves, for the length of a block."""
    opened = Registration(fleet, gateway)

    @web.middleware
    async def failing(request: web.Request, handler: Any) -> web.StreamResponse:
        opened.asked.append(request.path)
        return opened.before(request.path) or _after(opened, request, await handler(request))

    app = web.Application(middlewares=[failing])
    app.router.add_get(f"{EST}/cacerts", opened.cacerts)
    app.router.add_post("/v1/enrol", opened.enrol)
    app.router.add_post(f"{EST}/simplereenroll", opened.renew)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    context = fleet.server(ServiceName(served_as))
    context.verify_mode = ssl.CERT_OPTIONAL  # whoever enrols has no certificate yet
    ignore_dates(context)  # whoever renews may have been in a cupboard
    await web.TCPSite(runner, HOST, 0, ssl_context=context).start()
    opened.address = f"https://{HOST}:{runner.addresses[0][1]}"
    try:
        yield opened
    finally:
        await runner.cleanup()


def _after(opened: Registration, request: web.Request, answer: web.Response) -> web.StreamResponse:
    return opened.after(request.path) or answer


def as_text(voucher: dict[str, Any]) -> bytes:
    """As it is in a file, or a QR code."""
    return json.dumps(voucher).encode()
