"""Reserves goods that are about to come back, so that no two tills take the same back.

A reservation holds for a quarter of an hour, or until the return itself has come by the topic. The
same request again is told the same.
"""

from collections.abc import Callable, Sequence
from http import HTTPStatus
from typing import Annotated, Any

import msgspec
import orjson

from edge.gateway.receipts.refunds import ReturnLine, beyond, paid_shares, refund_for, returned_of
from edge.gateway.receipts.shelf import ReceiptShelf
from edge.gateway.receipts.stored import StoredLine, StoredReceipt, decode_receipt
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
    """A return that a till wants to make; the last three say which of several receipts with one
    number is meant."""

    return_id: Reference
    lines: Annotated[list[WantedLine], msgspec.Meta(min_length=1, max_length=LINES_MAX)]
    till_id: Identifier | None = None
    epoch: Epoch | None = None
    sequence: Ordinal | None = None


class Returns:
    """Reserves at one store. One loop's only."""

    def __init__(self, shelf: ReceiptShelf, now: Callable[[], float]) -> None:
        """``now`` tells seconds since 1970."""
        self._shelf = shelf
        self._now = now

    def reserve(self, receipt_no: str, wanted: WantedReturn) -> bytes:
        """What a till is told, as JSON; raises `Refusal`."""
        now = self._now()
        holding = self._shelf.reserved(receipt_no, now)
        asked = orjson.dumps(msgspec.to_builtins(wanted), option=orjson.OPT_SORT_KEYS)
        for return_id, before, told in holding:
            if return_id == wanted.return_id and before == asked:
                return told
        others = [row for row in holding if row[0] != wanted.return_id]
        if len(others) >= RESERVED_MAX:
            words = f"{RESERVED_MAX} returns of this receipt are under way."
            raise Refusal(HTTPStatus.CONFLICT, Code.REQUEST, words)
        sale = self._meant(receipt_no, wanted)
        back = self._back(sale, [asked for _, asked, _ in others])
        told = orjson.dumps(_told(sale, back, wanted))
        self._shelf.reserve(wanted.return_id, receipt_no, asked, told, now + RESERVED_SECONDS, now)
        return told

    def _meant(self, receipt_no: str, wanted: WantedReturn) -> StoredReceipt:
        found = [decode_receipt(body) for body in self._shelf.sales(receipt_no)]
        place = (wanted.till_id, wanted.epoch, wanted.sequence)
        if place != (None, None, None):
            found = [each for each in found if (each.till_id, each.epoch, each.sequence) == place]
        if not found:
            raise Refusal(HTTPStatus.NOT_FOUND, Code.REQUEST, "This store has no such receipt.")
        if len(found) > 1:
            words = "Several receipts have this number: name till_id, epoch and sequence."
            raise Refusal(HTTPStatus.CONFLICT, Code.REQUEST, words)
        return found[0]

    def _back(self, sale: StoredReceipt, asked: Sequence[bytes]) -> dict[int, int]:
        """What has come back, or is reserved for others, by line."""
        come = [each.lines for each in self._shelf.returns(sale.receipt_no)]
        own = {line.line_no: line for line in sale.lines}
        for each in asked:
            lines = msgspec.json.decode(each, type=WantedReturn).lines
            come.append([_as_line(own[w.line_no], w) for w in lines if w.line_no in own])
        return returned_of(sale, come)


def _as_line(line: StoredLine, wanted: WantedLine) -> StoredLine:
    return msgspec.structs.replace(line, quantity=wanted.quantity)


def _told(sale: StoredReceipt, back: dict[int, int], wanted: WantedReturn) -> dict[str, Any]:
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
        "lines": told,
        "refund_minor": sum(refunds.values()),
        "reserved_seconds": RESERVED_SECONDS,
        "verified": "store",
    }
