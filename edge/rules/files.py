"""Tables as files, of CSV or YAML: one for a table, and one beside it for its tests.

`off5.csv` has its tests in `off5.tests.csv`, and `off5.yaml` in `off5.tests.yaml`.
"""

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from edge.bundle.rows import BundledTable, TableTest
from edge.rules.attributes import ATTRIBUTES, OUTCOMES, Value
from edge.rules.csv_sheets import csv_table, csv_tests
from edge.rules.faults import UnsoundTable
from edge.rules.sheets import SAID, SheetLine, SheetReader
from edge.rules.yaml_sheets import yaml_table, yaml_tests
from topics.rule_tables import TABLE_PATTERN
from topics.scalars import ID_PATTERN, TEXT_LENGTH_MAX, anchored

_HIT_POLICIES = ("unique", "first", "collect")
_COLUMN = re.compile(r"(when|then) ([a-z][a-z0-9_]{0,63})")
_FLAGS = {"yes": True, "no": False}


class TableFile(NamedTuple):
    """A table as its files have it; empty ``locations`` are everywhere."""

    table: BundledTable
    locations: list[str]


def path_of_tests(path: Path) -> Path:
    """Where a table's tests are."""
    return path.with_name(f"{path.stem}.tests{path.suffix if is_yaml(path) else '.csv'}")


def is_yaml(path: Path) -> bool:
    """Whether a file is of YAML; any other is of CSV."""
    return path.suffix.lower() in (".yaml", ".yml")


def read_files(path: Path) -> TableFile:
    """A table and its tests; raises `UnsoundTable` with all mistakes of form, or OSError."""
    reader = SheetReader(path)
    sheet = yaml_table(reader) if is_yaml(path) else csv_table(reader)
    for name in SAID:
        if name not in sheet.said:
            reader.wrong(f"it does not say {name}")
    said = _read_said(reader, sheet.said)
    if not sheet.lines:
        raise reader.stop("below come columns and rows, as row, when subtotal_minor")
    columns = _columns(reader, sheet.lines[0])
    rows = [_row(reader, line, len(columns) + 1) for line in sheet.lines[1:]]
    tests_reader = SheetReader(path_of_tests(path))
    tests = _tests(tests_reader) if tests_reader.path.exists() else []
    if faults := [*reader.faults, *tests_reader.faults]:
        raise UnsoundTable(faults)
    whole = said | {"columns": columns, "rows": rows, "tests": tests}
    return TableFile(msgspec.convert(whole, BundledTable), said["locations"])


def _read_said(reader: SheetReader, told: dict[str, str]) -> dict[str, Any]:
    name, version, policy = (told.get(each, "") for each in SAID[:3])
    if not re.fullmatch(TABLE_PATTERN, name):
        reader.wrong(f"{name!r} is no name: small letters, digits and -", "table")
    if not re.fullmatch(r"[1-9][0-9]{0,8}", version):
        reader.wrong(f"{version!r} is no whole number from 1", "version")
    if policy not in _HIT_POLICIES:
        reader.wrong(f"{policy!r} is none of {', '.join(_HIT_POLICIES)}", "hit policy")
    locations = told.get("locations", "").split()
    for each in locations:
        if not re.fullmatch(anchored(ID_PATTERN), each):
            reader.wrong(f"{each!r} is no location", "locations")
    return {
        "table_name": name,
        "version": int(version) if version.isdigit() else 0,
        "hit_policy": policy,
        "valid_from": _moment(reader, told.get("valid from", "")),
        "locations": locations,
    }


def _moment(reader: SheetReader, words: str) -> datetime:
    try:
        moment = datetime.fromisoformat(words)
        if moment.tzinfo is not None:
            return moment.astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    reader.wrong(f"{words!r} is no time with its offset, as 2026-12-01T00:00:00Z", "valid from")
    return datetime.now(UTC)


def _columns(reader: SheetReader, header: SheetLine) -> list[dict[str, str]]:
    if header.cells[0] != "row":
        reader.wrong("the first column is row", f"line {header.number}", header.cells[0])
    found: list[dict[str, str]] = []
    for told in header.cells[1:]:
        read = _COLUMN.fullmatch(told)
        if read is None:
            reader.wrong("it begins with when or then, and goes on with a name", column=told)
            continue
        known = (ATTRIBUTES if read[1] == "when" else OUTCOMES).get(read[2])
        if known is None:
            reader.wrong("nothing has this name", column=told, kind="unknown attribute")
        type_name = known.type if known else "text"
        found.append({"name": read[2], "part": read[1], "type": type_name})
    return found


def _row(reader: SheetReader, line: SheetLine, wanted: int) -> dict[str, Any]:
    name = line.cells[0]
    if not re.fullmatch(anchored(ID_PATTERN), name):
        reader.wrong(f"{name!r} is no name of a row", f"line {line.number}", "row")
    if len(line.cells) != wanted:
        reader.wrong(f"{len(line.cells)} cells for {wanted} columns", name or f"line {line.number}")
    return {"row": name, "cells": [each or None for each in line.cells[1:]]}


def _tests(reader: SheetReader) -> list[TableTest]:
    lines = yaml_tests(reader) if is_yaml(reader.path) else csv_tests(reader)
    header = lines[0].cells if lines else []
    if len(header) < 2 or (header[0], header[-1]) != ("test", "expect"):
        reader.wrong("the first column is test, and the last expect")
        return []
    return [_test(reader, header, line) for line in lines[1:]]


def _test(reader: SheetReader, header: list[str], line: SheetLine) -> TableTest:
    name = line.cells[0][:TEXT_LENGTH_MAX] or f"line {line.number}"
    if len(line.cells) != len(header):
        reader.wrong(f"{len(line.cells)} cells for {len(header)} columns", f"test {name}")
    given: dict[str, Value] = {}
    for attribute, cell in zip(header[1:-1], line.cells[1:], strict=False):
        if cell:
            given[attribute] = _value(reader, name, attribute, cell)
    return TableTest(name, given, line.cells[-1].split())


def _value(reader: SheetReader, test: str, name: str, cell: str) -> Value:
    """A test's values are bare: wine, 5000, yes."""
    attribute = ATTRIBUTES.get(name)
    kind = attribute.type if attribute else "text"
    if kind == "integer" and re.fullmatch(r"-?[0-9]{1,16}", cell):
        return int(cell)
    if kind == "flag" and cell in _FLAGS:
        return _FLAGS[cell]
    if kind != "text":
        reader.wrong(f"{cell!r} is no {kind}", f"test {test}", name, "wrong type")
    return cell
