"""What a voucher and a certificate are good for, and until when: no clock, no chance, no I/O.

A till is first `registered`. It enrols by a voucher, which makes it `active` under the voucher's
epoch and ends every earlier epoch. A revoked till is registered anew by another voucher, whose
epoch is higher again. Times are aware datetimes.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

TOKEN_LIFE = timedelta(hours=24)
"""From a voucher's making to its use. Longer, and it lies about in a shop; shorter than a working
day, and whoever sets up the till must come back for another."""

SPARE_LIFE = timedelta(days=400)
"""Of a spare voucher, which lies in the store's safe for the day on which a till dies while the
line is down. As long as a till may be away: it is looked after once a year."""

CERTIFICATE_LIFE = timedelta(days=90)
"""Of a till's certificate. A shorter one ends in a store that is dark for a season; a longer one
leaves a key that nobody misses in use."""

RENEW_FROM = timedelta(days=30)
"""Age at which a till renews: two thirds of its certificate's life are left to try again."""

RENEW_SPREAD = timedelta(days=10)
"""Over which tills that were set up on one day come to renew, so that they do not come at once."""

RENEW_AFTER_END = timedelta(days=400)
"""How long after its end a certificate can still be renewed. The date is hygiene, the list of
devices is the authority: a till that lay in a cupboard needs nobody to come."""

RENEWALS_PER_DAY_MAX = 5
"""Of one till. A till that renews in a loop would fill its store's list; fewer than this and one
that loses answers on a bad line waits for a day."""

EPOCH_MAX = 2**31 - 1
"""Largest epoch that the contract takes."""


class DeviceStatus(StrEnum):
    """How far a device has come."""

    REGISTERED = "registered"
    ACTIVE = "active"
    REVOKED = "revoked"


class Reason(StrEnum):
    """Why somebody is refused; for figures and the audit log, never for who was refused."""

    NO_TOKEN = "no_token"  # noqa: S105 - a word, no token
    UNKNOWN_TOKEN = "unknown_token"  # noqa: S105 - a word, no token
    ANOTHER_TILL = "another_till"
    EXPIRED = "expired"
    CANCELLED = "cancelled"
    OVERTAKEN = "overtaken"
    TOKEN_USED_TWICE = "token_used_twice"  # noqa: S105 - a word, no token
    KEY_OF_ANOTHER = "key_of_another"
    NO_CERTIFICATE = "no_certificate"
    UNKNOWN_CERTIFICATE = "unknown_certificate"
    REVOKED = "revoked"
    REPLACED = "replaced"
    TOO_OLD = "too_old"
    TOO_OFTEN = "too_often"


ALARMS = frozenset({Reason.TOKEN_USED_TWICE, Reason.KEY_OF_ANOTHER})
"""Refusals that somebody must look at: two devices are at work where one should be."""


class Denied(Exception):
    """Somebody is refused for ``reason``."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.value)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class KnownDevice:
    """A till as the registration knows it. ``epoch`` is 0 before its first enrolment."""

    location_id: str
    till_id: str
    status: DeviceStatus
    epoch: int
    highest_epoch: int


@dataclass(frozen=True, slots=True)
class Issued:
    """A certificate that was issued, with the digests of itself and of its key."""

    certificate_sha256: bytes
    key_sha256: bytes
    location_id: str
    till_id: str
    epoch: int
    certificate: str
    not_after: datetime
    revoked: bool


@dataclass(frozen=True, slots=True)
class Voucher:
    """A voucher, and what it was spent for."""

    location_id: str
    till_id: str
    epoch: int
    expires_at: datetime
    is_cancelled: bool
    spent_for: Issued | None


def next_epoch(highest_given: int, highest_seen: int) -> int:
    """The epoch of a new voucher: above all that vouchers carry, and that anybody has used.

    Raises `OverflowError` where none is left.
    """
    epoch = max(highest_given, highest_seen) + 1
    if epoch > EPOCH_MAX:
        raise OverflowError(f"epoch {epoch - 1} is the last there is")
    return epoch


def certificate_again(
    voucher: Voucher, device: KnownDevice, key_sha256: bytes, now: datetime
) -> Issued | None:
    """The certificate that this voucher's holder was given before; None where it is due now.

    Raises `Denied` where the voucher is not good for this key.
    """
    if voucher.is_cancelled:
        raise Denied(Reason.CANCELLED)
    if voucher.spent_for is not None:
        return _given_before(voucher.spent_for, key_sha256)
    if now >= voucher.expires_at:
        raise Denied(Reason.EXPIRED)
    if voucher.epoch <= device.epoch:
        raise Denied(Reason.OVERTAKEN)
    return None


def _given_before(issued: Issued, key_sha256: bytes) -> Issued:
    if issued.key_sha256 != key_sha256:
        raise Denied(Reason.TOKEN_USED_TWICE)
    if issued.revoked:
        raise Denied(Reason.OVERTAKEN)
    return issued


def require_renewable(held: Issued, device: KnownDevice, now: datetime) -> None:
    """Raise `Denied` unless who holds that certificate may have the next one."""
    if device.status is DeviceStatus.REVOKED:
        raise Denied(Reason.REVOKED)
    if held.epoch != device.epoch:
        raise Denied(Reason.REPLACED)
    if held.revoked:
        raise Denied(Reason.REVOKED)
    if now >= held.not_after + RENEW_AFTER_END:
        raise Denied(Reason.TOO_OLD)


def renewal_due(certificate_sha256: bytes, issued_at: datetime) -> datetime:
    """When the holder of a certificate should renew it: from day 30, each on a day of its own.

    The certificate draws the day, so that a till that starts again does not draw another.
    """
    drawn = int.from_bytes(hashlib.sha256(b"renewal" + certificate_sha256).digest()[:4], "big")
    return issued_at + RENEW_FROM + RENEW_SPREAD * (drawn / 2**32)
