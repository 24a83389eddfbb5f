"""The tables of an export for auditors: their columns, and the rows that one event gives. Pure.

Amounts are integers in minor units, quantities in each or gram, times in UTC. Each row names its
event by epoch and sequence. `docs/journal.md` describes every column, and a test holds it to that.
"""

from collections.abc import Iterator, Mapping
from typing import Any

FORMULA_STARTS = tuple("=+-@\t\r\n＝＋－＠")  # noqa: RUF001
"""How a text begins that a spreadsheet would run: such a text gets an apostrophe before it."""

_PLACE = ("epoch", "sequence")

TABLES: Mapping[str, tuple[str, ...]] = {
    "events": (
        *_PLACE, "type", "occurred_at", "event_id", "training", "receipt_count",
        "grand_total_minor", "prev", "hash", "signature", "key_id",
    ),
    "receipts": (
        *_PLACE, "type", "occurred_at", "receipt_no", "return_id", "cart_id", "cashier_id",
        "training", "currency", "gross_minor", "discount_minor", "tax_minor", "total_minor",
    ),
    "lines": (
        *_PLACE, "line_no", "sku", "quantity", "unit", "unit_price_minor", "amount_minor", "lot",
        "expires_on", "serial",
    ),
    "discounts": (*_PLACE, "rule", "amount_minor"),
    "taxes": (*_PLACE, "rate_basis_points", "amount_minor"),
    "tenders": (*_PLACE, "kind", "amount_minor"),
    "cash": (
        *_PLACE, "type", "occurred_at", "shift_id", "cashier_id", "float_minor",
        "expected_minor", "over_short_minor", "amount_minor", "reason",
    ),
}  # fmt: skip
"""The columns of each file, in order."""

_RECEIPTS = ("cart_completed", "goods_returned")
_CASH = ("shift_opened", "shift_counted", "shift_closed", "cash_moved")
_PARTS = ("lines", "discounts", "taxes", "tenders")


def rows_of(event: Mapping[str, Any]) -> Iterator[tuple[str, list[Any]]]:
    """The rows of an event, each with its table; ``event`` has its place in the journal's chain
    beside its own members."""
    yield "events", _row("events", event)
    if event["type"] in _CASH:
        yield "cash", _row("cash", event)
    if event["type"] in _RECEIPTS:
        yield "receipts", _row("receipts", {**event, **_figures(event)})
        for table in _PARTS:
            for part in event.get(table, ()):
                yield table, _row(table, {**part, **{name: event[name] for name in _PLACE}})


def _figures(event: Mapping[str, Any]) -> dict[str, int]:
    """What a receipt comes to; of a return all is what went back, so it is negative."""
    sign = -1 if event["type"] == "goods_returned" else 1
    sums = {
        f"{name}_minor": sum(part["amount_minor"] for part in event.get(table, ()))
        for name, table in (("gross", "lines"), ("discount", "discounts"), ("tax", "taxes"))
    }
    total_minor = event["total_minor"] if sign > 0 else event["refund_minor"]
    return {name: sign * value for name, value in (sums | {"total_minor": total_minor}).items()}


def _row(table: str, values: Mapping[str, Any]) -> list[Any]:
    return [_cell(values.get(name)) for name in TABLES[table]]


def _cell(value: Any) -> Any:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str) and value.startswith(FORMULA_STARTS):
        return f"'{value}"
    return value
