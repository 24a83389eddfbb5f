"""Receipts for a till's calls, from what the journal has: as JSON, PDF, or a printer's bytes."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, NamedTuple

import orjson

from edge.bundle.catalog import TillCatalog
from edge.till import asked
from edge.till.checkout.places import zone_of
from edge.till.checkout.terms import CheckoutTerms
from edge.till.deciding import Decision, Sight
from edge.till.receipts import escpos_printing
from edge.till.receipts.layout import (
    Columns,
    LayoutTerms,
    Receipt,
    ReceiptLine,
    receipt_of,
    return_of,
    short_hash,
)
from edge.till.receipts.sales import UnprintableReceipt, proven_return, proven_sale
from edge.till.refusals import WhyNot, conflict, refusal


class FoundReceipt(NamedTuple):
    """What a till knows of a receipt: what the journal tells, the catalog that names its goods, and
    whether it was never printed."""

    told: dict[str, Any]
    catalog: TillCatalog | None
    is_unprinted: bool
    back: Mapping[int, int]
    """Of a sale, how much of each line has come back here."""


def no_such_receipt() -> Exception:
    """For a number that this till's journal does not have."""
    words = "This till has no such receipt, or no longer."
    return refusal(HTTPStatus.NOT_FOUND, WhyNot.NO_SUCH_RECEIPT, words)


def note_print(sight: Sight, receipt_no: str, want: asked.AskedPrint) -> Decision:
    """Print it: the first time as it is, and from then on as a copy, of which a note is kept.

    What is printed first is known in memory alone: after a crash between a sale and its receipt
    nobody knows what came out of the printer, and two originals must not be about.
    """
    is_copy = not sight.is_unprinted(receipt_no)
    named = {"receipt_no": receipt_no}
    note: dict[str, Any] = {"type": "noted", "kind": "reprint", "detail": named}
    if want.cashier_id is not None:
        note["cashier_id"] = want.cashier_id
    told: dict[str, Any] = {**named, "copy": is_copy}
    return Decision([note] if is_copy else [], told=told, printed=receipt_no)


def laid_out(found: FoundReceipt, terms: CheckoutTerms, columns: Columns, is_copy: bool) -> Receipt:
    """Its lines; raises `Refusal` where the journal's file says something else than was
    committed."""
    event, catalog = found.told["event"], found.catalog
    place = catalog.location if catalog else None
    heading = terms.heading or (place.name if place else str(event["location_id"]),)

    def name_of(sku: str) -> str | None:
        product = catalog.product(sku) if catalog else None
        return product.name if product else None

    layout = LayoutTerms(heading, zone_of(place), name_of, columns)
    try:
        if event["type"] == "goods_returned":
            return return_of(proven_return(found.told), terms.currency, layout, is_copy)
        return receipt_of(proven_sale(found.told), layout, is_copy)
    except UnprintableReceipt as error:
        raise conflict(WhyNot.UNPRINTABLE, f"Nothing is printed: {error}.") from error


def told_of(found: FoundReceipt, receipt: Receipt) -> dict[str, Any]:
    """A receipt as a page shows it; the event has its lines, discounts, taxes and tenders."""
    event = found.told["event"]
    return {
        "receipt_no": receipt.receipt_no,
        "copy": not found.is_unprinted,
        "columns": receipt.columns,
        "lines": [_told(line) for line in receipt.lines],
        "qr": receipt.qr,
        "ending": [_told(line) for line in receipt.ending],
        "short_hash": short_hash(event["chain"]["hash"]),
        "event": event,
        "returned": {str(line_no): quantity for line_no, quantity in found.back.items()},
    }


def _told(line: ReceiptLine) -> dict[str, Any]:
    return {"text": line.text, "bold": line.is_bold}


def rendered(receipt: Receipt, want: asked.AskedPrint, terms: CheckoutTerms) -> tuple[bytes, str]:
    """What the printer or reader is sent, and its type. A page takes 40 ms: not in the loop."""
    match want.form:
        case "escpos" | "printer":
            printed = escpos_printing.printed(receipt, want.chinese)
            return printed, "application/octet-stream"
        case "pdf":
            # It brings Pillow along: a till that prints no page does without.
            from edge.till.receipts.pdf_printing import page_of

            return page_of(receipt, terms.font), "application/pdf"
        case "lines":
            shown = [_told(line) for line in (*receipt.lines, *receipt.ending)]
            return orjson.dumps({"lines": shown, "qr": receipt.qr}), "application/json"
