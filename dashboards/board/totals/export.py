"""Groups as CSV and as Parquet, batch by batch. Pure: bytes come out as rows go in.

Both hold the columns of the page by their names in the contracts: dates as dates, amounts as
integers in minor units beside their currency, never a float.
"""

import csv
import io
from collections.abc import Sequence
from importlib import import_module
from typing import Any, Protocol

from dashboards.board.totals.columns import Column
from dashboards.board.wording.spreadsheets import guarded


class Export(Protocol):
    """A format: its type, and the bytes of a beginning, of some rows and of an end."""

    suffix: str
    content_type: str

    def rows(self, rows: Sequence[dict[str, Any]]) -> bytes:
        """The bytes of some more rows, after whatever comes before the first."""
        ...

    def end(self) -> bytes:
        """The last bytes."""
        ...


class Csv:
    """RFC 4180: a header, CRLF, UTF-8."""

    suffix = "csv"
    content_type = "text/csv; charset=utf-8; header=present"

    def __init__(self, columns: Sequence[Column]) -> None:
        self._columns = columns
        self._text = io.StringIO(newline="")
        self._writer = csv.writer(self._text, lineterminator="\r\n")
        self._writer.writerow([column.name for column in columns])

    def rows(self, rows: Sequence[dict[str, Any]]) -> bytes:
        """See `Export`."""
        names = [column.name for column in self._columns]
        self._writer.writerows([[_cell(row[name]) for name in names] for row in rows])
        return self._taken()

    def end(self) -> bytes:
        """See `Export`."""
        return self._taken()

    def _taken(self) -> bytes:
        text = self._text.getvalue()
        self._text.seek(0)
        self._text.truncate()
        return text.encode()


def _cell(value: object) -> object:
    """A number, a date or nothing as it is; a text so that it stays one."""
    return guarded(value) if isinstance(value, str) else value


class Parquet:
    """One row group for each batch, compressed with zstd."""

    suffix = "parquet"
    content_type = "application/vnd.apache.parquet"

    def __init__(self, columns: Sequence[Column]) -> None:
        # Imported here: Arrow takes 40 MB, and most boards never export.
        # By name, for it has no types.
        self._arrow: Any = import_module("pyarrow")
        parquet: Any = import_module("pyarrow.parquet")
        self._schema: Any = self._arrow.schema(
            [(column.name, _arrow_type(self._arrow, column)) for column in columns]
        )
        self._written = _Written()
        self._writer: Any = parquet.ParquetWriter(self._written, self._schema, compression="zstd")

    def rows(self, rows: Sequence[dict[str, Any]]) -> bytes:
        """See `Export`."""
        if rows:
            batch = self._arrow.RecordBatch.from_pylist(list(rows), schema=self._schema)
            self._writer.write_batch(batch)
        return self._written.taken()

    def end(self) -> bytes:
        """See `Export`."""
        self._writer.close()
        return self._written.taken()


def _arrow_type(arrow: Any, column: Column) -> Any:
    match column.kind:
        case "day":
            return arrow.date32()
        case "text":
            return arrow.string()
        case "count" | "weight" | "money":
            return arrow.int64()


class _Written(io.RawIOBase):
    """A file that hands on what is written into it, and keeps nothing."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []
        self._length = 0

    def writable(self) -> bool:
        return True

    def write(self, data: Any, /) -> int:
        piece = bytes(data)
        self._pieces.append(piece)
        self._length += len(piece)
        return len(piece)

    def tell(self) -> int:
        return self._length

    def taken(self) -> bytes:
        """What was written since the last call."""
        pieces, self._pieces = self._pieces, []
        return b"".join(pieces)


FORMATS: dict[str, type[Csv] | type[Parquet]] = {"csv": Csv, "parquet": Parquet}
