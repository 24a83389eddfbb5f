"""Checks that the hot path can afford: what has passed a pattern once is not matched again.

A pattern costs 250 to 650 ns a text, a look-up in a set 30. Locations, tills and SKUs come again
with every event, so nearly all of them are looked up. Event ids never do: they are matched.
"""

import re
from typing import Protocol

from topics.scalars import CURRENCY_PATTERN, ID_PATTERN, UUID_PATTERN, anchored

IDS_REMEMBERED = 65_536
"""Ids kept as seen, some 6 MB. Fewer than the SKUs of a fleet brings the pattern's cost back;
without a bound, a till that makes ids up would fill the memory."""

is_event_id = re.compile(anchored(UUID_PATTERN)).match
_is_id = re.compile(anchored(ID_PATTERN)).match
_is_currency = re.compile(anchored(CURRENCY_PATTERN)).match

good_ids: set[str] = set()
"""Ids that have passed; look here first, and call `admit_ids` with what is missing."""

good_currencies: set[str] = set()
"""Currency codes that have passed; the pattern itself bounds them."""


class _NumberedLine(Protocol):
    @property
    def line_no(self) -> int: ...


def admit_ids(*ids: str) -> None:
    """Remember ids that match the pattern; ValueError at the first that does not."""
    for text in ids:
        if not _is_id(text):
            raise ValueError(f"an id must be 1 to 64 of A-Z a-z 0-9 . _ -, not {text!r}")
    if len(good_ids) >= IDS_REMEMBERED:
        good_ids.clear()
    good_ids.update(ids)


def admit_currency(code: str) -> None:
    """Remember a code that matches the pattern; ValueError where it does not."""
    if not _is_currency(code):
        raise ValueError(f"a currency must be three capital letters, not {code!r}")
    good_currencies.add(code)


def require_distinct_line_numbers(lines: tuple[_NumberedLine, ...]) -> None:
    """ValueError where two lines of one event have the same number.

    The ledger knows a stock effect by its line number: two alike would count as one.
    """
    if len({line.line_no for line in lines}) != len(lines):
        raise ValueError("line_no must be distinct within an event")


def require_whole(*figures: object) -> None:
    """ValueError where some of ``figures`` are None and some are not."""
    if len({figure is None for figure in figures}) > 1:
        raise ValueError("the figures of a level are all null, or none of them is")
