"""Rows of the file: each is a line of a basket, or refused with its line number and reason.

Money is read with `decimal.Decimal` to integer minor units, never by way of a float, and never
rounded: an amount that is finer than the currency is refused.
"""

import csv
import gzip
import io
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import lru_cache
from pathlib import Path
from typing import BinaryIO, Protocol, TypeVar

from topics.scalars import ID_PATTERN, TEXT_LENGTH_MAX, anchored

T = TypeVar("T")

_IDENTIFIER = re.compile(anchored(ID_PATTERN))
_UNREADABLE = re.compile("[\x00\ufffd]")
_NUMBER = re.compile(r"[+-]?\d{1,12}(\.\d{0,12})?\Z")
"""12 digits in the main unit keep a basket's sum in minor units below 2**53; an exponent, which
could name a number that fills the memory, is refused."""

_LONGEST_TILL_SUFFIX = "-999"

_CELLS_REMEMBERED = 65_536
"""Prices and articles come again and again; remembering them saves a quarter of the time. More
of them is memory without gain."""

OPTIONAL_COLUMNS = ("customer", "discount", "coupon")
"""A file may lack these; its baskets are then anonymous, or without discounts."""


class UnreadableFile(Exception):
    """The file as a whole cannot be replayed; the text says why."""


class _RowRefused(Exception):
    """One row cannot be read; the text is the reason."""


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


@dataclass(frozen=True, slots=True)
class Row:
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
class Refusal:
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

    def rows(self) -> Iterator[Row | Refusal]:
        """Every row in the order of the file; `UnreadableFile` where it breaks off or has no
        such columns."""
        with self._path.open("rb") as raw:
            self.bytes_read = raw.tell
            try:
                yield from self._parse(csv.reader(_text(raw, self._path)))
            except (EOFError, OSError) as error:
                raise UnreadableFile(f"{self._path} breaks off: {error}") from error
            finally:
                self.bytes_read = lambda: self.bytes_total

    def _parse(self, reader: _Reader) -> Iterator[Row | Refusal]:
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
            except (_RowRefused, csv.Error) as refusal:
                yield Refusal(reader.line_num, str(refusal))


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
        self._at = {
            column.name: _place(places, column.name, getattr(reading.columns, column.name))
            for column in fields(Columns)
        }

    def parse(self, line_number: int, cells: list[str]) -> Row:
        if len(cells) != self._width:
            raise _RowRefused(f"{len(cells)} fields where the header has {self._width}")
        written = self._read(cells, "timestamp", _time)
        return Row(
            line_number=line_number,
            at=written.replace(tzinfo=UTC) if written.tzinfo is None else written.astimezone(UTC),
            business_date=written.date(),
            location_id=self._read(cells, "store", self._location),
            basket_id=self._read(cells, "basket", _reference),
            customer_id=self._read(cells, "customer", _reference) if self._has(cells) else None,
            sku=self._read(cells, "product", _identifier),
            quantity=self._read(cells, "quantity", _quantity),
            amount_minor=self._read(cells, "amount", self._minor),
            discount_minor=self._reduction(cells, "discount"),
            coupon_minor=self._reduction(cells, "coupon"),
        )

    def _has(self, cells: list[str]) -> bool:
        at = self._at["customer"]
        return at is not None and cells[at] != ""

    def _read(self, cells: list[str], name: str, read: Callable[[str], T]) -> T:
        at = self._at[name]
        if at is None:
            raise KeyError(name)
        try:
            return read(cells[at])
        except ValueError as error:
            raise _RowRefused(f"{name} {cells[at][:80]!r} {error}") from error

    def _reduction(self, cells: list[str], name: str) -> int:
        # Some exports write discounts as negative amounts; none writes a surcharge here.
        return 0 if self._at[name] is None else abs(self._read(cells, name, self._minor))

    def _location(self, text: str) -> str:
        location_id = self._location_prefix + text
        # Its till's id is longer, and must be an id too.
        _identifier(location_id + _LONGEST_TILL_SUFFIX if text else text)
        return location_id

    def _minor(self, text: str) -> int:
        return _minor_units(text, self._minor_digits)


def _place(places: dict[str, int], name: str, column: str) -> int | None:
    if column in places:
        return places[column]
    if name in OPTIONAL_COLUMNS and column == getattr(Columns(), name):
        return None
    raise UnreadableFile(
        f"no column {column!r} for the {name}; the file has {', '.join(places)}: "
        f"name it with --column {name}=NAME"
    )


def _time(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise ValueError("is not a time such as 2026-11-21 09:30:00") from None


@lru_cache(_CELLS_REMEMBERED)
def _identifier(text: str) -> str:
    if not _IDENTIFIER.match(text):
        raise ValueError("is not an id: A-Z a-z 0-9 . _ -, at most 64 (60 for a store)")
    return text


def _reference(text: str) -> str:
    if not 0 < len(text) <= TEXT_LENGTH_MAX or _UNREADABLE.search(text):
        raise ValueError(f"is not a name of 1 to {TEXT_LENGTH_MAX} readable characters")
    return text


def _number(text: str) -> Decimal:
    if not _NUMBER.match(text):
        raise ValueError("is not a number of at most 12 digits")
    return Decimal(text)


@lru_cache(_CELLS_REMEMBERED)
def _minor_units(text: str, minor_digits: int) -> int:
    return _whole(_number(text).scaleb(minor_digits), "is finer than the currency")


def _quantity(text: str) -> int:
    quantity = _whole(_number(text), "is not a whole number of base units")
    if quantity < 0:
        raise ValueError("is negative: a sale cannot take less than nothing")
    return quantity


def _whole(number: Decimal, complaint: str) -> int:
    whole = int(number)
    if whole != number:
        raise ValueError(complaint)
    return whole
