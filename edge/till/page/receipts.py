"""The receipt on the page: drawn from what the journal gives, as the printed one is."""

from typing import Any

import segno

from edge.till.page.actions import TillActions
from edge.till.page.scene import ShownReceipt
from edge.till.receipts.amounts import money

QR_MASK = 3
"""One of the eight patterns that break up even areas; a reader takes any. To try all of them for
the best takes four fifths of a receipt's time, and a signature looks drawn by lot under each."""


async def shown_receipt(
    actions: TillActions, told: dict[str, Any], given_minor: int
) -> ShownReceipt:
    """The receipt of a sale that was just answered; ``given_minor`` is in cash."""
    receipt = await actions.receipt(told["receipt_no"])
    lines = [(each.text, each.is_bold) for each in (*receipt.lines, *receipt.ending)]
    change_minor: int = told["change_minor"] or 0
    return ShownReceipt(
        receipt.receipt_no,
        money(told["total_minor"], actions.currency),
        money(given_minor, actions.currency),
        money(change_minor, actions.currency) if change_minor else "",
        lines,
        _picture(receipt.qr) if receipt.qr else "",
    )


def _picture(text: str) -> str:
    code = segno.make(text, error="l", boost_error=False, micro=False, mask=QR_MASK)
    return code.svg_inline(border=2, omitsize=True)
