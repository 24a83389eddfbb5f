"""Receipts of this process that were never printed: what is printed later is a copy."""

from collections import OrderedDict
from collections.abc import Iterable

from edge.journal.writing import Written

UNPRINTED_MAX = 64
"""Of them; a receipt that nobody printed before so many others came after it is a copy then."""


class Unprinted:
    """Their numbers. In memory alone: after a crash nobody knows what came out of the printer."""

    def __init__(self) -> None:
        self._numbers: OrderedDict[str, None] = OrderedDict()

    def __contains__(self, receipt_no: str) -> bool:
        return receipt_no in self._numbers

    def note(self, written: Iterable[Written]) -> None:
        """Sales and returns that are in the journal now."""
        for each in written:
            event = each.entry.event
            if event["type"] in ("cart_completed", "goods_returned"):
                self._numbers[str(event.get("return_id", event.get("receipt_no")))] = None
        while len(self._numbers) > UNPRINTED_MAX:
            self._numbers.popitem(last=False)

    def take(self, receipt_no: str) -> None:
        """It is printed."""
        self._numbers.pop(receipt_no, None)
