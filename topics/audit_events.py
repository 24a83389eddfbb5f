"""What tills say that moves no stock: their cash, card terminals, and what is kept for audit."""

from typing import Literal

from topics.event_parts import Envelope
from topics.scalars import Amount, NoteKind, Number, Reference, TenderKind, Text


class _Shift(Envelope):
    """What the events of a till's cash carry; they move no stock."""

    shift_id: Reference
    cashier_id: Reference
    float_minor: Amount | None = None
    counted: dict[Reference, Number] | None = None
    expected_minor: Amount | None = None
    over_short_minor: Amount | None = None
    amount_minor: Amount | None = None
    reason: Text | None = None


class ShiftOpened(_Shift):
    """A cashier began a shift, with ``float_minor`` in the drawer."""

    type: Literal["shift_opened"]


class ShiftCounted(_Shift):
    """The drawer was counted: ``counted`` pieces by denomination."""

    type: Literal["shift_counted"]


class ShiftClosed(_Shift):
    """A shift ended: ``expected_minor``, and by how much the drawer was over or short."""

    type: Literal["shift_closed"]


class CashMoved(_Shift):
    """Cash came into the drawer or left it, for ``reason``."""

    type: Literal["cash_moved"]


class _Tender(Envelope):
    """What is written before and after a card terminal is asked."""

    cart_id: Reference
    tender_id: Reference
    kind: TenderKind
    amount_minor: Amount
    outcome: Literal["captured", "declined", "unknown"] | None = None


class TenderRequested(_Tender):
    """The terminal is about to be asked for the amount."""

    type: Literal["tender_requested"]


class TenderSettled(_Tender):
    """What the terminal said, ``unknown`` where it said nothing."""

    type: Literal["tender_settled"]


class _Audited(Envelope):
    """What is kept for the audit alone."""

    cashier_id: Reference
    cart_id: Reference | None = None
    outcome: Text | None = None
    reason: Text | None = None


class AgeChecked(_Audited):
    """A cashier checked a customer's age; never a date of birth."""

    type: Literal["age_checked"]


class DrawerOpened(_Audited):
    """The drawer was opened without a sale."""

    type: Literal["drawer_opened"]


class Noted(Envelope):
    """Something worth keeping for the audit."""

    type: Literal["noted"]
    kind: NoteKind
    detail: dict[str, Text | Amount]
    cashier_id: Reference | None = None
    cart_id: Reference | None = None


class Unreadable(Envelope):
    """What a gateway took under this number and could not read; the number is quarantined."""

    type: Literal["unreadable"]
    body: Text
    reason: Text
