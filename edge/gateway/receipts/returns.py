"""Reserves goods that are about to come back, so that no two tills take the same back.

A reservation holds for a quarter of an hour, or until the return itself has come by the topic. The
same request again is told the same.
"""

from collections.abc import Callable, Sequence
from http import HTTPStatus

import msgspec
import orjson

from edge.gateway.receipts.refunds import returned_of
from edge.gateway.receipts.shelf import ReceiptShelf
from edge.gateway.receipts.stored import StoredReceipt, decode_receipt
from edge.gateway.receipts.wanted import (
    RESERVED_MAX,
    RESERVED_SECONDS,
    WantedReturn,
    lines_of,
    meant_of,
    reservation_of,
)
from edge.problems import Code, Refusal

VERIFIED = "store"
"""By what is known in this store alone."""


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
        sale = self.meant(receipt_no, wanted)
        back = self._back(sale, [asked for _, asked, _ in others])
        told = orjson.dumps(reservation_of(sale, back, wanted, VERIFIED))
        self._shelf.reserve(wanted.return_id, receipt_no, asked, told, now + RESERVED_SECONDS, now)
        return told

    def meant(self, receipt_no: str, wanted: WantedReturn) -> StoredReceipt:
        """The receipt of this store that is meant; raises `Refusal`."""
        found = meant_of([decode_receipt(each) for each in self._shelf.sales(receipt_no)], wanted)
        if found is None:
            raise Refusal(HTTPStatus.NOT_FOUND, Code.REQUEST, "This store has no such receipt.")
        return found

    def _back(self, sale: StoredReceipt, asked: Sequence[bytes]) -> dict[int, int]:
        """What has come back, or is reserved for others, by line."""
        come = [each.lines for each in self._shelf.returns(sale.receipt_no)]
        wanted = [msgspec.json.decode(each, type=WantedReturn) for each in asked]
        return returned_of(sale, [*come, *(lines_of(sale, each.lines) for each in wanted)])
