"""Speaks with the registration: whom to trust, the first certificate, and each further one.

The root is known by its SHA-256, which the voucher names, so the first answer may come from
anybody. All that is secret goes over TLS to the service ``registration`` of that root alone.
"""

import asyncio
import base64
import binascii
import ssl
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from http import HTTPStatus
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import orjson
from aiohttp import (
    ClientError,
    ClientResponse,
    ClientSession,
    ClientTimeout,
    DummyCookieJar,
    TCPConnector,
)
from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, pkcs7
from cryptography.x509.oid import NameOID

from edge.proxy.peer import link_to
from edge.till.identity.folder import is_root
from identity.dateless import ignore_dates
from identity.errors import IdentityError
from identity.names import ServiceName, TillName, name_of
from topics import scalars as s

EST = "/.well-known/est"

ANSWER_SECONDS_MAX = 30.0
"""For a whole answer. The registration may sign by another service; a person waits beside it."""

ANSWER_BYTES_MAX = 256 * 1024
"""Of an answer. A chain has 3 kB."""

REGISTRATION = ServiceName("registration")


class NotGiven(Exception):
    """There is no certificate now; the text says why. It may be asked for again."""

    def __init__(self, why: str, wait_seconds: float = 0.0) -> None:
        super().__init__(why)
        self.wait_seconds = wait_seconds


class VoucherRefused(Exception):
    """The registration does not take the voucher, or renews no more; the text says why."""


class GivenCertificate(NamedTuple):
    """A certificate for our key, which the root vouches for."""

    certificates: list[x509.Certificate]
    epoch: int
    gateway: str


class _Enrolled(msgspec.Struct, frozen=True):
    certificate: str
    chain: list[str]
    epoch: s.Epoch
    gateway: str = ""


def request_of(key: ec.EllipticCurvePrivateKey) -> x509.CertificateSigningRequest:
    """A request for a certificate. Only its key and signature count."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "till")])
    return x509.CertificateSigningRequestBuilder().subject_name(name).sign(key, hashes.SHA256())


async def fetch_chain(registration: str, ca_sha256: str) -> list[x509.Certificate]:
    """The authority's certificates, the root last; raises `NotGiven`."""
    anybody = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    anybody.check_hostname = False
    anybody.verify_mode = ssl.CERT_NONE  # what comes is proven by the voucher's hash
    async with _session(anybody) as session:
        answer = await _asked(session, "GET", f"{registration}{EST}/cacerts")
    found = _certificates(answer.body)
    roots = [each for each in found if is_root(each, ca_sha256)]
    if answer.status != HTTPStatus.OK or not roots:
        raise NotGiven(
            f"{registration} does not show the authority that the voucher names: somebody else "
            "answers there, or the voucher is of another company"
        )
    return [*(each for each in found if each not in roots), roots[0]]


async def enrol(
    registration: str,
    root: Path,
    till: TillName,
    token: str,
    key: ec.EllipticCurvePrivateKey,
) -> GivenCertificate:
    """The first certificate; raises `NotGiven` and `VoucherRefused`."""
    csr = request_of(key).public_bytes(Encoding.PEM).decode()
    async with _session(_context(root)) as session:
        body = orjson.dumps({"token": token, "csr": csr})
        answer = await _asked(session, "POST", f"{registration}/v1/enrol", body)
    _require_ok(answer)
    try:
        told = msgspec.json.decode(answer.body, type=_Enrolled)
        chain = [x509.load_pem_x509_certificate(each.encode()) for each in told.chain]
        own = x509.load_pem_x509_certificate(told.certificate.encode())
    except (msgspec.MsgspecError, ValueError) as error:
        raise NotGiven(f"the registration answers nonsense: {error}") from error
    require_ours([own, *chain], root, till, key)
    return GivenCertificate([own, *chain], told.epoch, told.gateway)


