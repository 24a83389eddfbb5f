"""What is due for the till's identity: enrol by the voucher that waits, or renew.

1. The voucher and a fresh key are on the disk (`IdentityFolder.expect`).
2. The authority is fetched, and proven by the voucher.
3. The certificate is given, checked and kept beside the identity in use.
4. That one is replaced in one go, and the till goes on under it.

Ended between any two of these, the next start goes on: the same token with the same key is answered
again with the same certificate.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from http import HTTPStatus
from typing import Literal

import structlog
from cryptography import x509
from cryptography.hazmat.primitives import hashes

from edge.registration.rules import renewal_due
from edge.till.backoff import Backoff
from edge.till.identity.folder import (
    DeviceIdentity,
    DeviceRecord,
    IdentityCandidate,
    IdentityFolder,
    root_in,
)
from edge.till.identity.registration import (
    NotGiven,
    VoucherRefused,
    enrol,
    fetch_chain,
    renew,
)
from edge.till.identity.succession import is_used, require_next, require_same_till
from edge.till.identity.voucher import TillVoucher, read_voucher
from edge.till.refusals import WhyNot, refusal
from identity import files
from identity.errors import IdentityError
from identity.names import TillName

LOOK_SECONDS = 3_600.0
"""Between two looks at the day of renewal, which is sixty days before the end."""

RENEWED_SECONDS_MIN = 86_400.0
"""Between two renewals. A clock that is a year ahead believes each new certificate to be old."""

State = Literal["needs_voucher", "enrolling", "enrolled", "refused"]


@dataclass(slots=True)
class EnrolmentStanding:
    """How far the till has come; ``why`` says in words what keeps it."""

    state: State = "needs_voucher"
    why: str = ""


class IdentityKeeper:
    """Does what is due, one thing at a time."""

    def __init__(
        self,
        folder: IdentityFolder,
        now: Callable[[], float],
        answers: Callable[[DeviceIdentity], Awaitable[bool]],
        taken: Callable[[DeviceIdentity], Awaitable[None]],
        dark: Callable[[TillVoucher, IdentityCandidate], Awaitable[None]],
    ) -> None:
        """``now`` in seconds since 1970; ``answers`` says whether the gateway lets an identity in
        that is tried, ``taken`` hears of each that is in use from now on, and ``dark`` of a voucher
        whose registration is away: the till may sell by it until it can enrol."""
        self.standing = EnrolmentStanding()
        self._folder = folder
        self._now = now
        self._answers = answers
        self._taken = taken
        self._dark = dark
        self._woken = asyncio.Event()
        self._backoff = Backoff(bound_seconds=60.0)
        self._renewed_at = -RENEWED_SECONDS_MIN

    async def begin(self) -> None:
        """Use the identity that is there; raises `IdentityError`, and what ``taken`` raises."""
        self._folder.clear_up()
        current = self._folder.current()
        if current is not None:
            await self._taken(current)
            self.standing = EnrolmentStanding("enrolled")
        if self._folder.expected() is not None:
            self.standing = EnrolmentStanding("enrolling")
            await self._go_on_in_the_dark(only_again=True)

    def take(self, text: bytes) -> None:
        """Enrol by this voucher; raises `Refusal` where this till could not use it."""
        voucher = read_voucher(text)
        current = self._folder.current()
        if current is not None:
            require_next(voucher, current)
        self._require_same_till(voucher)
        try:
            self._folder.expect(voucher)
        except OSError as error:
            words = f"The voucher cannot be kept: {error}."
            full = HTTPStatus.INSUFFICIENT_STORAGE
            raise refusal(full, WhyNot.DISK_FULL, words) from error
        self.standing = EnrolmentStanding("enrolling")
        self._woken.set()

    def _require_same_till(self, voucher: TillVoucher) -> None:
        """The till that this machine already sells as in the dark."""
        waiting = self._folder.expected()
        if waiting is None or not self._folder.is_sold_by(waiting[1]):
            return
        sold_as = waiting[0]
        require_same_till(voucher, TillName(sold_as.location_id, sold_as.till_id))

    def take_unless_used(self, text: bytes) -> None:
        """`take`, of a voucher that may lie in its file long after it was used."""
        voucher, current = read_voucher(text), self._folder.current()
        if current is None or not is_used(voucher, current):
            self.take(text)

    async def run(self) -> None:
        """Until it is cancelled."""
        while True:
            self._woken.clear()
            seconds = await self._step()
            with suppress(TimeoutError):
                await asyncio.wait_for(self._woken.wait(), seconds)

    async def _step(self) -> float:
        """Do what is due; seconds until the next look."""
        try:
            expected = self._folder.expected()
            if expected is not None:
                await self._enrol(*expected)
            else:
                await self._renew_if_due()
            self._backoff.succeeded()
        except NotGiven as error:
            await self._go_on_in_the_dark()
            return self._put_off(error, error.wait_seconds)
        except (OSError, IdentityError) as error:
            return self._put_off(error)
        return LOOK_SECONDS

    async def _go_on_in_the_dark(self, only_again: bool = False) -> None:
        """Sell by a voucher that waits, where there is no identity to sell by; ``only_again`` where
        the till did so before its end."""
        expected = self._folder.expected()
        if expected is None or self._folder.current() is not None:
            return
        voucher, candidate = expected
        if only_again and not self._folder.is_sold_by(candidate):
            return
        self._folder.sell_by(candidate)
        await self._dark(voucher, candidate)

    def _put_off(self, error: Exception, wait_seconds: float = 0.0) -> float:
        if self.standing.why != str(error):
            structlog.get_logger("tillstream.till").warning("identity_waits", why=str(error))
        self.standing.why = str(error)
        return self._backoff.failed(wait_seconds)

    async def _enrol(self, voucher: TillVoucher, candidate: IdentityCandidate) -> None:
        till = TillName(voucher.location_id, voucher.till_id)
        await self._trust(candidate, voucher.registration, voucher.ca_sha256)
        try:
            given = await enrol(
                voucher.registration, candidate.root, till, voucher.token, candidate.key
            )
        except VoucherRefused as error:
            self._folder.give_up(candidate.folder)
            self._refused(error)
            return
        gateway = given.gateway or voucher.gateway
        record = DeviceRecord(given.epoch, gateway, voucher.registration)
        await self._use(candidate.fill(given.certificates, record))

    async def _trust(
        self, candidate: IdentityCandidate, registration: str, ca_sha256: str
    ) -> list[x509.Certificate]:
        """The authority's chain, whose root the candidate trusts from now on."""
        chain = await fetch_chain(registration, ca_sha256)
        files.write_certificates(candidate.root, chain[-1:])
        return chain

    async def _renew_if_due(self) -> None:
        current = self._folder.current()
        if current is None or not self._is_due(current):
            return
        candidate, where = self._folder.renewal(current), current.record.registration
        digest = root_in(current).fingerprint(hashes.SHA256()).hex()
        chain = await self._trust(candidate, where, digest)
        held, name = current.till.files, current.till.name
        try:
            given = await renew(where, candidate.root, held, name, candidate.key, chain)
        except VoucherRefused as error:
            self.standing.why = f"the certificate is not renewed: {error}"
            structlog.get_logger("tillstream.till").error("renewal_refused", why=str(error))
            return
        identity = candidate.fill(given, current.record)
        if not await self._answers(identity):
            raise NotGiven("the gateway does not let the new certificate in yet", 60.0)
        self._renewed_at = time.monotonic()
        await self._use(identity)

    def _is_due(self, current: DeviceIdentity) -> bool:
        if time.monotonic() < self._renewed_at + RENEWED_SECONDS_MIN:
            return False
        due = renewal_due(current.certificate_sha256, current.begins)
        return self._now() >= due.timestamp()

    async def _use(self, identity: DeviceIdentity) -> None:
        self._folder.use(identity)
        await self._taken(identity)
        self.standing = EnrolmentStanding("enrolled")
        structlog.get_logger("tillstream.till").info(
            "identity_in_use", till=str(identity.till.name), epoch=identity.record.epoch
        )

    def _refused(self, error: VoucherRefused) -> None:
        had_one = self._folder.current() is not None
        self.standing = EnrolmentStanding("enrolled" if had_one else "refused", str(error))
        structlog.get_logger("tillstream.till").error("voucher_refused", why=str(error))
