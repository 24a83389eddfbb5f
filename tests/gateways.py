"""A fleet of the tests' own, and a gateway that lets signed requests in: the proxy's peer."""

import asyncio
import ssl
from collections.abc import AsyncGenerator, Callable
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from aiohttp import web
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.types import CertificatePublicKeyTypes

from edge.proxy.peer import TillIdentity, load
from edge.signing.guard import CERTIFICATE, guard
from edge.signing.nonces import Nonces
from edge.signing.verifier import Verifier
from identity import files
from identity.authority import Authority, new_key
from identity.names import Name, StoreName, TillName

HOST = "127.0.0.1"
YEAR = timedelta(days=365)


@dataclass(frozen=True)
class IdentityFiles:
    """Of one holder."""

    certificate: Path
    key: Path


class Fleet:
    """An authority, and the identities that it vouches for."""

    def __init__(self, folder: Path, name: str = "fleet") -> None:
        now = datetime.now(UTC)
        root = Authority.root(name, not_before=now - 9 * YEAR, not_after=now + 9 * YEAR)
        self._issuing = root.below("devices", not_before=now - 9 * YEAR, not_after=now + 9 * YEAR)
        self._folder = folder / name
        self._folder.mkdir()
        self.authorities = self._folder / "ca.pem"
        files.write_certificates(self.authorities, self._issuing.chain)

    def identity(self, name: Name, begins: datetime | None = None) -> IdentityFiles:
        """Files for ``name``, good for an hour from ``begins``."""
        begins = begins or datetime.now(UTC)
        key = new_key()
        made = self._issuing.issue(
            key.public_key(),
            name,
            not_before=begins,
            not_after=begins + timedelta(hours=1),
            hosts=() if isinstance(name, TillName) else (HOST,),
            client=True,
            server=not isinstance(name, TillName),
        )
        stem = name.principal().replace(":", "-")
        found = IdentityFiles(self._folder / f"{stem}.pem", self._folder / f"{stem}.key")
        files.write_certificates(found.certificate, (made, *self._issuing.chain))
        files.write_key(found.key, key)
        return found

    @property
    def chain(self) -> tuple[x509.Certificate, ...]:
        """The issuing authority and the root."""
        return self._issuing.chain

    def issue(
        self, key: CertificatePublicKeyTypes, name: Name, begins: datetime, life: timedelta
    ) -> x509.Certificate:
        """A certificate for a key that somebody else has."""
        return self._issuing.issue(
            key, name, not_before=begins, not_after=begins + life, client=True, server=False
        )

    def till(self, location: str = "L-1", till: str = "1") -> TillIdentity:
        """A till as the proxy has it."""
        found = self.identity(TillName(location, till))
        return load(found.certificate, found.key, self.authorities)

    def server(self, name: Name, begins: datetime | None = None) -> ssl.SSLContext:
        """What a gateway of that name serves with."""
        found = self.identity(name, begins)
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=self.authorities)
        context.minimum_version = ssl.TLSVersion.TLSv1_3
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_cert_chain(found.certificate, found.key)
        return context


@dataclass
class SeenRequest:
    """What came through the guard."""

    method: str
    target: str
    body: bytes
    headers: dict[str, str]


@dataclass
class SignedGateway:
    """A gateway that echoes. ``answer`` may be replaced, ``answer_with`` makes each anew, and
    ``pieces`` are sent one after the other."""

    address: str = ""
    took: list[SeenRequest] = field(default_factory=list)
    answer: web.Response | None = None
    answer_with: Callable[[], web.Response] | None = None
    pieces: list[bytes] = field(default_factory=list)


@asynccontextmanager
async def signed_gateway(
    fleet: Fleet,
    folder: Path,
    name: Name | None = None,
    begins: datetime | None = None,
    port: int = 0,
) -> AsyncGenerator[SignedGateway]:
    """A gateway by that name, of store L-1 where none is given, for the length of a block."""
    gateway = SignedGateway()

    async def take(request: web.Request) -> web.StreamResponse:
        assert request[CERTIFICATE]
        body = await request.read()
        seen = SeenRequest(request.method, request.raw_path, body, dict(request.headers))
        gateway.took.append(seen)
        if gateway.pieces:
            return await _in_pieces(request, gateway.pieces)
        if gateway.answer_with is not None:
            return gateway.answer_with()
        return gateway.answer or web.json_response({"taken": len(gateway.took)})

    with closing(Nonces(folder / "nonces")) as nonces:
        app = web.Application(middlewares=[guard(Verifier(nonces))], client_max_size=2**21)
        app.router.add_route("*", "/{rest:.*}", take)
        runner = web.AppRunner(app, shutdown_timeout=0.1)
        await runner.setup()
        context = fleet.server(name or StoreName("L-1"), begins)
        await web.TCPSite(runner, HOST, port, ssl_context=context).start()
        gateway.address = f"https://{HOST}:{runner.addresses[0][1]}"
        try:
            yield gateway
        finally:
            await runner.cleanup()


async def _in_pieces(request: web.Request, pieces: list[bytes]) -> web.StreamResponse:
    response = web.StreamResponse()
    await response.prepare(request)
    for piece in pieces:
        await response.write(piece)
        await asyncio.sleep(0.05)
    return response
