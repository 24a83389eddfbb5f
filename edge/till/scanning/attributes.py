"""GS1's application identifiers that a till uses, whichever way they came. Pure."""

import re
from calendar import monthrange
from collections.abc import Iterable
from datetime import date

from edge.till.scanning.check_digits import is_digits, is_gtin
from edge.till.scanning.items import CannotBeRead, ScannedItem, Unread

GTIN = "01"
LOT = "10"
EXPIRY = "17"
SERIAL = "21"
COUNT = "30"
WEIGHT = "310"
"""Net weight in kilograms; its fourth digit says how many decimals there are."""

PRICE = "392"
"""What is asked for this piece, in the shop's currency; with decimals as a weight has them."""

_USED = re.compile(r"(01|10|17|21|30|(310|392)[0-9])\Z")

_TEXT = re.compile(r"[!-\"%-?A-Z_a-z]{1,20}\Z")
"""Of a lot or serial number: GS1's character set 82."""

_DATE_DIGITS = 6
_WEIGHT_DIGITS = 6
_YEARS_BEHIND = 49
"""A year of two digits lies at most so far behind, and less than 51 ahead (General Specifications,
7.12)."""


def item_of(pairs: Iterable[tuple[str, str]], today: date, money_digits: int) -> ScannedItem:
    """The product that these pairs of identifier and value name; raises `CannotBeRead`.

    Identifiers that a till has no use for may stand between them. One that comes twice with two
    values is two labels that ran into each other.
    """
    found: dict[str, str] = {}
    for identifier, value in pairs:
        if _USED.match(identifier) and found.setdefault(identifier, value) != value:
            raise CannotBeRead(Unread.WRONG_LENGTH)
    code = found.get(GTIN)
    if code is None:
        raise CannotBeRead(Unread.NO_PRODUCT)
    if not is_gtin(code):
        raise CannotBeRead(Unread.WRONG_CHECK_DIGIT)
    return ScannedItem(
        code,
        is_gtin=True,
        lot=_text(found.get(LOT)),
        serial=_text(found.get(SERIAL)),
        expires_on=_last_day(found.get(EXPIRY), today),
        weight_grams=_scaled(found, WEIGHT, 3),
        amount_minor=_scaled(found, PRICE, money_digits),
        pieces=_count(found.get(COUNT)),
    )


def _text(value: str | None) -> str | None:
    if value is not None and not _TEXT.match(value):
        raise CannotBeRead(Unread.WRONG_VALUE)
    return value


def _count(value: str | None) -> int | None:
    if value is None:
        return None
    if not is_digits(value) or len(value) > 8 or int(value) == 0:
        raise CannotBeRead(Unread.WRONG_VALUE)
    return int(value)


def _scaled(found: dict[str, str], family: str, digits: int) -> int | None:
    """A value whose identifier's last digit is its decimals, in units of ``10**-digits``."""
    named = [each for each in found if each.startswith(family) and len(each) == len(family) + 1]
    if not named:
        return None
    decimals, value = int(named[0][-1]), found[named[0]]
    is_right_length = len(value) == _WEIGHT_DIGITS if family == WEIGHT else len(value) <= 15
    if len(named) > 1 or not is_digits(value) or not is_right_length:
        raise CannotBeRead(Unread.WRONG_VALUE)
    return scaled(int(value), decimals, digits)


def scaled(value: int, decimals: int, digits: int) -> int:
    """``value`` with so many decimals, in units of ``10**-digits``, halves rounded up."""
    if decimals <= digits:
        return value * 10 ** (digits - decimals)
    divisor = 10 ** (decimals - digits)
    return (value + divisor // 2) // divisor


def _last_day(value: str | None, today: date) -> date | None:
    """YYMMDD; the day 00 is the month's last."""
    if value is None:
        return None
    if not is_digits(value) or len(value) != _DATE_DIGITS:
        raise CannotBeRead(Unread.WRONG_DATE)
    first_year = today.year - _YEARS_BEHIND
    year = first_year + (int(value[:2]) - first_year) % 100
    month, day = int(value[2:4]), int(value[4:])
    try:
        return date(year, month, day or monthrange(year, month)[1])
    except (ValueError, IndexError) as error:
        raise CannotBeRead(Unread.WRONG_DATE) from error
