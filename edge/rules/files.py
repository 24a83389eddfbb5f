"""Tables as files: one of comma-separated values for a table, and one beside it for its tests.

A table's file begins with what is said of all of it, a line each, and after an empty line come
its columns and rows. `off5.csv` has its tests in `off5.tests.csv`.
"""

import csv
import io
import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from edge.bundle.rows import BundledTable, TableTest
from edge.rules.attributes import ATTRIBUTES, OUTCOMES, Value
from edge.rules.faults import FaultKind, TableFault, UnsoundTable
from topics.rule_tables import TABLE_PATTERN
from topics.scalars import ID_PATTERN, TEXT_LENGTH_MAX, anchored

FILE_BYTES_MAX = 1 << 18
"""Of one file; the database takes no more rows of one table either."""

SAID = ("table", "version", "hit policy", "valid from", "locations")
"""What is said of the whole table, in this order. ``locations`` may be empty: everywhere."""

_HIT_POLICIES = ("unique", "first", "collect")
_COLUMN = re.compile(r"(when|then) ([a-z][a-z0-9_]{0,63})")
_FLAGS = {"yes": True, "no": False}


class TableFile(NamedTuple):
    """A table as its files have it; empty ``locations`` are everywhere."""

    table: BundledTable
    locations: list[str]


class _Line(NamedTuple):
    number: int
    cells: list[str]


class _Reader:
    """One file, and what is wrong with it."""

    def __init__(self, path: Path) -> None:
        self.file = str(path)
        self.faults: list[TableFault] = []

    def wrong(self, reason: str, row: str = "", column: str = "", kind: FaultKind = "form") -> None:
        """Note a mistake, and go on."""
        self.faults.append(TableFault(kind, self.file, row, column, reason))

    def stop(self, reason: str, row: str = "") -> UnsoundTable:
        """To be raised: nothing more can be read."""
        self.wrong(reason, row)
        return UnsoundTable(self.faults)


def path_of_tests(path: Path) -> Path:
    """Where a table's tests are."""
    return path.with_name(f"{path.stem}.tests.csv")


def read_files(path: Path) -> TableFile:
    """A table and its tests; raises `UnsoundTable` with all mistakes of form, or OSError."""
    reader = _Reader(path)
    lines = list(_lines(reader, path))
    said, rest = _said(reader, lines)
    if not rest:
        raise reader.stop("after an empty line come the columns, as row, when subtotal_minor")
    columns = _columns(reader, rest[0])
    rows = [_row(reader, line, len(columns) + 1) for line in rest[1:]]
    tests_reader = _Reader(path_of_tests(path))
    tests = _tests(tests_reader, path_of_tests(path)) if path_of_tests(path).exists() else []
    if faults := [*reader.faults, *tests_reader.faults]:
        raise UnsoundTable(faults)
    whole = said | {"columns": columns, "rows": rows, "tests": tests}
    return TableFile(msgspec.convert(whole, BundledTable), said["locations"])


def _lines(reader: _Reader, path: Path) -> Iterator[_Line]:
    content = path.read_bytes()
    if len(content) > FILE_BYTES_MAX:
        raise reader.stop(f"{len(content)} bytes; {FILE_BYTES_MAX} may be")
    try:
        text = content.decode("utf-8-sig")
        # Spreadsheets of half of Europe write semicolons: the first line shows it.
        delimiter = ";" if ";" in text.partition(",")[0].partition("\n")[0] else ","
        rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
        for cells in rows:
            yield _Line(rows.line_num, [each.strip() for each in cells])
    except (UnicodeDecodeError, csv.Error) as fault:
        raise reader.stop(f"it is no CSV in UTF-8: {fault}") from fault


def _said(reader: _Reader, lines: Sequence[_Line]) -> tuple[dict[str, Any], list[_Line]]:
    """What is said of the whole table, and the lines behind the first empty one."""
    empty = next((at for at, line in enumerate(lines) if not any(line.cells)), len(lines))
    told: dict[str, str] = {}
    for line in lines[:empty]:
        name = line.cells[0]
        if name not in SAID or name in told:
            why = "is said twice" if name in told else f"is none of {', '.join(SAID)}"
            reader.wrong(f"{name!r} {why}", f"line {line.number}")
        told[name] = next((each for each in line.cells[1:] if each), "")
    for name in SAID:
        if name not in told:
            reader.wrong(f"it does not say {name}")
    return _read_said(reader, told), [line for line in lines[empty:] if any(line.cells)]


def _read_said(reader: _Reader, told: dict[str, str]) -> dict[str, Any]:
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


def _moment(reader: _Reader, words: str) -> datetime:
    try:
        moment = datetime.fromisoformat(words)
        if moment.tzinfo is not None:
            return moment.astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    reader.wrong(f"{words!r} is no time with its offset, as 2026-12-01T00:00:00Z", "valid from")
    return datetime.now(UTC)


def _columns(reader: _Reader, header: _Line) -> list[dict[str, str]]:
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


def _row(reader: _Reader, line: _Line, wanted: int) -> dict[str, Any]:
    name = line.cells[0]
    if not re.fullmatch(anchored(ID_PATTERN), name):
        reader.wrong(f"{name!r} is no name of a row", f"line {line.number}", "row")
    if len(line.cells) != wanted:
        reader.wrong(f"{len(line.cells)} cells for {wanted} columns", name or f"line {line.number}")
    return {"row": name, "cells": [each or None for each in line.cells[1:]]}


def _tests(reader: _Reader, path: Path) -> list[TableTest]:
    lines = [line for line in _lines(reader, path) if any(line.cells)]
    header = lines[0].cells if lines else []
    if len(header) < 2 or (header[0], header[-1]) != ("test", "expect"):
        reader.wrong("the first column is test, and the last expect")
        return []
    return [_test(reader, header, line) for line in lines[1:]]


def _test(reader: _Reader, header: list[str], line: _Line) -> TableTest:
    name = line.cells[0][:TEXT_LENGTH_MAX] or f"line {line.number}"
    if len(line.cells) != len(header):
        reader.wrong(f"{len(line.cells)} cells for {len(header)} columns", f"test {name}")
    given: dict[str, Value] = {}
    for attribute, cell in zip(header[1:-1], line.cells[1:], strict=False):
        if cell:
            given[attribute] = _value(reader, name, attribute, cell)
    return TableTest(name, given, line.cells[-1].split())


def _value(reader: _Reader, test: str, name: str, cell: str) -> Value:
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
