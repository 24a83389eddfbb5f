"""Another authority in place of our own: step-ca signs, and this process holds no issuing key.

What comes back is looked at before it is kept: a template in step-ca's own configuration says what
is signed, and a wrong one would make every till somebody else.
"""

from collections.abc import Mapping
from datetime import datetime
from http import HTTPStatus
from typing import Any

import aiohttp
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID

from clients.tls import Tls
from edge.registration.issuing import NotIssued
from edge.registration.requests import CertificateRequest
from edge.registration.step_tokens import StepTokens
from identity.authority import CLOCK_SLACK
from identity.errors import IdentityError
from identity.names import TillName, name_of

ANSWER_SECONDS_MAX = 8.0
"""For one call. A till's transaction is open meanwhile, and its location's changes wait."""

_SUPERSEDED = 4
"""Reason of a revocation, by its number in RFC 5280."""


class StepIssuer:
    """step-ca at ``url``, whose root is in ``tls``; ``chain`` is what it signs by, up to the root.

    Its certificate revocation list must be enabled.
    """

    def __init__(
        self, url: str, tls: Tls, tokens: StepTokens, chain: tuple[x509.Certificate, ...]
    ) -> None:
        self._url = url
        self._tls = tls
        self._tokens = tokens
        self._chain = chain
        self._told: set[int] = set()

    @property
    def chain(self) -> tuple[x509.Certificate, ...]:
        """See `Issuer.chain`."""
        return self._chain

    async def issue(
        self, request: CertificateRequest, till: TillName, begins: datetime, ends: datetime
    ) -> x509.Certificate:
        """See `Issuer.issue`."""
        asked = {
            "csr": request.csr.public_bytes(Encoding.PEM).decode(),
            "ott": self._tokens.to_sign(request.csr, till),
            "notBefore": _rfc3339(begins - CLOCK_SLACK),
            "notAfter": _rfc3339(ends),
        }
        status, told = await self._ask("POST", "/1.0/sign", asked)
        if status != HTTPStatus.CREATED:
            raise NotIssued(f"step-ca does not sign: {told.get('message', status)}")
        certificate = x509.load_pem_x509_certificate(str(told["crt"]).encode())
        self._require_as_asked(certificate, request, till, ends)
        return certificate

    async def revocations(self, revoked: Mapping[int, datetime], moment: datetime) -> bytes:
        """See `Issuer.revocations`. step-ca is told of each serial once in this process's life."""
        for serial in sorted(revoked.keys() - self._told):
            await self._revoke(serial)
            self._told.add(serial)
        self._told &= revoked.keys()
        return await self._get("/1.0/crl?pem=true")

    async def _revoke(self, serial: int) -> None:
        asked = {
            "serial": str(serial),
            "ott": self._tokens.to_revoke(serial),
            "reasonCode": _SUPERSEDED,
            "passive": True,
        }
        status, told = await self._ask("POST", "/1.0/revoke", asked)
        message = str(told.get("message", status))
        if status != HTTPStatus.OK and "already revoked" not in message:
            raise NotIssued(f"step-ca does not revoke: {message}")

    def _require_as_asked(
        self, made: x509.Certificate, request: CertificateRequest, till: TillName, ends: datetime
    ) -> None:
        try:
            made.verify_directly_issued_by(self._chain[0])
            purposes = made.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
            right = (
                name_of(made) == till
                and made.subject == till.subject()
                and made.public_key() == request.key
                and list(purposes) == [ExtendedKeyUsageOID.CLIENT_AUTH]
                and made.not_valid_after_utc <= ends
            )
        except (InvalidSignature, IdentityError, ValueError, x509.ExtensionNotFound) as error:
            raise NotIssued(f"step-ca signed something else: {error}") from error
        if not right:
            raise NotIssued("step-ca signed something else: is the provisioner's template right?")

    async def _ask(self, method: str, path: str, told: Any) -> tuple[int, dict[str, Any]]:
        try:
            async with (
                self._http() as http,
                http.request(method, self._url + path, json=told) as answer,
            ):
                return answer.status, await answer.json(content_type=None)
        except (aiohttp.ClientError, OSError, ValueError) as error:
            raise NotIssued(f"step-ca does not answer: {error}") from error

    async def _get(self, path: str) -> bytes:
        try:
            async with self._http() as http, http.get(self._url + path) as answer:
                answer.raise_for_status()
                return await answer.read()
        except (aiohttp.ClientError, OSError) as error:
            raise NotIssued(f"step-ca does not answer: {error}") from error

    def _http(self) -> aiohttp.ClientSession:
        return aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(ssl=self._tls.context()),
            timeout=aiohttp.ClientTimeout(total=ANSWER_SECONDS_MAX),
        )


def _rfc3339(moment: datetime) -> str:
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z")
