"""The fast twins of `topics.audit_events`: checked, and then only counted."""

from typing import Literal

from topics import scalars as s
from topics.wire_parts import WireEvent


class _WireShift(WireEvent, frozen=True, gc=False):
    shift_id: s.Reference
    cashier_id: s.Reference
    float_minor: s.Amount | None = None
    counted: dict[s.Reference, s.Number] | None = None
    expected_minor: s.Amount | None = None
    over_short_minor: s.Amount | None = None
    amount_minor: s.Amount | None = None
    reason: str | None = None


class WireShiftOpened(_WireShift, frozen=True, gc=False, tag="shift_opened"):
    """See `topics.events.ShiftOpened`."""


class WireShiftCounted(_WireShift, frozen=True, gc=False, tag="shift_counted"):
    """See `topics.events.ShiftCounted`."""


class WireShiftClosed(_WireShift, frozen=True, gc=False, tag="shift_closed"):
    """See `topics.events.ShiftClosed`."""


class WireCashMoved(_WireShift, frozen=True, gc=False, tag="cash_moved"):
    """See `topics.events.CashMoved`."""


class _WireTenderStep(WireEvent, frozen=True, gc=False):
    cart_id: s.Reference
    tender_id: s.Reference
    kind: s.TenderKind
    amount_minor: s.Amount
    outcome: Literal["captured", "declined", "unknown"] | None = None


class WireTenderRequested(_WireTenderStep, frozen=True, gc=False, tag="tender_requested"):
    """See `topics.events.TenderRequested`."""


class WireTenderSettled(_WireTenderStep, frozen=True, gc=False, tag="tender_settled"):
    """See `topics.events.TenderSettled`."""


class _WireAudited(WireEvent, frozen=True, gc=False):
    cashier_id: s.Reference
    cart_id: s.Reference | None = None
    outcome: str | None = None
    reason: str | None = None


class WireAgeChecked(_WireAudited, frozen=True, gc=False, tag="age_checked"):
    """See `topics.events.AgeChecked`."""


class WireDrawerOpened(_WireAudited, frozen=True, gc=False, tag="drawer_opened"):
    """See `topics.events.DrawerOpened`."""


class WireNoted(WireEvent, frozen=True, gc=False, tag="noted"):
    """See `topics.events.Noted`."""

    kind: s.NoteKind
    detail: dict[str, str | s.Amount]
    cashier_id: s.Reference | None = None
    cart_id: s.Reference | None = None


class WireUnreadable(WireEvent, frozen=True, gc=False, tag="unreadable"):
    """See `topics.events.Unreadable`."""

    body: str
    reason: str
