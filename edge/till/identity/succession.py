"""Which voucher may follow an identity. Pure."""

from edge.till.identity.folder import DeviceIdentity
from edge.till.identity.voucher import TillVoucher
from edge.till.refusals import WhyNot, conflict
from identity.names import TillName


def is_used(voucher: TillVoucher, current: DeviceIdentity) -> bool:
    """Whether this till has that voucher's epoch, or a later one, already."""
    return _name_of(voucher) == current.till.name and voucher.epoch <= current.record.epoch


def require_next(voucher: TillVoucher, current: DeviceIdentity) -> None:
    """Raise `Refusal` unless the voucher is for the same till, and a higher epoch."""
    require_same_till(voucher, current.till.name)
    if voucher.epoch <= current.record.epoch:
        words = (
            f"The voucher is for epoch {voucher.epoch}, and this till is in epoch "
            f"{current.record.epoch}: `tillstream devices add` prints a newer one."
        )
        raise conflict(WhyNot.VOUCHER_WRONG, words)


def require_same_till(voucher: TillVoucher, name: TillName) -> None:
    """Raise `Refusal` where the voucher is another till's than the one this journal is of."""
    if _name_of(voucher) != name:
        words = f"This machine is {name}, and its journal too: give the other till its own folder."
        raise conflict(WhyNot.VOUCHER_WRONG, words)


def _name_of(voucher: TillVoucher) -> TillName:
    return TillName(voucher.location_id, voucher.till_id)
