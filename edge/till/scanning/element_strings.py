"""GS1 element strings, as GS1-128, DataBar, DataMatrix and QR codes hold them. Pure.

Identifiers and values stand one behind the other. Some values have a fixed length, by the first two
digits of their identifier; every other ends at a separator or with the text. So what a till does
not know can be skipped without a list of all there is.
"""

import re
from collections.abc import Iterator

from edge.till.scanning.check_digits import is_digits
from edge.till.scanning.items import CannotBeRead, Unread

SEPARATOR = "\x1d"
"""FNC1 as scanners send it."""

SYMBOLOGIES = frozenset({"]C1", "]e0", "]d2", "]Q3", "]J1"})
"""What scanners put before an element string, where they say what they read (ISO/IEC 15424)."""

_FIXED = {
    "00": 20, "01": 16, "02": 16, "03": 16, "04": 18, "20": 4, "41": 16,
    **{str(two): 8 for two in range(11, 20)},
    **{str(two): 10 for two in range(31, 37)},
}  # fmt: skip
"""Characters of identifier and value by the identifier's first two digits (General Specifications,
figure 7.8.5-2). The list is closed: no later identifier joins it."""

_FOUR_DIGITS = frozenset({"31", "32", "33", "34", "35", "36", "39"})
"""First digits of identifiers with four of them, among those that a till uses."""

_BEGINS_WITH_GTIN = re.compile(r"01[0-9]{14}")


def is_element_string(text: str) -> bool:
    """Whether it can be nothing else: no other code has 16 digits that begin with 01."""
    return text[:3] in SYMBOLOGIES or SEPARATOR in text or _BEGINS_WITH_GTIN.match(text) is not None


def pairs_of(text: str) -> Iterator[tuple[str, str]]:
    """Identifiers and their values; raises `CannotBeRead`."""
    left = text[3:] if text[:3] in SYMBOLOGIES else text
    while left := left.lstrip(SEPARATOR):
        first = left[:2]
        if not is_digits(first) or len(first) < 2:
            raise CannotBeRead(Unread.UNKNOWN_FORM)
        length = _FIXED.get(first)
        found = left.partition(SEPARATOR)[0] if length is None else left[:length]
        name_length = 4 if first in _FOUR_DIGITS else 2
        if len(found) <= name_length or (length is not None and len(found) < length):
            raise CannotBeRead(Unread.WRONG_LENGTH)
        if length is not None and SEPARATOR in found:
            raise CannotBeRead(Unread.WRONG_LENGTH)
        yield found[:name_length], found[name_length:]
        left = left[len(found) :]
