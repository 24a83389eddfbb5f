"""X and Z: what is told of a shift. Pure.

Before the drawer is counted no sum is told from which its cash could be worked out: a count that is
tuned to it finds nothing.
"""

from typing import Any

from edge.till.shifts.shift import Shift


def x_report(shift: Shift) -> dict[str, Any]:
    """How the shift stands; its sums only while the drawer is counted as it stands."""
    return _report("x", shift) if shift.is_counted else _blind(shift)


def z_report(shift: Shift) -> dict[str, Any]:
    """How a shift has ended, the same whenever it is asked for; raises ValueError for one that has
    not."""
    if shift.closed_at is None:
        raise ValueError("a shift that has not ended has no Z report")
    return ended_report(shift)


def ended_report(shift: Shift) -> dict[str, Any]:
    """Of a shift that another one has followed; ``closed_at`` is None where nobody closed it, as
    what happens while none is open."""
    return _report("z", shift) | {"closed_at": shift.closed_at}


def _blind(shift: Shift) -> dict[str, Any]:
    """What the cashier has done with own hands, and nothing of what was sold."""
    return {
        "kind": "x",
        "shift_id": shift.shift_id,
        "cashier_id": shift.cashier_id,
        "business_date": shift.business_date,
        "opened_at": shift.opened_at,
        "float_minor": shift.float_minor,
        "put_in_minor": shift.put_in_minor,
        "taken_out_minor": shift.taken_out_minor,
        "receipts": shift.receipts,
        "returns": shift.returns,
        "counts": len(shift.counts),
    }


def _report(kind: str, shift: Shift) -> dict[str, Any]:
    sums: dict[str, Any] = {
        "kind": kind,
        "sequences": [shift.first_sequence, shift.last_sequence],
        "gross_minor": shift.gross_minor,
        "discount_minor": shift.discount_minor,
        "net_minor": shift.net_minor,
        "refund_minor": shift.refund_minor,
        "tenders": dict(sorted(shift.tenders.items())),
        "taxes": [
            {"rate_basis_points": rate, "amount_minor": amount_minor}
            for rate, amount_minor in sorted(shift.taxes.items())
        ],
        "expected_minor": shift.expected_minor,
        "first_over_short_minor": shift.counts[0].over_short_minor if shift.counts else None,
    }
    last = shift.counts[-1] if shift.counts else None
    counted = last and {
        "counted_minor": last.counted_minor,
        "over_short_minor": last.over_short_minor,
    }
    return _blind(shift) | sums | (counted or {})
