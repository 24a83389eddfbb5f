"""Compare the dead letters with the messages that had to become one."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

from .feed import DeadLetter
from .findings import Findings
from .limits import OUT_OF_RANGE
from .outputs import by_source
from .plan import Plan

ADDED = ("reason", "error", "source")


def check_letters(
    plan: Plan, expected: list[DeadLetter], records: list[Any], findings: Findings
) -> None:
    """Each bad message once, byte for byte, with its own headers and three more."""
    found = by_source(records)
    for letter in expected:
        copies = found.pop(letter.source, [])
        if len(copies) != 1:
            much = "twice" if copies else "absent"
            text = f"{letter.source}: {len(copies)} times"
            findings.add(f"dead letter {letter.kind} {much}", text)
        for record in copies[:1]:
            _compare(letter, record, findings)
    for source, copies in found.items():
        if any(plan.prefix.encode() in (one.value or b"") for one in copies):
            text = f"{source}: {copies[0].headers} {copies[0].value[:300]!r}"
            findings.add("dead letter unexpected", text)


def _compare(letter: DeadLetter, record: Any, findings: Findings) -> None:
    where = f"{letter.source} ({letter.kind})"
    findings.same("dead letter key", where, letter.key, record.key)
    if letter.value != record.value:
        sizes = [None if one is None else len(one) for one in (letter.value, record.value)]
        findings.add("dead letter value", f"{where}: {sizes[0]} bytes became {sizes[1]}")
    headers = list(record.headers)
    kept = [header for header in headers if header[0] not in ADDED]
    findings.same("dead letter headers", where, letter.headers, kept)
    told = [value for header, value in headers if header == "reason"]
    findings.same("dead letter reason", where, [letter.reason.encode()], told)
    for name in ADDED:
        values = [value for header, value in headers if header == name]
        if len(values) != 1 or not values[0]:
            findings.add(f"dead letter header {name}", f"{where}: {values}")


def check_movements(plan: Plan, refused: set[str], records: list[Any], findings: Findings) -> None:
    """Each movement that no sum can take once, and no other of this run."""
    found: Counter[str] = Counter()
    for record in records:
        if plan.prefix.encode() not in (record.value or b""):
            continue
        movement_id = json.loads(record.value)["movement_id"]
        found[movement_id] += 1
        told = [value for header, value in record.headers if header == "reason"]
        findings.same("movement letter reason", movement_id, [OUT_OF_RANGE.encode()], told)
    for movement_id in refused - found.keys():
        findings.add("movement letter absent", movement_id)
    for movement_id, count in found.items():
        if movement_id not in refused:
            findings.add("movement letter unexpected", movement_id)
        elif count > 1:
            findings.add("movement letter twice", f"{movement_id}: {count} times")
