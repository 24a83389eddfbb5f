"""What vouchers and certificates are good for, at each of their edges."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from edge.registration.rules import (
    EPOCH_MAX,
    RENEW_AFTER_END,
    RENEW_FROM,
    RENEW_SPREAD,
    Denied,
    DeviceStatus,
    Issued,
    KnownDevice,
    Reason,
    Voucher,
    certificate_again,
    next_epoch,
    renewal_due,
    require_renewable,
)

NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)
KEY, OTHER = b"k" * 32, b"o" * 32
DEVICE = KnownDevice("shop", "1", DeviceStatus.ACTIVE, epoch=1, highest_epoch=2)
ISSUED = Issued(b"c" * 32, KEY, "shop", "1", 1, "PEM", NOW + timedelta(days=90), revoked=False)
VOUCHER = Voucher("shop", "1", 2, NOW + timedelta(hours=24), is_cancelled=False, spent_for=None)


def _refusal(voucher: Voucher, key: bytes = KEY, now: datetime = NOW) -> Reason:
    with pytest.raises(Denied) as refused:
        certificate_again(voucher, DEVICE, key, now)
    return refused.value.reason


def test_an_open_voucher_is_good_until_the_moment_that_it_names() -> None:
    last = VOUCHER.expires_at - timedelta(microseconds=1)
    assert certificate_again(VOUCHER, DEVICE, KEY, last) is None
    assert _refusal(VOUCHER, now=VOUCHER.expires_at) is Reason.EXPIRED


def test_a_spent_voucher_gives_the_same_to_the_same_key_whatever_the_time() -> None:
    spent = replace(VOUCHER, spent_for=ISSUED)
    assert certificate_again(spent, DEVICE, KEY, NOW + timedelta(days=900)) == ISSUED
    assert _refusal(spent, OTHER) is Reason.TOKEN_USED_TWICE
    assert _refusal(spent, OTHER, NOW + timedelta(days=900)) is Reason.TOKEN_USED_TWICE


def test_what_was_issued_and_revoked_is_not_given_again() -> None:
    gone = replace(VOUCHER, spent_for=replace(ISSUED, revoked=True))
    assert _refusal(gone) is Reason.OVERTAKEN


def test_a_cancelled_voucher_is_good_for_nothing() -> None:
    assert _refusal(replace(VOUCHER, is_cancelled=True)) is Reason.CANCELLED


@pytest.mark.parametrize("epoch", [0, 1])
def test_an_epoch_never_goes_back_and_never_stands(epoch: int) -> None:
    assert _refusal(replace(VOUCHER, epoch=epoch)) is Reason.OVERTAKEN


def test_epochs_rise_above_all_that_were_given_and_seen_until_none_is_left() -> None:
    assert next_epoch(0, 0) == 1
    assert next_epoch(3, 7) == 8
    assert next_epoch(EPOCH_MAX - 1, 0) == EPOCH_MAX
    with pytest.raises(OverflowError):
        next_epoch(EPOCH_MAX, 0)


def _may_renew(held: Issued = ISSUED, device: KnownDevice = DEVICE, now: datetime = NOW) -> str:
    try:
        require_renewable(held, device, now)
    except Denied as refused:
        return refused.reason.value
    return "renewed"


def test_a_certificate_is_renewed_for_400_days_after_its_end() -> None:
    end = ISSUED.not_after + RENEW_AFTER_END
    assert _may_renew(now=end - timedelta(microseconds=1)) == "renewed"
    assert _may_renew(now=end) == Reason.TOO_OLD


def test_who_was_revoked_or_replaced_renews_nothing() -> None:
    assert _may_renew(device=replace(DEVICE, status=DeviceStatus.REVOKED)) == Reason.REVOKED
    assert _may_renew(device=replace(DEVICE, epoch=2)) == Reason.REPLACED
    assert _may_renew(held=replace(ISSUED, revoked=True)) == Reason.REVOKED


def test_a_clock_before_the_certificate_changes_nothing() -> None:
    assert _may_renew(now=NOW - timedelta(days=9000)) == "renewed"


def test_tills_of_one_day_renew_on_different_days_and_each_keeps_its_own() -> None:
    due = [renewal_due(bytes([n]) * 32, NOW) for n in range(256)]
    assert renewal_due(bytes(32), NOW) == due[0]
    assert min(due) >= NOW + RENEW_FROM and max(due) <= NOW + RENEW_FROM + RENEW_SPREAD
    assert len({each.date() for each in due}) >= RENEW_SPREAD.days, "they all come on one day"
