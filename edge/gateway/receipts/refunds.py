"""What of a receipt may still come back, and what is paid back for it: never more than was paid.

What was paid for a line is its share of the receipt's total, so a discount of the whole receipt is
taken back with the goods. Shares are cents that add up to the total: the largest remainders get
what rounding has left.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from edge.gateway.receipts.stored import StoredLine, StoredReceipt


class ReturnLine(NamedTuple):
    """So much of a receipt's line is to come back."""

    line_no: int
    quantity: int


def paid_shares(sale: StoredReceipt) -> dict[int, int]:
    """What was paid for each line, by its number; they add up to the total where that is above
    nothing."""
    amounts = {line.line_no: max(0, line.amount_minor) for line in sale.lines}
    whole, total = sum(amounts.values()), max(0, sale.total_minor)
    if not whole:
        return dict.fromkeys(amounts, 0)
    # Never more than the lines themselves: a total above them is a discrepancy, not a purchase.
    total = min(total, whole)
    shares = {line_no: total * amount // whole for line_no, amount in amounts.items()}
    by_remainder = sorted(amounts, key=lambda no: (-(total * amounts[no] % whole), no))
    for line_no in by_remainder[: total - sum(shares.values())]:
        shares[line_no] += 1
    return shares


def refund_for(paid: int, line: StoredLine, before: int, quantity: int) -> int:
    """What is paid back for ``quantity`` of a line of which ``before`` came back already; all of
    them together are what was paid."""
    if not line.quantity:
        return 0
    return paid * (before + quantity) // line.quantity - paid * before // line.quantity


def returned_of(sale: StoredReceipt, returns: Iterable[Sequence[StoredLine]]) -> dict[int, int]:
    """How much of each line has come back, by its number.

    A return names the receipt's own lines; one that numbers its lines otherwise counts by SKU, on
    the first lines that have some left.
    """
    back = dict.fromkeys((line.line_no for line in sale.lines), 0)
    own = {line.line_no: line for line in sale.lines}
    for returned in returns:
        for line in returned:
            named = own.get(line.line_no)
            if named is not None and named.sku == line.sku:
                back[line.line_no] += line.quantity
            else:
                _spread(sale, back, line)
    return back


def _spread(sale: StoredReceipt, back: dict[int, int], returned: StoredLine) -> None:
    left = returned.quantity
    for line in sale.lines:
        if line.sku == returned.sku:
            taken = min(left, max(0, line.quantity - back[line.line_no]))
            back[line.line_no] += taken
            left -= taken


def beyond(
    sale: StoredReceipt, back: Mapping[int, int], wanted: Iterable[ReturnLine]
) -> dict[int, int]:
    """What is left of each line of which more is wanted than that; empty where all may come
    back."""
    bought = {line.line_no: line.quantity for line in sale.lines}
    left = {no: max(0, quantity - back.get(no, 0)) for no, quantity in bought.items()}
    return {
        each.line_no: left.get(each.line_no, 0)
        for each in wanted
        if each.quantity > left.get(each.line_no, 0)
    }
