"""Compare the last value of every key with what the contract leads one to expect."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from .database import as_utc
from .effects_oracle import Level
from .findings import Findings
from .limits import RANGES_TOLD
from .oracle import Oracle
from .plan import LEVELS, TILLS, TOTALS
from .tills_oracle import TillSeen
from .totals_oracle import FIGURES, Totals, TotalsKey

Value = dict[str, Any]
Values = dict[str, Value]
NO_TOTALS = Totals()


def check_levels(oracle: Oracle, found: Values, findings: Findings) -> None:
    """`stock.levels`: every key the run touched, and no other."""
    in_carts = oracle.in_carts()
    keys = {f"{location}/{sku}": (location, sku) for location, sku in oracle.levels}
    for name in found.keys() - keys.keys():
        findings.add(f"{LEVELS} unexpected", f"{name}: {found[name]}")
    for name, key in keys.items():
        level, carts = oracle.levels[key], in_carts[key]
        value = found.get(name)
        if value is not None:
            _level(name, level, carts, value, findings)
        elif level.on_hand or carts:
            findings.add(f"{LEVELS} absent", f"{name}: {level.on_hand} on hand, {carts} in carts")


def _level(name: str, level: Level, carts: int, value: Value, findings: Findings) -> None:
    expected = {"on_hand": level.on_hand, "in_carts": carts, "available": level.on_hand - carts}
    for field, number in expected.items():
        findings.same(f"{LEVELS} {field}", name, number, value[field])
    newest: datetime = as_utc(value["as_of"])
    if not level.changed <= newest <= max(level.mentioned, level.changed):
        text = f"{name}: {newest}, between {level.changed} and {level.mentioned}"
        findings.add(f"{LEVELS} as_of", text)


def check_totals(oracle: Oracle, found: Values, findings: Findings) -> None:
    """`checkout.totals`: location rows and till rows."""
    open_carts = oracle.open_carts()
    keys = {_name(key): key for key in {*oracle.totals, *open_carts}}
    for name in found.keys() - keys.keys():
        if any(found[name][field] for field in ("receipts", "returns", "units", "open_carts")):
            findings.add(f"{TOTALS} unexpected", f"{name}: {found[name]}")
    for name, key in keys.items():
        value = found.get(name)
        if value is None:
            findings.add(f"{TOTALS} absent", name)
        else:
            _totals(name, oracle.totals.get(key, NO_TOTALS), value, findings)
            findings.same(f"{TOTALS} open_carts", name, open_carts[key], value["open_carts"])


def _name(key: TotalsKey) -> str:
    return "/".join(part for part in key if part is not None)


def _totals(name: str, totals: Totals, value: Value, findings: Findings) -> None:
    for field in FIGURES:
        findings.same(f"{TOTALS} {field}", name, totals.sums[field], value[field])
    tenders = {kind: amount for kind, amount in value["tenders"].items() if amount}
    kinds = {kind: amount for kind, amount in totals.tenders.items() if amount}
    findings.same(f"{TOTALS} tenders", name, kinds, tenders)


def check_tills(oracle: Oracle, found: Values, findings: Findings) -> None:
    """`till.status`: epochs, highest sequence, gaps, and what came twice, of every till."""
    tills = {"/".join(key): till for key, till in oracle.tills.items() if till.epochs}
    for name in found.keys() - tills.keys():
        findings.add(f"{TILLS} unexpected", f"{name}: {found[name]}")
    for name, till in tills.items():
        value = found.get(name)
        if value is None:
            findings.add(f"{TILLS} absent", name)
        else:
            _till(name, till, value, findings)


def _till(name: str, till: TillSeen, value: Value, findings: Findings) -> None:
    missing = till.missing(till.epoch)
    expected: Value = {"location_id": till.location_id, "till_id": till.till_id}
    expected |= {"epoch": till.epoch, "last_sequence": till.last_sequence}
    expected |= {"missing": missing[:RANGES_TOLD], "older": till.older()}
    expected["missing_count"] = sum(last - first + 1 for first, last in missing)
    expected |= {"quarantined": till.quarantined, "duplicates": till.repeats}
    expected |= {"forks": till.forks}
    for field, figure in expected.items():
        findings.same(f"{TILLS} {field}", name, figure, value[field])
    findings.same(f"{TILLS} last_hash", name, till.last_hash, value.get("last_hash"))
    if till.last_seen is not None:
        findings.same(f"{TILLS} last_seen", name, till.last_seen, as_utc(value["last_seen"]))
