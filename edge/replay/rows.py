"""Rows of the file: each is a line of a basket, or refused with its line number and reason.

Money is read with `decimal.Decimal` to integer minor units, never by way of a float, and never
rounded: an amount that is finer than the currency is refused.
"""

import csv
import gzip
import io
import re
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import lru_cache
from operator import itemgetter
from pathlib import Path
from typing import BinaryIO, Protocol

import msgspec

from topics.scalars import ID_PATTERN, NUMBER_MAX, TEXT_LENGTH_MAX, anchored

_IDENTIFIER = re.compile(anchored(ID_PATTERN))
_UNREADABLE = re.compile("[\x00\ufffd]")
_NUMBER = re.compile(r"[+-]?\d{1,12}(\.\d{0,12})?\Z")
"""An exponent, which could name a number that fills the memory, is refused; what is within these
digits and beyond the contract's bound is refused as a number."""

_LONGEST_TILL_SUFFIX = "-999"

_CELLS_REMEMBERED = 65_536
"""Prices and articles come again and again; remembering them saves a quarter of the time. More
of them is memory without gain."""

_CHARACTERS_TOLD = 80
"""Of a cell that is refused; the line number finds the rest."""

_UNIX_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

_ABSENT = {"customer": "", "discount": "0", "coupon": "0"}
"""Columns that a file may lack, and what its rows say then."""


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
            except (EOFError, OSError, zlib.error) as error:
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
        self._cells_of_row = itemgetter(
            *(_place(places, column.name, reading.columns) for column in fields(Columns))
        )

    def parse(self, line_number: int, cells: list[str]) -> Row:
        if len(cells) != self._width:
            raise _RowRefused(f"{len(cells)} fields where the header has {self._width}")
        at, store, basket, customer, product, quantity, amount, discount, coupon = (
            self._cells_of_row([*cells, *_ABSENT.values()])
        )
        instant, business_date = _time(at)
        digits = self._minor_digits
        return Row(
            line_number=line_number,
            at=instant,
            business_date=business_date,
            location_id=_location(self._location_prefix, store),
            basket_id=_reference(basket),
            customer_id=_reference(customer) if customer else None,
            sku=_identifier(product),
            quantity=_quantity(quantity),
            amount_minor=_minor_units(amount, digits),
            # Some exports write reductions as negative amounts; none writes a surcharge here.
            discount_minor=abs(_minor_units(discount, digits)),
            coupon_minor=abs(_minor_units(coupon, digits)),
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


@lru_cache(_CELLS_REMEMBERED)
def _time(text: str) -> tuple[datetime, date]:
    try:
        written = datetime.fromisoformat(text)
    except ValueError:
        raise _RowRefused(f"time {_told(text)} is not like 2026-11-21 09:30:00") from None
    aware = written.replace(tzinfo=UTC) if written.tzinfo is None else written.astimezone(UTC)
    if aware < _UNIX_EPOCH:
        raise _RowRefused(f"time {_told(text)} is before 1970")
    return aware, written.date()


@lru_cache(_CELLS_REMEMBERED)
def _location(prefix: str, store: str) -> str:
    # Its till's id is longer, and must be an id too.
    if not store or not _IDENTIFIER.match(prefix + store + _LONGEST_TILL_SUFFIX):
        raise _RowRefused(f"store {_told(store)} is not 1 to 60 of A-Z a-z 0-9 . _ -")
    return prefix + store


@lru_cache(_CELLS_REMEMBERED)
def _identifier(text: str) -> str:
    if not _IDENTIFIER.match(text):
        raise _RowRefused(f"product {_told(text)} is not 1 to 64 of A-Z a-z 0-9 . _ -")
    return text


def _reference(text: str) -> str:
    if not 0 < len(text) <= TEXT_LENGTH_MAX or _UNREADABLE.search(text):
        raise _RowRefused(
            f"basket or customer {_told(text)} is not 1 to {TEXT_LENGTH_MAX} readable characters"
        )
    return text


@lru_cache(_CELLS_REMEMBERED)
def _quantity(text: str) -> int:
    quantity = _whole(_number(text), f"quantity {_told(text)} is not whole base units")
    if quantity < 0:
        raise _RowRefused(f"quantity {_told(text)} is negative: a sale takes nothing back")
    return quantity


@lru_cache(_CELLS_REMEMBERED)
def _minor_units(text: str, minor_digits: int) -> int:
    minor = _number(text).scaleb(minor_digits)
    return _whole(minor, f"amount {_told(text)} is finer than the currency")


def _number(text: str) -> Decimal:
    if not _NUMBER.match(text):
        raise _RowRefused(f"{_told(text)} is not a number of at most 12 digits")
    return Decimal(text)


def _whole(number: Decimal, complaint: str) -> int:
    whole = int(number)
    if whole != number:
        raise _RowRefused(complaint)
    if abs(whole) > NUMBER_MAX:
        raise _RowRefused(f"{number} is beyond 10^12 base or minor units")
    return whole


def _told(text: str) -> str:
    return repr(text[:_CHARACTERS_TOLD])
