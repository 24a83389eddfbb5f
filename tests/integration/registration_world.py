"""A registration with an authority of its own on a real database, and tills that ask it."""

import asyncio
import base64
import json
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from pathlib import Path
from typing import Any

import aiohttp
import psycopg
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, pkcs7
from cryptography.x509.oid import NameOID
from prometheus_client import CollectorRegistry
from psycopg.conninfo import make_conninfo

from clients.postgres import PostgresAccess
from connectors.postgres.access import REGISTRATION
from edge.registration.desk import Places
from edge.registration.issuing import Issuer, OwnIssuer
from edge.registration.metrics import registration_metrics
from edge.registration.office import Office
from edge.registration.server import serving
from edge.registration.visitors import tls
from edge.signed_list import ListSigner
from identity import files
from identity.authority import Authority, new_key
from identity.names import Name, ServiceName, TillName

EST = "/.well-known/est"
LIFE = timedelta(days=400)


@dataclass(slots=True)
class Clock:
    """The registration's clock: the real one, set off by what a test wants."""

    ahead: timedelta = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead


@dataclass(frozen=True, slots=True)
class Files:
    """A certificate with its chain, and its key."""

    certificate: Path
    key: Path


@dataclass(frozen=True, slots=True)
class Pki:
    """A root, the two that issue below it, and files for those who take part."""

    folder: Path
    services: Authority
    devices: Authority

    @classmethod
    def new(cls, folder: Path) -> "Pki":
        folder.mkdir(exist_ok=True)
        now = datetime.now(UTC) - timedelta(days=1000)
        root = Authority.root("root", not_before=now, not_after=now + timedelta(days=9000))
        ends = now + timedelta(days=8000)
        services = root.below("services", not_before=now, not_after=ends)
        devices = root.below("devices", not_before=now, not_after=ends)
        made = cls(folder, services, devices)
        files.write_certificates(made.ca, services.chain)
        for name, authority in (("services", services), ("devices", devices)):
            files.write_certificates(folder / f"{name}.chain", authority.chain)
            files.write_key(folder / f"{name}.key", authority.key)
        return made

    @classmethod
    def kept(cls, folder: Path) -> "Pki":
        """That of another process."""
        return cls(folder, _authority(folder / "services"), _authority(folder / "devices"))

    @property
    def ca(self) -> Path:
        return self.folder / "ca.pem"

    def certified(
        self, name: Name, *, life: timedelta = LIFE, server: bool = False, file: str = ""
    ) -> Files:
        """An identity in files; a negative ``life`` has ended."""
        key = new_key()
        now = datetime.now(UTC)
        authority = self.devices if isinstance(name, TillName) else self.services
        certificate = authority.issue(
            key.public_key(),
            name,
            not_before=now - timedelta(days=500),
            not_after=now + life,
            hosts=["127.0.0.1", "localhost"] if server else [],
            client=True,
            server=server,
        )
        stem = file or name.principal().replace(":", "-")
        made = Files(self.folder / f"{stem}.pem", self.folder / f"{stem}.key")
        files.write_key(made.key, key)
        files.write_certificates(made.certificate, (certificate, *authority.chain[:-1]))
        return made


def _authority(stem: Path) -> Authority:
    chain = files.read_certificates(stem.with_suffix(".chain"))
    return Authority(chain, files.read_key(stem.with_suffix(".key")))


@dataclass(slots=True)
class Till:
    """A till's key, and what it was given for it."""

    folder: Path
    location_id: str
    till_id: str
    key: ec.EllipticCurvePrivateKey = field(default_factory=new_key)
    certificate: x509.Certificate | None = None

    def csr(self, key: Any = None) -> bytes:
        return csr_of(key or self.key)

    def keep(self, certificate: x509.Certificate) -> Files:
        """In files, as TLS wants them."""
        self.certificate = certificate
        stem = f"{self.location_id}-{self.till_id}-{certificate.serial_number}"
        made = Files(self.folder / f"{stem}.pem", self.folder / f"{stem}.key")
        files.write_certificates(made.certificate, [certificate])
        files.write_key(made.key, self.key)
        return made


def csr_of(key: Any) -> bytes:
    """A request in DER that asks for what it will not get."""
    names = x509.SubjectAlternativeName([x509.DNSName("centre.example")])
    wanted = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "service/operator")])
    builder = x509.CertificateSigningRequestBuilder().subject_name(wanted)
    signed = builder.add_extension(names, critical=False).sign(key, hashes.SHA256())
    return signed.public_bytes(Encoding.DER)


@dataclass(frozen=True, slots=True)
class Reply:
    status: int
    body: bytes
    headers: dict[str, str]

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    def certificate(self) -> x509.Certificate:
        """The one certificate in an answer of EST."""
        assert self.status == HTTPStatus.OK, self.body
        (found,) = pkcs7.load_der_pkcs7_certificates(base64.b64decode(self.body))
        return found


