"""Sales of the tests, written to a journal and read back as a receipt's printing reads them."""

from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from edge.till.books import event_at
from edge.till.receipts.layout import Columns, LayoutTerms
from tests.unit.edge.journal.tills import event, opened, sale

NAMES = {"tea": "Tea", "apples": "Äpfel, lose"}

GOODS: dict[str, Any] = {
    "occurred_at": "2026-11-30T23:30:00.000Z",
    "business_date": "2026-11-30",
    "cashier_id": "7",
    "currency": "EUR",
    "lines": [
        {"line_no": 1, "sku": "tea", "quantity": 2, "unit": "each", "unit_price_minor": 300,
         "amount_minor": 600},
        {"line_no": 2, "sku": "apples", "quantity": 250, "unit": "gram", "unit_price_minor": 199,
         "amount_minor": 50},
        {"line_no": 3, "sku": "gone", "quantity": 1, "unit": "each", "unit_price_minor": 100,
         "amount_minor": 100},
    ],
    "discounts": [{"rule": "discounts/off5", "amount_minor": -38}],
    "taxes": [
        {"rate_basis_points": 700, "amount_minor": 30},
        {"rate_basis_points": 1900, "amount_minor": 41},
    ],
    "tenders": [
        {"kind": "cash", "amount_minor": 500}, {"kind": "card", "amount_minor": 212},
    ],
    "total_minor": 712,
}  # fmt: skip


def told_of(folder: Path, **fields: Any) -> dict[str, Any]:
    """What the journal says of a sale of 7.12."""
    return _told(folder, sale(**(GOODS | fields)))


def told_of_return(folder: Path, **fields: Any) -> dict[str, Any]:
    """What the journal says of two teas that came back."""
    back = event(
        "goods_returned", receipt_no="till-3-1-1", lines=GOODS["lines"][:1], refund_minor=570,
        occurred_at=GOODS["occurred_at"], business_date="2026-11-30", cashier_id="7",
    )  # fmt: skip
    del back["return_id"]
    return _told(folder, back | fields)


def _told(folder: Path, made: dict[str, Any]) -> dict[str, Any]:
    journal = opened(folder)
    try:
        written = journal.append([made])
        told = event_at(journal, 1, written[0].entry.mark.sequence)
    finally:
        journal.close()
    assert told is not None
    return told


def terms(columns: Columns = 42, **names: str) -> LayoutTerms:
    heading = ("Corner Shop", "1 High Street")
    return LayoutTerms(heading, ZoneInfo("Europe/Berlin"), (NAMES | names).get, columns)
