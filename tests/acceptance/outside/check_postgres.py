"""Compare PostgreSQL with the topics, and the ledger with the levels."""

from __future__ import annotations

from typing import Any

from .database import as_utc, columns, count_of, ledger, refused, rows_of
from .findings import Findings
from .oracle import Oracle
from .plan import ALERTS, LEVELS, TILLS, TOTALS, Plan

Row = dict[str, Any]
TABLES = {
    LEVELS: ("stock_levels", ("location_id", "sku")),
    TOTALS: ("checkout_totals", ("location_id", "till_id", "business_date")),
    ALERTS: ("restock_alerts", ("location_id", "sku")),
    TILLS: ("till_status", ("location_id", "till_id")),
}


def check_tables(dsn: str, plan: Plan, last: dict[str, dict[str, Row]], findings: Findings) -> None:
    """One row per key, equal to the last value of the topic."""
    for topic, (table, key) in TABLES.items():
        rows = {_key(row, key): row for row in rows_of(dsn, table, plan)}
        values = {_key(value, key): value for value in last[topic].values()}
        for name in rows.keys() - values.keys():
            findings.add(f"{table} unexpected", f"{name}: {rows[name]}")
        for name, value in values.items():
            if name in rows:
                _columns(table, name, value, rows[name], findings)
            else:
                findings.add(f"{table} absent", f"{name}: {value}")


def _key(row: Row, key: tuple[str, ...]) -> str:
    return "/".join(str(row[part]) for part in key if row.get(part) is not None)


def _columns(table: str, name: str, value: Row, row: Row, findings: Findings) -> None:
    for field, expected in value.items():
        if field not in row:
            findings.add(f"{table}.{field} has no column", name)
            continue
        found = str(row[field]) if field == "business_date" else as_utc(row[field])
        findings.same(f"{table}.{field}", name, as_utc(expected), found)


def check_ledger(dsn: str, plan: Plan, oracle: Oracle, findings: Findings) -> None:
    """The ledger's sums and its number of effects."""
    rows = {(row["location_id"], row["sku"]): row for row in ledger(dsn, plan)}
    for key in rows.keys() - oracle.levels.keys():
        findings.add("stock_ledger unexpected", f"{key}: {rows[key]}")
    for key, level in oracle.levels.items():
        row = rows.get(key, {"quantity": 0, "rows": 0})
        findings.same("stock_ledger sum", key, level.on_hand, row["quantity"])
        findings.same("stock_ledger rows", key, level.rows, row["rows"])


def check_receipts(dsn: str, plan: Plan, oracle: Oracle, findings: Findings) -> None:
    """The numbers of receipts and of their lines."""
    sales, lines = oracle.sales["sales"], oracle.sales["sale_lines"]
    returns = (oracle.sales["returns"], oracle.sales["return_lines"])
    for table, rows in (("sales", sales + returns[0]), ("sale_lines", lines + returns[1])):
        if "location_id" not in columns(dsn, table):
            findings.add(f"{table}.location_id has no column", table)
            continue
        findings.same(f"{table} rows", table, rows, count_of(dsn, table, plan))


def check_append_only(dsn: str, plan: Plan, findings: Findings) -> None:
    """The database refuses to rewrite a movement."""
    for statement in refused(dsn, plan):
        findings.add("stock_movements rewritten", statement)
