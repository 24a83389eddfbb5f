"""Single cells of the file: what each says, or why it cannot be read. Pure.

Money is read with `decimal.Decimal` to integer minor units, never by way of a float, and never
rounded: an amount that is finer than the currency is refused.
"""

import re
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import lru_cache

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


class RowRefused(Exception):
    """One row cannot be read; the text is the reason."""


@lru_cache(_CELLS_REMEMBERED)
def time_of(text: str) -> tuple[datetime, date]:
    """The instant in UTC, and the date as written: that of the shop's clock."""
    try:
        written = datetime.fromisoformat(text)
    except ValueError:
        raise RowRefused(f"time {_told(text)} is not like 2026-11-21 09:30:00") from None
    aware = written.replace(tzinfo=UTC) if written.tzinfo is None else written.astimezone(UTC)
    if aware < _UNIX_EPOCH:
        raise RowRefused(f"time {_told(text)} is before 1970")
    return aware, written.date()


@lru_cache(_CELLS_REMEMBERED)
def location_of(prefix: str, store: str) -> str:
    """The location's id."""
    # Its till's id is longer, and must be an id too.
    if not store or not _IDENTIFIER.match(prefix + store + _LONGEST_TILL_SUFFIX):
        raise RowRefused(f"store {_told(store)} is not 1 to 60 of A-Z a-z 0-9 . _ -")
    return prefix + store


@lru_cache(_CELLS_REMEMBERED)
def product_of(text: str) -> str:
    """A SKU."""
    if not _IDENTIFIER.match(text):
        raise RowRefused(f"product {_told(text)} is not 1 to 64 of A-Z a-z 0-9 . _ -")
    return text


def reference_of(text: str) -> str:
    """The number of a basket or a customer."""
    if not 0 < len(text) <= TEXT_LENGTH_MAX or _UNREADABLE.search(text):
        raise RowRefused(
            f"basket or customer {_told(text)} is not 1 to {TEXT_LENGTH_MAX} readable characters"
        )
    return text


@lru_cache(_CELLS_REMEMBERED)
def quantity_of(text: str) -> int:
    """Base units."""
    quantity = _whole(_number(text), f"quantity {_told(text)} is not whole base units")
    if quantity < 0:
        raise RowRefused(f"quantity {_told(text)} is negative: a sale takes nothing back")
    return quantity


@lru_cache(_CELLS_REMEMBERED)
def minor_units_of(text: str, minor_digits: int) -> int:
    """An amount in the currency's minor units, exactly."""
    minor = _number(text).scaleb(minor_digits)
    return _whole(minor, f"amount {_told(text)} is finer than the currency")


def _number(text: str) -> Decimal:
    if not _NUMBER.match(text):
        raise RowRefused(f"{_told(text)} is not a number of at most 12 digits")
    return Decimal(text)


def _whole(number: Decimal, complaint: str) -> int:
    whole = int(number)
    if whole != number:
        raise RowRefused(complaint)
    if abs(whole) > NUMBER_MAX:
        raise RowRefused(f"{number} is beyond 10^12 base or minor units")
    return whole


def _told(text: str) -> str:
    return repr(text[:_CHARACTERS_TOLD])
