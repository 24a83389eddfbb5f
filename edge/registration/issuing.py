"""Who signs a till's certificate. Another authority takes the place of our own behind `Issuer`."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Protocol

from cryptography import x509

from edge.registration.requests import CertificateRequest
from identity.authority import Authority
from identity.names import TillName
from identity.revoked import revocation_list

REVOCATIONS_HOLD = timedelta(days=7)
"""How long a list of revoked certificates may be used. Shorter, and a tool that fetches it once a
day refuses everybody after a weekend's outage; longer, and a stolen till passes for so long."""


class NotIssued(Exception):
    """The authority does not sign now; the text says why. Asked again later, it may."""


class Issuer(Protocol):
    """An authority that signs for tills."""

    @property
    def chain(self) -> tuple[x509.Certificate, ...]:
        """The certificate that signs, then who vouches for it, up to the root."""
        ...

    async def issue(
        self, request: CertificateRequest, till: TillName, begins: datetime, ends: datetime
    ) -> x509.Certificate:
        """A client's certificate for the request's key and that till; raises `NotIssued`."""
        ...

    async def revocations(self, revoked: Mapping[int, datetime], moment: datetime) -> bytes:
        """The list (CRL, in PEM) of those serials, each with when it was revoked; raises
        `NotIssued`."""
        ...


class OwnIssuer:
    """Our own authority, whose key this process holds."""

    def __init__(self, authority: Authority) -> None:
        self._authority = authority

    @property
    def chain(self) -> tuple[x509.Certificate, ...]:
        """See `Issuer.chain`."""
        return self._authority.chain

    async def issue(
        self, request: CertificateRequest, till: TillName, begins: datetime, ends: datetime
    ) -> x509.Certificate:
        """See `Issuer.issue`."""
        return self._authority.issue(
            request.key, till, not_before=begins, not_after=ends, client=True, server=False
        )

    async def revocations(self, revoked: Mapping[int, datetime], moment: datetime) -> bytes:
        """See `Issuer.revocations`."""
        return revocation_list(
            self._authority,
            revoked,
            # Rises with the clock, as it must; nothing is kept for it.
            number=int(moment.timestamp()),
            issued_at=moment,
            next_update=moment + REVOCATIONS_HOLD,
        )
