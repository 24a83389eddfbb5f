"""How documents are called on pages. Pure."""

from collections.abc import Mapping

from dashboards.backoffice.reading import DocumentTold

KINDS: Mapping[str, str] = {
    "order": "Order",
    "delivery": "Delivery",
    "transfer": "Transfer",
    "transfer_out": "Transfer, sent",
    "transfer_in": "Transfer, taken in",
    "count": "Count",
    "adjustment": "Adjustment",
    "vendor_return": "Return to the supplier",
}

NEW: Mapping[str, str] = {
    "order": "Order goods",
    "delivery": "Receive goods",
    "transfer": "Transfer goods",
    "count": "Count stock",
    "adjustment": "Write off or set right",
    "vendor_return": "Return to the supplier",
}

WHYS: Mapping[str, str] = {
    "damaged": "Damaged",
    "expired": "Expired",
    "stolen": "Stolen",
    "own_use": "Own use",
    "other_loss": "Lost otherwise",
    "found": "Found",
    "correction": "Set right, up or down",
}

ACTS: Mapping[str, str] = {
    "receive": "Received",
    "send": "Sent",
    "take_in": "Taken in",
    "begin": "Begun",
    "count": "Counted",
    "commit": "Committed",
    "settle": "Corrected for late sales",
    "book": "Booked",
    "close": "Closed",
}

BUTTONS: Mapping[str, str] = {
    "receive": "Receive these",
    "send": "Send these",
    "take_in": "Take these in",
    "begin": "Begin the count now",
    "count": "Save this count",
    "commit": "Commit the count",
    "book": "Book it",
    "close": "Close it: nothing more will come",
}

HINTS: Mapping[str, str] = {
    "receive": "What came, a line each: a SKU or a scanned GTIN, and how many.",
    "send": "What leaves, a line each.",
    "take_in": "What came, a line each.",
    "count": "What is on the shelf, a line each; also what there is none of, with 0.",
    "begin": "Of tills that are cut off, a line each: till, epoch and number, by its screen.",
}


def state_of(told: DocumentTold) -> str:
    """How far a document is."""
    document = told.document
    if document.kind == "count" and document.state == "open":
        return "begun" if document.counted_at else "open"
    if document.kind == "count" and document.state == "booked" and not document.settled_at:
        return "committed; late sales may still come"
    if document.kind == "transfer_out" and document.state == "booked":
        return "sent"
    return told.progress
