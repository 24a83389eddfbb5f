"""Compare the dead letters with the messages that had to become one."""

from __future__ import annotations

from typing import Any

from .feed import DeadLetter
from .findings import Findings
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
    for name in ADDED:
        values = [value for header, value in headers if header == name]
        if len(values) != 1 or not values[0]:
            findings.add(f"dead letter header {name}", f"{where}: {values}")
