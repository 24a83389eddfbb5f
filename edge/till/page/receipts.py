"""The receipt on the page: drawn from what the journal gives, as the printed one is."""

from functools import partial
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import segno

from edge.till.page.actions import TillActions
from edge.till.page.scene import ShownReceipt
from edge.till.receipts.amounts import money
from edge.till.receipts.layout import LayoutTerms, receipt_of
from edge.till.receipts.sales import proven_sale


async def shown_receipt(
    actions: TillActions, told: dict[str, Any], given: str, change: str
) -> ShownReceipt:
    """The receipt of a sale that was just answered; ``given`` and ``change`` are of cash."""
    event = await actions.event(told["epoch"], told["sequence"])
    receipt = receipt_of(proven_sale(event), layout_terms(actions))
    lines = [(each.text, each.is_bold) for each in (*receipt.lines, *receipt.ending)]
    return ShownReceipt(
        receipt.receipt_no,
        money(told["total_minor"], actions.currency),
        given,
        change,
        lines,
        _picture(receipt.qr) if receipt.qr else "",
        bool(told["training"]),
    )


def layout_terms(actions: TillActions) -> LayoutTerms:
    """What the shop's receipts show beside the sale."""
    catalog = actions.catalog
    location = catalog and catalog.location
    heading = (location.name,) if location else ()
    return LayoutTerms(heading, zone_of(actions), partial(_name, actions))


def zone_of(actions: TillActions) -> ZoneInfo:
    """The store's time zone; UTC where it is none that this machine knows."""
    try:
        return ZoneInfo(actions.time_zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo("UTC")


def _name(actions: TillActions, sku: str) -> str | None:
    product = actions.catalog.product(sku) if actions.catalog else None
    return product and product.name


def _picture(text: str) -> str:
    code = segno.make(text, error="l", boost_error=False, micro=False)
    return code.svg_inline(border=2, omitsize=True)
