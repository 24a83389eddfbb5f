"""Compare the last value of every key with what the contract leads one to expect."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import Any

from .database import as_utc
from .findings import Findings
from .oracle import Level, Oracle, Totals, TotalsKey
from .plan import ALERTS, LEVELS, TILLS, TOTALS
from .tills_oracle import TillSeen
from .world import Key, Policy

Value = dict[str, Any]
Values = dict[str, Value]
NO_TOTALS = Totals()
NO_LEVEL = Level()


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
    announced, all_open = oracle.open_carts(True), oracle.open_carts(False)
    keys = {_name(key): key for key in {*oracle.totals, *all_open}}
    for name in found.keys() - keys.keys():
        if any(found[name][field] for field in ("receipts", "returns", "units", "open_carts")):
            findings.add(f"{TOTALS} unexpected", f"{name}: {found[name]}")
    for name, key in keys.items():
        value = found.get(name)
        if value is None:
            findings.add(f"{TOTALS} absent", name)
            continue
        totals = oracle.totals.get(key, NO_TOTALS)
        _totals(name, totals, value, findings)
        choices = {"opened": announced[key], "opened or filled": all_open[key]}
        findings.reading("open_carts", name, choices, value["open_carts"])


def _name(key: TotalsKey) -> str:
    return "/".join(part for part in key if part is not None)


def _totals(name: str, totals: Totals, value: Value, findings: Findings) -> None:
    sums = totals.sums
    expected = {"receipts": "receipts", "returns": "returns", "discount_minor": "discount"}
    expected |= {"tax_minor": "tax", "net_sales_minor": "net", "discrepancies": "discrepancies"}
    for field, source in expected.items():
        findings.same(f"{TOTALS} {field}", name, sums[source], value[field])
    tenders = {kind: amount for kind, amount in value["tenders"].items() if amount}
    kinds = {kind: amount for kind, amount in totals.tenders.items() if amount}
    findings.same(f"{TOTALS} tenders", name, kinds, tenders)
    gross = {"sales": sums["sale_gross"], "less returns": sums["sale_gross"] - sums["return_gross"]}
    findings.reading("gross_minor", name, gross, value["gross_minor"])
    findings.reading("units", name, _units(sums), value["units"])


def _units(sums: Counter[str]) -> dict[str, int]:
    choices: dict[str, int] = {}
    for kind in ("units", "each", "pieces"):
        choices[f"sold {kind}"] = sums[f"sale_{kind}"]
        choices[f"sold {kind} less returned"] = sums[f"sale_{kind}"] - sums[f"return_{kind}"]
    return choices


def check_tills(oracle: Oracle, found: Values, findings: Findings) -> None:
    """`till.status`: epoch, highest sequence, gaps and duplicates of every till."""
    for name in found.keys() - oracle.tills.keys():
        findings.add(f"{TILLS} unexpected", f"{name}: {found[name]}")
    for name, till in oracle.tills.items():
        value = found.get(name)
        if value is None:
            findings.add(f"{TILLS} absent", name)
        else:
            _till(name, till, value, findings)


def _till(name: str, till: TillSeen, value: Value, findings: Findings) -> None:
    findings.same(f"{TILLS} location", name, till.location_id, value["location_id"])
    findings.same(f"{TILLS} epoch", name, till.epoch, value["epoch"])
    findings.same(f"{TILLS} last_sequence", name, till.last_sequence, value["last_sequence"])
    missing = sorted([first, last] for first, last in value["missing"])
    everywhere = sorted(gap for epoch in till.seen for gap in till.missing(epoch))
    choices = {"of this epoch": till.missing(till.epoch), "of all epochs": everywhere}
    findings.reading("missing", name, choices, missing)
    repeats = {"of all epochs": sum(till.repeats.values())}
    repeats["of this epoch"] = till.repeats.get(till.epoch, 0)
    findings.reading("duplicates", name, repeats, value["duplicates"])


def check_alerts(
    oracle: Oracle, policies: dict[Key, Policy], found: Values, findings: Findings
) -> None:
    """`restock.alerts`: the final state of every key, where the contract settles it."""
    keys = {f"{location}/{sku}": (location, sku) for location, sku in oracle.levels}
    for name, key in keys.items():
        on_hand = oracle.levels[key].on_hand
        expected = _alert(on_hand, policies.get(key))
        value = found.get(name)
        state = None if value is None or value["state"] == "cleared" else value["reason"]
        if expected is not None and state not in expected:
            place = f"{name}: {on_hand} on hand, {policies.get(key)}"
            findings.add(f"{ALERTS} state", f"{place}: expected {expected}, found {value}")
    for name in found.keys() - keys.keys():
        findings.add(f"{ALERTS} unexpected", f"{name}: {found[name]}")


def _alert(on_hand: int, policy: Policy | None) -> set[str | None] | None:
    """The reasons that may be raised (None: nothing raised); None where anything may be."""
    if on_hand < 0:
        return {"negative_stock"}
    if policy is None:
        return {None}
    if not policy.listed or (on_hand == 0 and policy.reorder_point == 0):
        return None
    if on_hand >= policy.reorder_point:
        return {None} if on_hand >= 2 * policy.reorder_point + 20 else None
    return {"out_of_stock"} if on_hand == 0 else {"below_reorder_point"}


def check_suggestions(
    policies: dict[Key, Policy], found: Values, oracle: Oracle, findings: Findings
) -> None:
    """`suggested_quantity` of raised alerts: what fills up to the policy's level."""
    for name, value in found.items():
        policy = policies.get((value["location_id"], value["sku"]))
        if value["state"] == "raised" and policy and policy.listed:
            level = oracle.levels.get((policy.location_id, policy.sku), NO_LEVEL)
            choices = {"from the alert's own on_hand": policy.order_up_to - value["on_hand"]}
            choices["from the present on_hand"] = policy.order_up_to - level.on_hand
            findings.reading("suggested_quantity", name, choices, value["suggested_quantity"])
