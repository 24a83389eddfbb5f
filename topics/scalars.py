"""The scalar types of the contracts, each usable by pydantic and by msgspec.

pydantic is the reference and gives the schema and the error texts; msgspec decodes the same
bytes at the speed the workers need. One ``Annotated`` alias carries the constraint for both,
so that there is one place to change it. `tests/unit/topics` holds both to the same verdicts.
"""

import re
from datetime import date, datetime
from typing import Annotated, Literal

from msgspec import Meta
from pydantic import AfterValidator, BeforeValidator, Field

SAFE_INTEGER_MAX = 2**53 - 1
"""Largest integer that every JSON reader keeps exact (RFC 8259, section 6).

Above it a reader in JavaScript rounds money; far below it a bulk quantity in grams is refused.
"""

TEXT_LENGTH_MAX = 128
"""Characters in a free reference (receipt, cart, return). Longer ones are a till gone wrong;
shorter than a UUID with a prefix would refuse honest ones."""

_ID_PATTERN = r"^[A-Za-z0-9._-]{1,64}$"
_UUID_PATTERN = r"^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$"
_CURRENCY_PATTERN = r"^[A-Z]{3}$"
_RFC3339 = re.compile(r"^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)$")
_CALENDAR_DATE = re.compile(r"^\d{4}-\d\d-\d\d$")


def _anchored(pattern: str) -> str:
    # Python's $ also matches before a trailing newline; pydantic's engine does not.
    return pattern.removesuffix("$") + r"\Z"


def _require_rfc3339(value: object) -> object:
    if not isinstance(value, datetime) and not (isinstance(value, str) and _RFC3339.match(value)):
        raise ValueError("a time must be RFC 3339 with an offset, such as 2026-11-21T09:30:00Z")
    return value


def _require_offset(value: datetime) -> datetime:
    if value.tzinfo is None:
        raise ValueError("a time must carry its offset from UTC")
    return value


def _require_calendar_date(value: object) -> object:
    if not isinstance(value, date) and not (isinstance(value, str) and _CALENDAR_DATE.match(value)):
        raise ValueError("a business date must be YYYY-MM-DD")
    return value


Identifier = Annotated[str, Field(pattern=_ID_PATTERN), Meta(pattern=_anchored(_ID_PATTERN))]
"""Id of a location, till or SKU: 1 to 64 of ``A-Z a-z 0-9 . _ -``."""

EventId = Annotated[str, Field(pattern=_UUID_PATTERN), Meta(pattern=_anchored(_UUID_PATTERN))]
"""UUID in its canonical text form; tills write version 7 (RFC 9562)."""

Reference = Annotated[
    str,
    Field(min_length=1, max_length=TEXT_LENGTH_MAX),
    Meta(min_length=1, max_length=TEXT_LENGTH_MAX),
]
"""Free text that names something at its source: a cart, a receipt, a delivery note."""

Currency = Annotated[
    str, Field(pattern=_CURRENCY_PATTERN), Meta(pattern=_anchored(_CURRENCY_PATTERN))
]
"""ISO 4217 code."""

Count = Annotated[int, Field(ge=0, le=SAFE_INTEGER_MAX), Meta(ge=0, le=SAFE_INTEGER_MAX)]
"""A number that is never negative, in the unit that its field names."""

Positive = Annotated[int, Field(ge=1, le=SAFE_INTEGER_MAX), Meta(ge=1, le=SAFE_INTEGER_MAX)]
"""A number from 1, as sequences are."""

Signed = Annotated[
    int,
    Field(ge=-SAFE_INTEGER_MAX, le=SAFE_INTEGER_MAX),
    Meta(ge=-SAFE_INTEGER_MAX, le=SAFE_INTEGER_MAX),
]
"""A quantity or an amount that may be negative."""

NotPositive = Annotated[
    int, Field(ge=-SAFE_INTEGER_MAX, le=0), Meta(ge=-SAFE_INTEGER_MAX, le=0)
]
"""An amount that only ever reduces, as discounts do."""

UtcTime = Annotated[
    datetime,
    # The validator before it turns JSON into Python, where strict would want a datetime.
    Field(strict=False),
    BeforeValidator(_require_rfc3339),
    AfterValidator(_require_offset),
    Meta(tz=True),
]
"""An instant, RFC 3339."""

BusinessDate = Annotated[date, Field(strict=False), BeforeValidator(_require_calendar_date)]
"""The trading day that a till is in, YYYY-MM-DD; not always the calendar's."""

Unit = Literal["each", "gram"]
TenderKind = Literal["cash", "card", "voucher", "other"]