@dataclass(slots=True)
class World:
    """The registration, and what it stands on."""

    address: str
    pki: Pki
    office: Office
    clock: Clock
    dsn: str
    folder: Path

    def till(self, location_id: str, till_id: str = "1") -> Till:
        return Till(self.folder, location_id, till_id)

    async def call(
        self,
        method: str,
        path: str,
        *,
        identity: Files | None = None,
        data: bytes | None = None,
        json: Any = None,
        headers: dict[str, str] | None = None,
    ) -> Reply:
        context = ssl.create_default_context(cafile=self.pki.ca)
        if identity is not None:
            context.load_cert_chain(identity.certificate, identity.key)
        async with (
            aiohttp.ClientSession() as http,
            http.request(
                method, self.address + path, ssl=context, data=data, json=json, headers=headers
            ) as answer,
        ):
            return Reply(answer.status, await answer.read(), dict(answer.headers))

    async def operate(self, method: str, path: str, told: Any = None) -> Reply:
        """As the command line does it."""
        operator = self.pki.certified(ServiceName("operator"))
        return await self.call(method, path, identity=operator, json=told)

    async def voucher(self, till: Till) -> dict[str, Any]:
        told = {"location_id": till.location_id, "till_id": till.till_id, "by": "a test"}
        reply = await self.operate("POST", "/v1/devices", told)
        assert reply.status == HTTPStatus.CREATED, reply.body
        return reply.json

    async def spare(self, till: Till) -> dict[str, Any]:
        path = f"/v1/devices/{till.location_id}/{till.till_id}/spare"
        reply = await self.operate("POST", path, {"by": "a test"})
        assert reply.status == HTTPStatus.CREATED, reply.body
        return reply.json

    async def revoke(self, till: Till) -> Reply:
        path = f"/v1/devices/{till.location_id}/{till.till_id}/revoke"
        return await self.operate("POST", path, {"by": "a test"})

    async def enrol(
        self, till: Till, token: str, *, csr: bytes | None = None, user: str | None = None
    ) -> Reply:
        """By EST."""
        user = user or f"{till.location_id}/{till.till_id}"
        headers = {
            "Authorization": aiohttp.encode_basic_auth(user, token),
            "Content-Type": "application/pkcs10",
        }
        body = base64.encodebytes(till.csr() if csr is None else csr)
        return await self.call("POST", f"{EST}/simpleenroll", data=body, headers=headers)

    async def enrolled(self, till: Till) -> Files:
        """A till that has come in, and its files."""
        voucher = await self.voucher(till)
        return till.keep((await self.enrol(till, voucher["token"])).certificate())

    async def renew(self, till: Till, identity: Files | None, key: Any = None) -> Reply:
        body = base64.encodebytes(till.csr(key))
        headers = {"Content-Type": "application/pkcs10"}
        return await self.call(
            "POST", f"{EST}/simplereenroll", identity=identity, data=body, headers=headers
        )

    def rows(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.dsn) as connection:
            return connection.execute(query, values).fetchall()  # pyright: ignore[reportArgumentType]

    def counted(self, call: str, result: str) -> float:
        return self.office.metrics.requests.labels(call, result)._value.get()  # noqa: SLF001


@asynccontextmanager
async def registration(
    dsn: str,
    folder: Path,
    issuer: Issuer | None = None,
    pki: Pki | None = None,
    port: int = 0,
) -> AsyncIterator[World]:
    """One that serves for the length of a block."""
    pki = pki or Pki.new(folder / "pki")
    served = pki.certified(ServiceName("registration"), server=True)
    clock = Clock()
    office = Office(
        postgres=PostgresAccess(make_conninfo(dsn, user=REGISTRATION)),
        issuer=issuer or OwnIssuer(pki.devices),
        signer=ListSigner(files.read_key(served.key), served.certificate.read_text()),
        places=Places("https://registration.example", {"": "https://gateway.example"}, "c" * 64),
        metrics=registration_metrics(CollectorRegistry()),
        clock=clock,
    )
    context = tls(served.certificate, served.key, pki.ca, office.issuer.chain)
    async with serving(office, "127.0.0.1", port, context) as address:
        yield World(address, pki, office, clock, dsn, folder)


async def run(*command: str, stdin: bytes = b"", cwd: Path | None = None) -> tuple[int, str, bytes]:
    """A program of somebody else's: its status, what it says, and what it gives."""
    process = await asyncio.create_subprocess_exec(
        *command,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        cwd=cwd,
    )
    async with asyncio.timeout(60):
        out, err = await process.communicate(stdin)
    return process.returncode or 0, err.decode(errors="replace"), out
