"""A return that is about to happen: what is wanted of which receipt, and what is told of it. Pure.

The gateway decides by it what its store knows, and the centre's store API what all stores do.
"""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Annotated, Any

import msgspec

from edge.gateway.receipts.refunds import ReturnLine, beyond, paid_shares, refund_for
from edge.gateway.receipts.stored import StoredLine, StoredReceipt
from edge.problems import Code, Refusal
from topics.scalars import Epoch, Identifier, Number, Ordinal, Reference

RESERVED_SECONDS = 900
"""How long a reservation holds. Less ends during the talk about it; more keeps goods that a till
gave up from coming back elsewhere."""

LINES_MAX = 1_000
"""Of one return."""

RESERVED_MAX = 100
"""Reservations of one receipt that hold at once."""


class WantedLine(msgspec.Struct, frozen=True):
    """So much of the receipt's line ``line_no`` is to come back."""

    line_no: Number
    quantity: Ordinal


class WantedReturn(msgspec.Struct, frozen=True):
    """A return that a till wants to make; the last four say which of several receipts with one
    number is meant, and of which store."""

    return_id: Reference
    lines: Annotated[list[WantedLine], msgspec.Meta(min_length=1, max_length=LINES_MAX)]
    till_id: Identifier | None = None
    epoch: Epoch | None = None
    sequence: Ordinal | None = None
    location_id: Identifier | None = None


def meant_of(found: Sequence[StoredReceipt], wanted: WantedReturn) -> StoredReceipt | None:
    """Which of the receipts with the number is meant, None where none is; raises `Refusal` where
    several may be."""
    asked = {
        name: value
        for name in ("location_id", "till_id", "epoch", "sequence")
        if (value := getattr(wanted, name)) is not None
    }
    meant = [each for each in found if all(getattr(each, n) == v for n, v in asked.items())]
    if len(meant) > 1:
        words = "Several receipts have this number: name location_id, till_id, epoch and sequence."
        raise Refusal(HTTPStatus.CONFLICT, Code.REQUEST, words)
    return meant[0] if meant else None


def lines_of(sale: StoredReceipt, wanted: Sequence[WantedLine]) -> list[StoredLine]:
    """The receipt's own lines, with so much as is wanted of each."""
    own = {line.line_no: line for line in sale.lines}
    return [
        msgspec.structs.replace(own[each.line_no], quantity=each.quantity)
        for each in wanted
        if each.line_no in own
    ]


def reservation_of(
    sale: StoredReceipt, back: Mapping[int, int], wanted: WantedReturn, verified: str
) -> dict[str, Any]:
    """What is told of goods that are kept: ``back`` came back already, or is kept for others.

    Raises `Refusal` where more is wanted than is left.
    """
    lines = [ReturnLine(each.line_no, each.quantity) for each in wanted.lines]
    if len({each.line_no for each in lines}) != len(lines):
        raise Refusal(HTTPStatus.BAD_REQUEST, Code.REQUEST, "Name each line once.")
    if left := beyond(sale, back, lines):
        named = ", ".join(f"line {line_no}: {quantity}" for line_no, quantity in left.items())
        words = f"More than is left may not come back ({named})."
        raise Refusal(HTTPStatus.CONFLICT, Code.REQUEST, words)
    own, paid = {line.line_no: line for line in sale.lines}, paid_shares(sale)
    refunds = {no: refund_for(paid[no], own[no], back[no], quantity) for no, quantity in lines}
    told = [
        {
            "line_no": no,
            "sku": own[no].sku,
            "quantity": quantity,
            "unit": own[no].unit,
            "refund_minor": refunds[no],
        }
        for no, quantity in lines
    ]
    return {
        "return_id": wanted.return_id,
        "receipt_no": sale.receipt_no,
        "location_id": sale.location_id,
        "lines": told,
        "refund_minor": sum(refunds.values()),
        "reserved_seconds": RESERVED_SECONDS,
        "verified": verified,
    }
