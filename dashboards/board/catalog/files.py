"""Rows as a file of comma-separated values, and back. Pure.

The columns are the contract's, by their names and with its values: amounts as integers in minor
units, moments in UTC, lists of ids apart by spaces, and what is JSON as JSON. So a file that was
exported is the same rows when it is imported.
"""

import csv
import io
import json
from collections.abc import Iterator, Sequence
from typing import Any

from dashboards.board.catalog.fields import IN_LINES, Field, Kind, Row
from dashboards.board.catalog.reading import Mistake, Typed, read, typed_of
from dashboards.board.wording.spreadsheets import guarded, unguarded

ROWS_MAX = 10_000
"""Of one file. They are written in one transaction, and each waits to be published."""

MISTAKES_TOLD = 20
"""Of one file: whoever has a column wrong has it wrong in each line."""

csv.field_size_limit(1_000_000)  # a rule table's rows are one cell

_INTEGERS = ("money", "percent", "count")


class WrongFile(ValueError):
    """What is wrong with a file, a line for each mistake."""

    def __init__(self, *mistakes: str) -> None:
        super().__init__("; ".join(mistakes))
        self.mistakes = mistakes


def header(kind: Kind) -> bytes:
    """The first line."""
    return _lines([kind.columns()])


def lines(kind: Kind, rows: Sequence[Row]) -> bytes:
    """A line for each row."""
    return _lines([[_cell(each, row[each.name]) for each in kind.fields] for row in rows])


def rows_of(kind: Kind, text: str, made: Row) -> list[Row]:
    """The rows of a file; raises `WrongFile`.

    ``made`` names ids that may be empty in the file, and makes one: the rows get it as it is given,
    with their number behind it.
    """
    reader = csv.reader(
        io.StringIO(text.removeprefix("\N{BYTE ORDER MARK}"), newline=""), strict=True
    )
    try:
        columns = next(reader, list[str]())
        _require_columns(kind, columns)
        return _rows(kind, columns, reader, made)
    except csv.Error as fault:
        raise WrongFile(f"line {reader.line_num}: {fault}") from fault


def _lines(cells: Sequence[Sequence[str]]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\r\n").writerows(cells)
    return text.getvalue().encode()


def _cell(field: Field, value: Any) -> str:
    if value is None:
        return ""
    if field.type == "yes":
        return "true" if value else "false"
    if field.type in IN_LINES:
        return json.dumps(value, ensure_ascii=False)
    if field.type in _INTEGERS:
        return str(value)
    return guarded(" ".join(value) if field.type == "ids" else str(value))


def _require_columns(kind: Kind, columns: Sequence[str]) -> None:
    wanted = kind.columns()
    missing = [name for name in wanted if name not in columns]
    unknown = [name for name in columns if name not in wanted]
    if missing or unknown or len(columns) != len(wanted):
        told = f"the first line must name {', '.join(wanted)}"
        lacking = f", and lacks {', '.join(missing)}" if missing else ""
        beyond = f"; {', '.join(unknown)[:200]} is no column" if unknown else ""
        raise WrongFile(told + lacking + beyond)


def _rows(kind: Kind, columns: Sequence[str], reader: Iterator[list[str]], made: Row) -> list[Row]:
    found: dict[str, Row] = {}
    mistakes: list[str] = []
    for number, cells in enumerate(reader, 2):
        if not any(cells):
            continue
        if len(found) >= ROWS_MAX:
            raise WrongFile(f"more than {ROWS_MAX:,} rows: make several files of it")
        row, wrong = _row(kind, dict(zip(columns, cells, strict=False)), made, number)
        if len(cells) != len(columns):
            wrong = {"": f"{len(cells)} cells for {len(columns)} columns"}
        elif not wrong and kind.key_of(row) in found:
            wrong = {"": f"{kind.key_of(row)} is in the file already"}
        mistakes += [_mistake(number, name, words) for name, words in wrong.items()]
        if len(mistakes) >= MISTAKES_TOLD:
            break
        if not wrong:
            found[kind.key_of(row)] = row
    if mistakes:
        raise WrongFile(*mistakes[:MISTAKES_TOLD])
    return list(found.values())


def _mistake(number: int, name: str, words: str) -> str:
    return f"row {number}, {name}: {words}" if name else f"row {number}: {words}"


def _row(kind: Kind, cells: Typed, made: Row, number: int) -> tuple[Row, dict[str, str]]:
    """By way of what a form would show, so that a file is checked as a form is."""
    told: Row = {}
    wrong: dict[str, str] = {}
    for field in kind.fields:
        cell = cells.get(field.name, "").strip()
        if not cell and field.name in made:
            cell = f"{made[field.name]}-{number}"
        try:
            told[field.name] = _value(field, cell)
        except (ValueError, RecursionError) as fault:
            wrong[field.name] = str(fault)
    return (told, wrong) if wrong else read(kind, _typed(kind, told))


def _typed(kind: Kind, told: Row) -> Typed:
    """Moments and ids are typed as they stand in the file; nothing else is."""
    texts = {each.name for each in kind.fields if isinstance(told[each.name], str)}
    typed = typed_of(kind, told)
    return {name: told[name] if name in texts else typed[name] for name in typed}


def _value(field: Field, cell: str) -> Any:
    if field.type == "yes":
        if cell not in ("true", "false"):
            raise Mistake("true or false")
        return cell == "true"
    if not cell:
        return None
    if field.type in _INTEGERS:
        if not (cell.isascii() and cell.isdigit() and len(cell) <= 16):
            raise Mistake("a whole number, not negative; amounts in minor units")
        return int(cell)
    if field.type in IN_LINES:
        return json.loads(cell)
    return unguarded(cell)
