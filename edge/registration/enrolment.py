"""How a till gets its first certificate, by a voucher, and each further one, by the one before.

What was issued is kept before it is answered: a till that never heard the answer asks again with
the same key, and is told the same.
"""

import hashlib
from dataclasses import dataclass
from datetime import timedelta

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from edge.registration.cases import Case, Cases
from edge.registration.issuing import Issuer
from edge.registration.records import OnBehalf
from edge.registration.requests import CertificateRequest
from edge.registration.rules import (
    CERTIFICATE_LIFE,
    RENEWALS_PER_DAY_MAX,
    Denied,
    Issued,
    KnownDevice,
    Reason,
    Voucher,
    certificate_again,
    require_renewable,
)
from identity.names import TillName

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class TokenClaim:
    """A token, and the till that its holder says it is for, where the call names one."""

    token: str
    till: TillName | None

    @property
    def token_sha256(self) -> bytes:
        """What is kept of the token."""
        return token_digest(self.token)


@dataclass(frozen=True, slots=True)
class Given:
    """A certificate, and whether it had been issued before."""

    issued: Issued
    again: bool


def token_digest(token: str) -> bytes:
    """SHA-256 of a token. It has 256 bits of chance: nobody finds it from this."""
    return hashlib.sha256(token.encode(errors="replace")).digest()


class Enrolment:
    """Judges, signs and keeps. Each call raises `Denied`, or `database.Away`."""

    def __init__(self, cases: Cases, issuer: Issuer) -> None:
        self._cases = cases
        self._issuer = issuer

    async def require_known(self, claim: TokenClaim, actor: OnBehalf) -> None:
        """Refuse a token that is nobody's, before the rest of a request is read."""

        async def known(case: Case) -> None:
            await _voucher(case, claim)

        await self._cases.judge(actor, claim.till, b"", known)

    async def enrol(self, claim: TokenClaim, request: CertificateRequest, actor: OnBehalf) -> Given:
        """A certificate for the token's till; raises `NotIssued`, too. Only an answer has spent
        the token."""

        async def judged(case: Case) -> Given:
            found = await _voucher(case, claim)
            await case.records.hold(found.location_id)
            return await self._enrolled(case, claim, request)

        return await self._cases.judge(actor, claim.till, request.key_sha256, judged)

    async def renew(
        self, shown: x509.Certificate | None, request: CertificateRequest, actor: OnBehalf
    ) -> Given:
        """The next certificate for who has shown that they hold one; raises `NotIssued`, too."""

        async def judged(case: Case) -> Given:
            found = await _held(case, shown)
            await case.records.hold(found.location_id)
            return await self._renewed(case, shown, request)

        return await self._cases.judge(actor, None, request.key_sha256, judged)

    async def _enrolled(self, case: Case, claim: TokenClaim, request: CertificateRequest) -> Given:
        # Read anew: nobody else changes it from here on.
        voucher = await _voucher(case, claim)
        device = await _device(case, voucher)
        before = certificate_again(voucher, device, request.key_sha256, case.records.now)
        if before is not None:
            return Given(before, again=True)
        await _require_own_key(case, voucher)
        issued = await self._sign(case, request, voucher.epoch)
        number = await case.records.next_number(voucher.location_id)
        await case.records.spend(claim.token_sha256, issued)
        await case.records.enrol(issued, number)
        await _record(case, "enrolled", issued)
        return Given(issued, again=False)

    async def _renewed(
        self, case: Case, shown: x509.Certificate | None, request: CertificateRequest
    ) -> Given:
        held = await _held(case, shown)
        device = await _device(case, held)
        require_renewable(held, device, case.records.now)
        since = case.records.now - DAY
        before = await case.records.renewed_before(held, request.key_sha256, since)
        if before is not None and before.certificate_sha256 != held.certificate_sha256:
            return Given(before, again=True)
        if await case.records.issued_since(held, since) > RENEWALS_PER_DAY_MAX:
            raise Denied(Reason.TOO_OFTEN)
        await _require_own_key(case, held)
        issued = await self._sign(case, request, held.epoch)
        await case.records.touch(issued, await case.records.next_number(held.location_id))
        await _record(case, "renewed", issued)
        return Given(issued, again=False)

    async def _sign(self, case: Case, request: CertificateRequest, epoch: int) -> Issued:
        """Sign for the case's till, and keep it."""
        till, now = case.till, case.records.now
        if till is None:
            raise TypeError("signed for nobody")
        signed = await self._issuer.issue(request, till, now, now + CERTIFICATE_LIFE)
        issued = Issued(
            certificate_sha256=hashlib.sha256(signed.public_bytes(Encoding.DER)).digest(),
            key_sha256=request.key_sha256,
            location_id=till.location_id,
            till_id=till.till_id,
            epoch=epoch,
            certificate=signed.public_bytes(Encoding.PEM).decode(),
            not_after=signed.not_valid_after_utc,
            revoked=False,
        )
        await case.records.add_certificate(issued, signed.serial_number)
        return issued


async def _voucher(case: Case, claim: TokenClaim) -> Voucher:
    found = await case.records.voucher(claim.token_sha256)
    if found is None:
        raise Denied(Reason.UNKNOWN_TOKEN)
    till = TillName(found.location_id, found.till_id)
    if claim.till not in (None, till):
        raise Denied(Reason.ANOTHER_TILL)
    case.till = till
    return found


async def _held(case: Case, shown: x509.Certificate | None) -> Issued:
    if shown is None:
        raise Denied(Reason.NO_CERTIFICATE)
    digest = hashlib.sha256(shown.public_bytes(Encoding.DER)).digest()
    held = await case.records.certificate(digest)
    if held is None:
        raise Denied(Reason.UNKNOWN_CERTIFICATE)
    case.till = TillName(held.location_id, held.till_id)
    return held


async def _device(case: Case, what: Voucher | Issued) -> KnownDevice:
    device = await case.records.device(what.location_id, what.till_id)
    if device is None:
        raise LookupError(f"no device {what.location_id}/{what.till_id}, which a row names")
    return device


async def _require_own_key(case: Case, what: Voucher | Issued) -> None:
    if await case.records.is_key_of_another(what.location_id, what.till_id, case.key_sha256):
        raise Denied(Reason.KEY_OF_ANOTHER)


async def _record(case: Case, action: str, issued: Issued) -> None:
    await case.records.record(
        action,
        f"{issued.location_id}/{issued.till_id}",
        {
            "epoch": issued.epoch,
            "certificate": issued.certificate_sha256.hex(),
            "ends": issued.not_after.isoformat(),
        },
    )
