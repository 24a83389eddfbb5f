"""Each sale, return and movement once: receipts and ledger rows by what caused them."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from .database import rows_of
from .findings import Findings
from .oracle import Cause, Oracle
from .plan import Plan

Row = dict[str, Any]


def check_causes(dsn: str, plan: Plan, oracle: Oracle, findings: Findings) -> None:
    """Compare what PostgreSQL holds, cause by cause."""
    receipts = receipts_of(rows_of(dsn, "sales", plan), rows_of(dsn, "sale_lines", plan))
    compare_causes("sales", oracle.receipts, receipts, findings)
    effects = effects_of(rows_of(dsn, "stock_ledger", plan))
    compare_causes("stock_ledger", oracle.effects, effects, findings)


def check_receipts(records: Iterable[Any], oracle: Oracle, findings: Findings) -> None:
    """Compare what `checkout.receipts` holds: each once, under its own number."""
    told = [(record, json.loads(record.value)) for record in records]
    for record, row in told:
        own = "/".join(map(str, _number(row)))
        findings.same("checkout.receipts key", own, own.encode(), record.key)
    found = [(_number(row), _receipt(row)) for _, row in told]
    compare_causes("checkout.receipts", oracle.receipts, found, findings)


def compare_causes(
    table: str,
    expected: Mapping[Cause, Any],
    found: Iterable[tuple[Cause, Any]],
    findings: Findings,
) -> None:
    """Each expected cause once, with what it did, and no other."""
    rows = list(found)
    times = Counter(cause for cause, _ in rows)
    for cause in expected.keys() - times.keys():
        findings.add(f"{table} cause absent", f"{cause}: {expected[cause]}")
    for cause, count in times.items():
        if count > 1:
            findings.add(f"{table} cause twice", f"{cause}: {count} times")
    for cause, did in rows:
        findings.same(f"{table} cause", cause, expected.get(cause), did)


def receipts_of(sales: list[Row], lines: list[Row]) -> list[tuple[Cause, Any]]:
    """Receipts by their number, with their kind, amount and how many lines they have."""
    counts = Counter(_number(line) for line in lines)
    return [(_number(row), (row["kind"], _amount(row), counts[_number(row)])) for row in sales]


def effects_of(ledger: list[Row]) -> list[tuple[Cause, Any]]:
    """Ledger rows that move something, by their cause."""
    return [(_cause(row), row["quantity"]) for row in ledger if row["quantity"]]


def _amount(row: Row) -> int:
    return row["total_minor"] if row["kind"] == "sale" else row["refund_minor"]


def _receipt(row: Row) -> tuple[str, int, int]:
    is_sale = row["type"] == "cart_completed"
    amount = row["total_minor" if is_sale else "refund_minor"]
    return "sale" if is_sale else "return", amount, len(row["lines"])


def _number(row: Row) -> Cause:
    return row["location_id"], row["till_id"], row["epoch"], row["sequence"]


def _cause(row: Row) -> Cause:
    if row["movement_id"] is not None:
        return row["location_id"], row["sku"], row["movement_id"]
    return (row["location_id"], row["sku"], *_number(row)[1:], row["line_no"])
