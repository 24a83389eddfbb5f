"""Receipts on the page: as the journal's printed one, or as the store tells of another till's."""

from collections.abc import Callable
from typing import Any

import segno

from edge.till.checkout.finding import SoldReceipt
from edge.till.page.actions import TillActions
from edge.till.page.shown import ShownReceipt
from edge.till.page.store_actions import RecentReceipt
from edge.till.receipts.amounts import money
from edge.till.receipts.layout import Receipt

QR_MASK = 3
"""One of the eight patterns that break up even areas; a reader takes any. To try all of them for
the best takes four fifths of a receipt's time, and a signature looks drawn by lot under each."""


async def shown_receipt(
    actions: TillActions, told: dict[str, Any], given_minor: int
) -> ShownReceipt:
    """The receipt of a sale that was just answered; ``given_minor`` is in cash."""
    receipt = await actions.receipt(told["receipt_no"])
    note_receipt(actions, receipt.receipt_no, told["total_minor"])
    change_minor: int = told["change_minor"] or 0
    return _drawn(receipt)._replace(
        total=money(told["total_minor"], actions.currency),
        given=money(given_minor, actions.currency),
        change=money(change_minor, actions.currency) if change_minor else "",
    )


def note_receipt(actions: TillActions, receipt_no: str, amount_minor: int) -> None:
    """Offer it again among the last ones."""
    actions.store.recent.appendleft(RecentReceipt(receipt_no, actions.now(), amount_minor))


async def own_receipt(actions: TillActions, receipt_no: str) -> ShownReceipt:
    """A receipt that this till wrote, as it was looked for; raises `Refusal`."""
    found, receipt = await actions.store.own(receipt_no)
    event = found.told["event"]
    is_sale = event["type"] == "cart_completed"
    what = "Sold" if is_sale else "Taken back"
    total_minor: int = event["total_minor"] if is_sale else event["refund_minor"]
    return _drawn(receipt)._replace(
        total=money(total_minor, actions.currency),
        found=f"{what} here on {event['business_date']}",
        is_copy=not found.is_unprinted,
        may_come_back=is_sale,
    )


def others_receipt(
    sold: SoldReceipt, location_id: str, currency: str, name_of: Callable[[str], str]
) -> ShownReceipt:
    """A receipt that another till of the store wrote, or of another store than ``location_id``. It
    is shown and not printed: its proof lies at that till."""
    event, sale = sold.event, sold.sale
    lines = [
        (_row(f"{each.quantity} {name_of(each.sku)}", each.amount_minor, currency), False)
        for each in sale.lines
    ]
    lines += [
        (_row(str(each["rule"]), each["amount_minor"], currency), False)
        for each in event.get("discounts", ())
    ]
    return ShownReceipt(
        sale.receipt_no,
        money(sale.total_minor, currency),
        "",
        "",
        [*lines, (_row("Total", sale.total_minor, currency), True)],
        "",
        found=f"{sold_where(sold, location_id)} on {sale.business_date}",
        may_print=False,
        may_come_back=True,
    )


def sold_where(sold: SoldReceipt, location_id: str) -> str:
    """At which till, of which store; and whether somebody could be asked what came back since."""
    sale = sold.sale
    if sale.location_id == location_id:
        return f"Sold at till {sale.till_id}"
    known = ", as the centre last knew it," if sold.event.get("stale") else ""
    return f"Sold in {sale.location_id} at till {sale.till_id}{known}"


def _drawn(receipt: Receipt) -> ShownReceipt:
    lines = [(each.text, each.is_bold) for each in (*receipt.lines, *receipt.ending)]
    qr = _picture(receipt.qr) if receipt.qr else ""
    return ShownReceipt(receipt.receipt_no, "", "", "", lines, qr)


def _row(text: str, amount_minor: int, currency: str) -> str:
    amount = money(amount_minor, currency)
    return f"{text[: 41 - len(amount)]:<{42 - len(amount)}}{amount}"


def _picture(text: str) -> str:
    code = segno.make(text, error="l", boost_error=False, micro=False, mask=QR_MASK)
    return code.svg_inline(border=2, omitsize=True)