async def renew(
    registration: str,
    root: Path,
    held: tuple[Path, Path],
    till: TillName,
    key: ec.EllipticCurvePrivateKey,
    chain: list[x509.Certificate],
) -> list[x509.Certificate]:
    """The next certificate with ``chain`` behind it, by the one that is ``held``; raises
    `NotGiven` and `VoucherRefused`."""
    csr = base64.b64encode(request_of(key).public_bytes(Encoding.DER))
    context = _context(root)
    context.load_cert_chain(*held)
    async with _session(context) as session:
        answer = await _asked(session, "POST", f"{registration}{EST}/simplereenroll", csr)
    _require_ok(answer)
    given = [*_certificates(answer.body)[:1], *chain]
    require_ours(given, root, till, key)
    return given


class _Answer(NamedTuple):
    status: int
    headers: Any
    body: bytes


async def _asked(session: ClientSession, method: str, url: str, body: bytes = b"") -> _Answer:
    try:
        async with (
            asyncio.timeout(ANSWER_SECONDS_MAX),
            session.request(method, url, data=body or None, allow_redirects=False) as response,
        ):
            return _Answer(response.status, response.headers, await _whole(response))
    except TimeoutError as error:
        raise NotGiven(f"{url} does not answer in time") from error
    except (ClientError, OSError, ValueError) as error:
        raise NotGiven(f"{url} cannot be asked: {error}") from error


async def _whole(response: ClientResponse) -> bytes:
    body = await response.content.read(ANSWER_BYTES_MAX)
    while piece := await response.content.read(ANSWER_BYTES_MAX):
        body += piece
        if len(body) > ANSWER_BYTES_MAX:
            raise NotGiven("the registration's answer has no end")
    return body


def _require_ok(answer: _Answer) -> None:
    if answer.status == HTTPStatus.OK:
        return
    why = f"the registration says {answer.status}: {_words(answer.body)}"
    refused = HTTPStatus.BAD_REQUEST <= answer.status < HTTPStatus.INTERNAL_SERVER_ERROR
    later = {HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.NOT_FOUND}
    if refused and answer.status not in later:
        raise VoucherRefused(why)
    raise NotGiven(why, _seconds(answer.headers.get("Retry-After", "")))


def _words(body: bytes) -> str:
    try:
        return str(orjson.loads(body)["detail"])[:300]
    except (ValueError, TypeError, KeyError):
        return body[:300].decode(errors="replace").strip()


def _seconds(told: str) -> float:
    return float(told) if told.isdecimal() and len(told) < 6 else 0.0


def _certificates(body: bytes) -> list[x509.Certificate]:
    """The certificates of an answer of EST; none where it is no such answer."""
    try:
        der = base64.b64decode(b"".join(body.split()), validate=True)
        return pkcs7.load_der_pkcs7_certificates(der)
    except (binascii.Error, ValueError, UnsupportedAlgorithm):
        return []


def require_ours(
    chain: list[x509.Certificate], root: Path, till: TillName, key: ec.EllipticCurvePrivateKey
) -> None:
    """Raise `NotGiven` unless the first certificate is this till's, for this key, and the root
    vouches for it."""
    trusted = x509.load_pem_x509_certificate(root.read_bytes())
    try:
        own = chain[0]
        if own.public_key() != key.public_key() or name_of(own) != till:
            raise NotGiven(f"the registration has given another's certificate than that of {till}")
        for below, above in zip(chain, [*chain[1:], trusted], strict=True):
            below.verify_directly_issued_by(above)
    except (IndexError, IdentityError, ValueError, TypeError, InvalidSignature) as error:
        raise NotGiven(f"the registration has given no certificate of ours: {error}") from error


def _context(root: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False  # it is known by its name in the URI, by whatever way
    context.verify_mode = ssl.CERT_REQUIRED
    ignore_dates(context)
    context.load_verify_locations(root)
    context.sslobject_class = link_to(REGISTRATION, lambda _: None)
    return context


@asynccontextmanager
async def _session(context: ssl.SSLContext) -> AsyncGenerator[ClientSession]:
    async with ClientSession(
        connector=TCPConnector(ssl=context, force_close=True),
        timeout=ClientTimeout(total=ANSWER_SECONDS_MAX),
        cookie_jar=DummyCookieJar(),
    ) as session:
        yield session
