"""Reads what stands in the field when Enter comes. Pure.

    CODE            a scan, or a typed SKU, PLU or GTIN
    3*  3*CODE      the next scan, or this one, three times
    9.99/  /CODE    the next scan's price; what does it cost?
    -  -2           void the last line, or line 2
    +  +20          pay what is due, or with 20.00
    **              suspend

All can be typed on a number pad. What a scanner sends is only ever a code: anybody can print a
label that says ``0.01/``, and hold it before the scanner.
"""

import re
from datetime import date
from typing import NamedTuple

from edge.till.scanning import digital_links, element_strings
from edge.till.scanning.attributes import item_of
from edge.till.scanning.check_digits import GTIN_LENGTHS, is_digits, is_gtin
from edge.till.scanning.items import (
    CannotBeRead,
    Manyfold,
    NotRead,
    PayAsked,
    PriceAsked,
    PriceEntered,
    QuantityEntered,
    Reading,
    ScannedItem,
    SuspendAsked,
    Unread,
    VoidAsked,
)
from edge.till.scanning.weighed import WeighedCodes, read_label

TEXT_LENGTH_MAX = 512
"""A QR code on a product holds an address of some 200 characters; more are several scans that a
page took for one."""

QUANTITY_MAX = 9_999
"""Four digits. A code that runs into ``*`` must not become a quantity, and the shortest code has
eight digits; wholesalers sell thousands."""

_AMOUNT_DIGITS_MAX = 7
"""Before the point, for the same reason."""

_LINE_DIGITS_MAX = 4

_PLAIN = re.compile(r"[A-Za-z0-9._-]{1,64}\Z")
_QUANTITY = re.compile(r"([0-9]{1,20})\*(.*)\Z", re.DOTALL)
_AMOUNT = re.compile(r"([0-9]{1,20})(?:[.,]([0-9]{1,4}))?\Z")
_SYMBOLOGY = re.compile(r"\][A-Za-z][0-9]")
_LOST = range(9, 20)
"""Lengths of digits that are no SKU but a code with digits lost, or two codes in one."""


class FieldTerms(NamedTuple):
    """How this till reads: its country's labels, and the decimals of its currency."""

    weighed: WeighedCodes
    money_digits: int = 2


def read(text: str, today: date, terms: FieldTerms, is_scan: bool = False) -> Reading:
    """What the text means; never raises.

    ``today`` is the till's, in its store's time zone. ``is_scan`` says that the keys came faster
    than fingers are.
    """
    trimmed = text.strip(" \t\r\n")
    try:
        _require_length(trimmed)
        return (read_code if is_scan else _read_typed)(trimmed, today, terms)
    except CannotBeRead as error:
        return NotRead(error.why)


def read_amount(text: str, terms: FieldTerms) -> int | None:
    """Minor units of an amount by itself, such as ``20`` or ``9.99``; None for what is none."""
    try:
        return _amount(text.strip(), terms.money_digits)
    except CannotBeRead:
        return None


def _require_length(text: str) -> None:
    if not text:
        raise CannotBeRead(Unread.EMPTY)
    if len(text) > TEXT_LENGTH_MAX:
        raise CannotBeRead(Unread.TOO_LONG)


def _read_typed(text: str, today: date, terms: FieldTerms) -> Reading:
    if digital_links.is_address(text) or element_strings.is_element_string(text):
        return read_code(text, today, terms)
    command = _command(text, terms.money_digits)
    if command is not None:
        return command
    quantity = _QUANTITY.match(text)
    if quantity is not None:
        count, rest = _quantity(quantity[1]), quantity[2]
        return Manyfold(count, read_code(rest, today, terms)) if rest else QuantityEntered(count)
    if text.startswith("/"):
        return PriceAsked(read_code(text[1:], today, terms))
    return read_code(text, today, terms)


def _command(text: str, money_digits: int) -> Reading | None:
    begin, rest = text[0], text[1:]
    if text == "**":
        return SuspendAsked()
    if begin == "-" and (not rest or is_digits(rest)):
        return VoidAsked(_line_no(rest) if rest else None)
    if begin == "+":
        return PayAsked(_amount(rest, money_digits) if rest else None)
    if text.endswith("/") and _AMOUNT.match(text[:-1]):
        return PriceEntered(_amount(text[:-1], money_digits))
    return None


def _line_no(digits: str) -> int:
    if len(digits) > _LINE_DIGITS_MAX or int(digits) == 0:
        raise CannotBeRead(Unread.WRONG_VALUE)
    return int(digits)


def _quantity(digits: str) -> int:
    if not 1 <= int(digits) <= QUANTITY_MAX:
        raise CannotBeRead(Unread.WRONG_VALUE)
    return int(digits)


def _amount(text: str, money_digits: int) -> int:
    """Minor units of an amount with a point or comma, or of whole units without."""
    found = _AMOUNT.match(text)
    if found is None:
        raise CannotBeRead(Unread.WRONG_VALUE)
    whole, decimals = found[1], found[2] or ""
    if len(whole) > _AMOUNT_DIGITS_MAX or len(decimals) > money_digits:
        raise CannotBeRead(Unread.WRONG_VALUE)
    return int(whole + decimals.ljust(money_digits, "0"))


def read_code(text: str, today: date, terms: FieldTerms) -> ScannedItem:
    """The product of a scanned or typed code; raises `CannotBeRead`."""
    if digital_links.is_address(text):
        return item_of(digital_links.pairs_of(text), today, terms.money_digits)
    if element_strings.is_element_string(text):
        return item_of(element_strings.pairs_of(text), today, terms.money_digits)
    code = _SYMBOLOGY.sub("", text, count=1) if _SYMBOLOGY.match(text) else text
    if is_digits(code) and (len(code) in GTIN_LENGTHS or len(code) in _LOST):
        return _gtin(code, terms)
    if not _PLAIN.match(code) or not code.strip("."):
        raise CannotBeRead(Unread.UNKNOWN_FORM)
    return ScannedItem(code)


def _gtin(code: str, terms: FieldTerms) -> ScannedItem:
    if len(code) not in GTIN_LENGTHS:
        raise CannotBeRead(Unread.WRONG_LENGTH)
    if not is_gtin(code):
        raise CannotBeRead(Unread.WRONG_CHECK_DIGIT)
    label = read_label(code, terms.weighed, terms.money_digits)
    return label or ScannedItem(code, is_gtin=True)
