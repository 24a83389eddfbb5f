"""Goods that come back by their receipt, decided: never more than was bought, and never more money
than was paid. Pure.
"""

from typing import Any

from edge.gateway.receipts.refunds import ReturnLine, beyond, paid_shares, refund_for
from edge.till import asked
from edge.till.checkout.printing import no_such_receipt
from edge.till.checkout.reserving import Reserved, ReservedLine
from edge.till.checkout.sold_here import SoldHere
from edge.till.deciding import Decision, Sight, require_day
from edge.till.refusals import WhyNot, conflict, unfit

_GRAMS_PER_PRICE = 1_000


def take_back_of(
    sight: Sight,
    receipt_no: str,
    want: asked.AskedReceiptReturn,
    sold: SoldHere | None,
    reserved: Reserved | None,
) -> Decision:
    """Take them back, by what this till sold, or what the gateway keeps for this return."""
    require_day(sight)
    wanted = [ReturnLine(each.line_no, each.quantity) for each in want.lines]
    if len({each.line_no for each in wanted}) != len(wanted):
        raise unfit(WhyNot.NOT_IN_CONTRACT, "Name each line once.")
    if sold is not None:
        _require_left(sold, wanted)
    if reserved is not None:
        lines, verified = reserved.lines, reserved.verified
    elif sold is not None:
        lines, verified = _own(sold, wanted), "till"
    else:
        raise no_such_receipt()
    # Whose receipt it is, says who knows all stores' receipts.
    place = reserved.location_id if reserved and reserved.is_by_centre else None
    return _decided(receipt_no, want, sold, lines, (verified, place))


def _require_left(sold: SoldHere, wanted: list[ReturnLine]) -> None:
    left = beyond(sold.sale, sold.back, wanted)
    if left:
        named = ", ".join(f"line {line_no}: {quantity}" for line_no, quantity in left.items())
        words = f"More than is left may not come back ({named})."
        raise conflict(WhyNot.BEYOND_PURCHASE, words)


def _own(sold: SoldHere, wanted: list[ReturnLine]) -> tuple[ReservedLine, ...]:
    own = {line.line_no: line for line in sold.sale.lines}
    paid = paid_shares(sold.sale)
    return tuple(
        ReservedLine(
            no,
            own[no].sku,
            quantity,
            "gram" if own[no].unit == "gram" else "each",
            refund_for(paid[no], own[no], sold.back[no], quantity),
        )
        for no, quantity in wanted
    )


def _decided(
    receipt_no: str,
    want: asked.AskedReceiptReturn,
    sold: SoldHere | None,
    lines: tuple[ReservedLine, ...],
    known: tuple[str, str | None],
) -> Decision:
    verified, place = known
    told = [_line(each) for each in lines]
    refund_minor = sum(each.refund_minor for each in lines)
    event: dict[str, Any] = {
        "type": "goods_returned",
        "receipt_no": receipt_no,
        "lines": told,
        "refund_minor": refund_minor,
        "restock": want.restock,
        "cashier_id": want.cashier_id,
        "verified": verified,
        **({} if place is None else {"receipt_location_id": place}),
        **({"training": True} if want.training or (sold and sold.is_training) else {}),
    }
    shown = {"receipt_no": receipt_no, "refund_minor": refund_minor, "lines": told}
    return Decision([event], told=shown | {"verified": verified}, status=201)


def _line(each: ReservedLine) -> dict[str, Any]:
    """As an event has it: what is paid back for it, and what that is for one."""
    per = 1 if each.unit == "each" else _GRAMS_PER_PRICE
    return {
        "line_no": each.line_no,
        "sku": each.sku,
        "quantity": each.quantity,
        "unit": each.unit,
        "unit_price_minor": each.refund_minor * per // each.quantity,
        "amount_minor": each.refund_minor,
    }
