"""Tables and tests as comma-separated values, as a spreadsheet writes them."""

import csv
import io
from collections.abc import Iterator

from edge.rules.sheets import SheetLine, SheetReader, TableSheet


def csv_table(reader: SheetReader) -> TableSheet:
    """What is said, a line each, and after an empty line columns and rows."""
    lines = list(_lines(reader))
    empty = next((at for at, line in enumerate(lines) if not any(line.cells)), len(lines))
    told: dict[str, str] = {}
    for line in lines[:empty]:
        value = next((each for each in line.cells[1:] if each), "")
        reader.said(told, line.cells[0], value, f"line {line.number}")
    return TableSheet(told, [line for line in lines[empty:] if any(line.cells)])


def csv_tests(reader: SheetReader) -> list[SheetLine]:
    """Columns and tests."""
    return [line for line in _lines(reader) if any(line.cells)]


def _lines(reader: SheetReader) -> Iterator[SheetLine]:
    content = reader.content()
    try:
        text = content.decode("utf-8-sig")
        # Spreadsheets of half of Europe write semicolons: the first line shows it.
        delimiter = ";" if ";" in text.partition(",")[0].partition("\n")[0] else ","
        rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
        for cells in rows:
            yield SheetLine(rows.line_num, [each.strip() for each in cells])
    except (UnicodeDecodeError, csv.Error) as fault:
        raise reader.stop(f"it is no CSV in UTF-8: {fault}") from fault
