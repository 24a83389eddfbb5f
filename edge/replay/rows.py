"""Rows of the file: each is a line of a basket, or refused with its line number and reason."""

import csv
import gzip
import io
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields
from datetime import date, datetime
from operator import itemgetter
from pathlib import Path
from typing import BinaryIO, Protocol

import msgspec

from edge.replay.cells import (
    RowRefused,
    location_of,
    minor_units_of,
    product_of,
    quantity_of,
    reference_of,
    time_of,
)

_ABSENT = {"customer": "", "discount": "0", "coupon": "0"}
"""Columns that a file may lack, and what its rows say then."""


class UnreadableFile(Exception):
    """The file as a whole cannot be replayed; the text says why."""


@dataclass(frozen=True, slots=True)
class Columns:
    """Which column of the file holds what. The defaults are The Complete Journey's."""

    timestamp: str = "transaction_timestamp"
    store: str = "store_id"
    basket: str = "basket_id"
    customer: str = "household_id"
    product: str = "product_id"
    quantity: str = "quantity"
    amount: str = "sales_value"
    discount: str = "retail_disc"
    coupon: str = "coupon_disc"


class Row(msgspec.Struct, frozen=True, gc=False):
    """One line of a basket. ``amount_minor`` is what the shop got for it, after ``discount_minor``
    and before ``coupon_minor``: the maker of the goods pays a coupon to the shop.
    """

    line_number: int
    at: datetime
    business_date: date
    location_id: str
    basket_id: str
    customer_id: str | None
    sku: str
    quantity: int
    amount_minor: int
    discount_minor: int
    coupon_minor: int


@dataclass(frozen=True, slots=True)
class RefusedRow:
    """A row that was not replayed."""

    line_number: int
    reason: str


@dataclass(frozen=True, slots=True)
class Reading:
    """How cells are understood. ``location_prefix`` goes before the store to make the location;
    ``minor_digits`` is digits after the point of the currency, 2 for cents."""

    columns: Columns = Columns()
    location_prefix: str = ""
    minor_digits: int = 2


class _Reader(Protocol):
    @property
    def line_num(self) -> int: ...
    def __iter__(self) -> "_Reader": ...
    def __next__(self) -> list[str]: ...


class BasketFile:
    """A CSV file, gzipped where its name ends in ``.gz``, read row by row."""

    def __init__(self, path: Path, reading: Reading) -> None:
        self._path = path
        self._reading = reading
        self.bytes_total = path.stat().st_size
        self.bytes_read: Callable[[], int] = lambda: 0

    def rows(self) -> Iterator[Row | RefusedRow]:
        """Every row in the order of the file; `UnreadableFile` where it breaks off or has no
        such columns."""
        with self._path.open("rb") as raw:
            self.bytes_read = raw.tell
            try:
                yield from self._parse(csv.reader(_text(raw, self._path)))
            except (EOFError, OSError, zlib.error) as error:
                raise UnreadableFile(f"{self._path} breaks off: {error}") from error
            finally:
                self.bytes_read = lambda: self.bytes_total

    def _parse(self, reader: _Reader) -> Iterator[Row | RefusedRow]:
        header = next(reader, None)
        if header is None:
            raise UnreadableFile(f"{self._path} is empty")
        parser = _RowParser(header, self._reading)
        while True:
            try:
                cells = next(reader, None)
                if cells is None:
                    return
                if cells:
                    yield parser.parse(reader.line_num, cells)
            except (RowRefused, csv.Error) as refusal:
                yield RefusedRow(reader.line_num, str(refusal))


def _text(raw: BinaryIO, path: Path) -> io.TextIOBase:
    stream = gzip.GzipFile(fileobj=raw) if path.suffix == ".gz" else raw
    # What is not UTF-8 becomes U+FFFD and refuses its own row only.
    return io.TextIOWrapper(stream, encoding="utf-8-sig", errors="replace", newline="")


class _RowParser:
    def __init__(self, header: list[str], reading: Reading) -> None:
        places = {name: at for at, name in enumerate(header)}
        self._width = len(header)
        self._location_prefix = reading.location_prefix
        self._minor_digits = reading.minor_digits
        self._cells_of_row = itemgetter(
            *(_place(places, column.name, reading.columns) for column in fields(Columns))
        )

    def parse(self, line_number: int, cells: list[str]) -> Row:
        if len(cells) != self._width:
            raise RowRefused(f"{len(cells)} fields where the header has {self._width}")
        at, store, basket, customer, product, quantity, amount, discount, coupon = (
            self._cells_of_row([*cells, *_ABSENT.values()])
        )
        instant, business_date = time_of(at)
        digits = self._minor_digits
        return Row(
            line_number=line_number,
            at=instant,
            business_date=business_date,
            location_id=location_of(self._location_prefix, store),
            basket_id=reference_of(basket),
            customer_id=reference_of(customer) if customer else None,
            sku=product_of(product),
            quantity=quantity_of(quantity),
            amount_minor=minor_units_of(amount, digits),
            # Some exports write reductions as negative amounts; none writes a surcharge here.
            discount_minor=abs(minor_units_of(discount, digits)),
            coupon_minor=abs(minor_units_of(coupon, digits)),
        )


def _place(places: dict[str, int], name: str, columns: Columns) -> int:
    column = getattr(columns, name)
    if column in places:
        return places[column]
    if name in _ABSENT and column == getattr(Columns(), name):
        return len(places) + list(_ABSENT).index(name)
    raise UnreadableFile(
        f"no column {column!r} for the {name}; the file has {', '.join(places)}: "
        f"name it with --column {name}=NAME"
    )
