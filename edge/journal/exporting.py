"""A journal as CSV files, a folder for each business day."""

import csv
from collections import Counter
from contextlib import ExitStack, closing
from datetime import date
from pathlib import Path
from typing import Any

import orjson

from edge.journal.csv_tables import TABLES, rows_of
from edge.journal.files import open_to_read
from edge.journal.statements import statement

_COLUMNS = (
    "epoch", "sequence", "prev", "hash", "receipt_count", "grand_total_minor", "signature",
    "key_id", "body",
)  # fmt: skip
"""Of ``sql/events_of_day.sql``."""


def business_days(path: Path) -> list[date]:
    """The days that the journal holds events of; raises `JournalUnusable`."""
    with closing(open_to_read(path)) as database:
        rows = database.execute(statement("days"))
        return [date.fromisoformat(day) for (day,) in rows]


def export_day(path: Path, day: date, folder: Path) -> Counter[str]:
    """Write a day's events into ``folder``, a file for each table; how many rows each has.

    What is in the folder under these names is overwritten. Raises `JournalUnusable` and OSError.
    """
    folder.mkdir(parents=True, exist_ok=True)
    written: Counter[str] = Counter()
    with ExitStack() as files, closing(open_to_read(path)) as database, database:
        writers = {name: files.enter_context(_Table(folder, name)) for name in TABLES}
        for row in database.execute(statement("events_of_day"), (day.isoformat(),)):
            for table, cells in rows_of(_event(row)):
                writers[table].writer.writerow(cells)
                written[table] += 1
    return written


def _event(row: tuple[Any, ...]) -> dict[str, Any]:
    told = dict(zip(_COLUMNS, row, strict=True))
    event: dict[str, Any] = orjson.loads(told.pop("body"))
    proof = {
        name: value.hex() if isinstance(value, bytes) else value for name, value in told.items()
    }
    return {"training": False} | event | proof


class _Table:
    """RFC 4180: a header, CRLF, UTF-8."""

    def __init__(self, folder: Path, name: str) -> None:
        self._file = (folder / f"{name}.csv").open("w", encoding="utf-8", newline="")
        self.writer = csv.writer(self._file, lineterminator="\r\n")
        self.writer.writerow(TABLES[name])

    def __enter__(self) -> "_Table":
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()
